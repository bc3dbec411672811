"""Whether one match is within another: shown for random pairs against the engine itself."""

from datetime import UTC, datetime
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.entities import catalogue
from policies.condition import checks, holds
from policies.content import ask
from policies.facts import Facts, FindingFact
from policies.implied import within
from policies.rule import App, Clause, Content, Match, Who
from policies.scene import prepare

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
WORDS = st.lists(
    st.sampled_from(["US_SSN", "SECRET_JWT", "SECRET.*", "PII.GOVERNMENT_ID", "EMAIL_ADDRESS"]), max_size=2
)
CLAUSES = st.builds(
    Clause,
    entities=WORDS.map(tuple),
    places=st.sampled_from([(), ("prompt",), ("file", "prompt"), ("credential",)]),
    min_confidence=st.sampled_from([0.0, 0.5, 0.8]),
    min_count=st.sampled_from([1, 2]),
    decided=st.sampled_from([None, False]),
    languages=st.sampled_from([(), (), ("de",), ("de", "fr")]),
)
LISTS = st.one_of(st.just(()), st.tuples(CLAUSES), st.tuples(CLAUSES, CLAUSES))
MATCHES = st.builds(
    Match,
    who=st.builds(Who, groups=st.sampled_from([(), ("hr",), ("hr", "it")]), not_groups=st.sampled_from([(), ("it",)]),
                  networks=st.sampled_from([(), ("10.0.0.0/8",), ("10.1.0.0/16",)])),
    app=st.builds(App, status=st.sampled_from([(), ("tolerated",), ("tolerated", "unknown")])),
    tools=st.sampled_from([None, True]),
    content=st.builds(Content, any=LISTS, all=LISTS, none=LISTS),
)  # fmt: skip
SCENES = [
    prepare(Facts(groups=groups, status=status, address=address, tools=tools, languages=told, findings=findings), NOW)
    for groups, status, address, tools, told, findings in product(
        [(), ("hr",), ("it",), ("hr", "it")],
        ["tolerated", "unknown", "sanctioned"],
        ["10.1.0.1", "10.2.0.1"],
        [True, False],
        [(), (("prompt", "de"),), (("file", "fr"), ("prompt", "en"))],
        [
            (),
            (FindingFact("US_SSN", "pii", 0.9),),
            (FindingFact("US_SSN", "pii", 0.6, count=2), FindingFact("SECRET_JWT", "secret", 0.9, place="file")),
            (
                FindingFact("SECRET_OTHER", "secret", 0.9, count=2, decided=True),
                FindingFact("EMAIL_ADDRESS", "pii", 0.9),
            ),
            (FindingFact("SECRET_JWT", "secret", 0.9, count=2, place="credential"),),
        ],
    )
]


@given(MATCHES, MATCHES)
@settings(max_examples=300, deadline=None)
def test_within_is_never_claimed_where_the_engine_says_otherwise(match: Match, other: Match) -> None:
    if within(match, other, (), catalogue()):
        first, second = (checks(m, ask(m.content, (), catalogue())) for m in (match, other))
        for scene in SCENES:
            assert holds(first, scene) is not True or holds(second, scene) is True


@given(MATCHES)
@settings(max_examples=100, deadline=None)
def test_a_match_is_within_itself(match: Match) -> None:
    assert within(match, match, (), catalogue())
