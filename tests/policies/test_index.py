"""The index leaves out only what could not match: checked against looking at every rule."""

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from detectors.entities import catalogue
from policies.condition import checks, holds
from policies.content import ask
from policies.facts import Facts, FindingFact
from policies.index import Index, Prepared
from policies.model import Policy
from policies.rule import Action, App, Clause, Content, Effect, Match, Rule, Who
from policies.scene import prepare

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
ENTITIES = ("US_SSN", "PERSON", "SECRET_AWS_ACCESS_KEY", "LABEL_CONFIDENTIAL")


def some_of(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), max_size=2, unique=True).map(tuple)


CONTENTS = st.builds(
    Content,
    any=st.lists(
        st.builds(Clause, entities=st.tuples(st.sampled_from([*ENTITIES, "SECRET.*", "PII.NAME"]))), max_size=2
    ).map(tuple),
    none=st.lists(st.builds(Clause, entities=st.tuples(st.sampled_from(ENTITIES))), max_size=1).map(tuple),
)
MATCHES = st.builds(
    Match,
    who=st.builds(Who, groups=some_of("eng", "hr")),
    app=st.builds(
        App, ids=some_of("claude", "open*"), status=some_of("sanctioned", "unknown"), categories=some_of("genai.api")
    ),
    activity=some_of("chat", "upload"),
    tools=st.sampled_from([None, True, False]),
    content=CONTENTS,
)
FACTS = st.builds(
    Facts,
    groups=some_of("eng", "hr", "Ops"),
    app=st.sampled_from(["claude", "openai-api", "grok"]),
    status=st.sampled_from(["sanctioned", "unknown", "tolerated"]),
    category=st.sampled_from(["genai.api", "genai.chat"]),
    activity=st.sampled_from(["chat", "upload", "other"]),
    direction=st.sampled_from(["request", "request", "response"]),
    tools=st.booleans(),
    findings=st.lists(
        st.sampled_from(ENTITIES).map(lambda e: FindingFact(e, catalogue().get(e).category, 0.9)), max_size=3
    ).map(tuple),
    unknown=some_of("media", "identity", "names_timeout"),
)


def prepared(number: int, match: Match) -> Prepared:
    question = ask(match.content, (), catalogue())
    return Prepared(Rule(f"r{number}", Effect(Action.BLOCK), match), question, checks(match, question), ())


@given(st.lists(MATCHES, max_size=70), FACTS)
def test_candidates_are_all_that_could_match(matches: list[Match], facts: Facts) -> None:
    rules = [prepared(number, match) for number, match in enumerate(matches)]
    index = Index(rules)
    scene = prepare(facts, NOW)
    expected = [rule for rule in rules if holds(rule.checks, scene) is not False]
    found = [rule for rule in index.candidates(scene) if holds(rule.checks, scene) is not False]
    assert found == expected
    again = [rule for rule in index.candidates(scene) if holds(rule.checks, scene) is not False]
    assert again == expected


@given(st.lists(MATCHES, max_size=70), FACTS)
def test_scope_does_not_depend_on_findings(matches: list[Match], facts: Facts) -> None:
    from dataclasses import replace

    index = Index(prepared(number, match) for number, match in enumerate(matches))
    scope = {rule.rule.id for rule in index.scoped(prepare(replace(facts, findings=()), NOW))}
    assert {rule.rule.id for rule in index.candidates(prepare(facts, NOW))} <= scope


def test_rules_that_cannot_match_are_not_looked_at(policy_of: Callable[[str], Policy], now: datetime) -> None:
    policy = policy_of(
        """
        rules:
          - {id: a, action: {type: block}, match: {app: {status: [unknown]}}}
          - {id: b, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
          - {id: c, action: {type: block}, match: {activity: [upload]}}
        """
    )

    def candidates(facts: Facts) -> list[str]:
        return [rule.rule.id for rule in policy.index.candidates(prepare(facts, now))]

    assert candidates(Facts()) == []
    assert candidates(Facts(status="unknown")) == ["a"]
    assert candidates(Facts(findings=(FindingFact("US_SSN", "pii", 0.9),))) == ["b"]
    assert candidates(Facts(activity="upload", unknown=("media",))) == ["b", "c"]
