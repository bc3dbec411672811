"""Laws of every verdict, for policies and facts made by chance: the order of rules means nothing."""

import random
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import decide
from policies.facts import REASONS, Facts, FindingFact
from policies.load import from_texts
from policies.model import Policy
from policies.rule import Action
from tests.policies.found import NOW

PolicyOf = Callable[[str], Policy]


ACTIONS = st.sampled_from(["allow", "monitor", "redact", "block"])
CLAUSES = st.sampled_from(
    [
        "{entities: [US_SSN]}",
        "{entities: [EMAIL_ADDRESS], min_count: 2}",
        "{groups: [PII.NAME]}",
        "{entities: [SECRET.*], min_confidence: 0.7}",
    ]
)
MATCHES = st.sampled_from(
    [
        "",
        "app: {status: [unknown, unsanctioned]}, ",
        "who: {groups: [eng]}, ",
        "tools: true, ",
        "who: {networks: [10.0.0.0/8]}, ",
    ]
)


@st.composite
def rule_texts(draw: st.DrawFn) -> list[str]:
    texts = []
    for number in range(draw(st.integers(1, 7))):
        mode = draw(st.sampled_from(["shadow", "enforce", "enforce"]))
        severity = draw(st.sampled_from(["low", "high"]))
        unwritable = draw(st.sampled_from(["", ", unwritable: monitor"]))
        action = draw(ACTIONS)
        effect = f"{{type: {action}{unwritable if action == 'redact' else ''}}}"
        texts.append(
            f"  - {{id: r{number}, mode: {mode}, severity: {severity}, action: {effect}, "
            f"match: {{{draw(MATCHES)}content: {{any: [{draw(CLAUSES)}]}}}}}}\n"
        )
    return texts


FINDINGS = st.lists(
    st.builds(
        FindingFact,
        entity=st.sampled_from(["US_SSN", "EMAIL_ADDRESS", "PERSON", "SECRET_AWS_ACCESS_KEY"]),
        category=st.just("pii"),
        score=st.sampled_from([0.4, 0.9]),
        writable=st.booleans(),
        decided=st.booleans(),
        place=st.sampled_from(["prompt", "credential"]),
    ),
    max_size=4,
).map(lambda found: tuple(replace(one, ref=n) for n, one in enumerate(found)))
FACTS = st.builds(
    Facts,
    groups=st.sampled_from([(), ("eng",)]),
    address=st.sampled_from(["", "10.0.0.1", "garbage"]),
    status=st.sampled_from(["sanctioned", "tolerated", "unsanctioned", "prohibited", "unknown"]),
    tools=st.booleans(),
    findings=FINDINGS,
    unknown=st.lists(st.sampled_from(REASONS), max_size=2, unique=True).map(tuple),
)


@settings(max_examples=150)
@given(rule_texts(), FACTS, st.randoms())
def test_the_order_of_the_rules_means_nothing(texts: list[str], facts: Facts, order: random.Random) -> None:
    head = "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce}\nrules:\n"
    policy = from_texts({"p.yaml": head + "".join(texts)})
    shuffled = list(texts)
    order.shuffle(shuffled)
    again = from_texts({"p.yaml": head + "".join(shuffled)})
    verdict = decide(facts, policy, NOW)
    assert replace(decide(facts, again, NOW), policy="") == replace(verdict, policy="")
    found = list(facts.findings)
    order.shuffle(found)
    assert replace(decide(replace(facts, findings=tuple(found)), again, NOW), policy="") == replace(verdict, policy="")


@settings(max_examples=150)
@given(rule_texts(), FACTS)
def test_laws_of_every_verdict(texts: list[str], facts: Facts) -> None:
    policy = from_texts(
        {"p.yaml": "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce}\nrules:\n" + "".join(texts)}
    )
    verdict = decide(facts, policy, NOW)
    assert verdict.rules or verdict.by_default
    assert verdict.by_default or verdict.rules[0].action is verdict.action
    assert all(hit.action.rank <= verdict.action.rank for hit in verdict.rules)
    assert all(facts.findings[ref].writable for ref in verdict.redactions)
    assert bool(verdict.message) == (verdict.action.rank > Action.MONITOR.rank)
    enforced = {rule.id for rule in policy.rules if rule.mode == "enforce"}
    assert {hit.id for hit in verdict.rules} <= enforced
    assert verdict.policy == policy.revision


@settings(max_examples=150)
@given(rule_texts(), FACTS)
def test_reading_everything_never_makes_a_blocked_unknown_worse_than_blocked(texts: list[str], facts: Facts) -> None:
    """Where `on_unknown` blocks every reason, what was not read never lets more pass than what was read does."""
    head = "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce, on_unknown: block}\nrules:\n"
    policy = from_texts({"p.yaml": head + "".join(texts)})
    read = decide(replace(facts, unknown=()), policy, NOW)
    unread = decide(facts, policy, NOW)
    allowed = any(hit.action is Action.ALLOW for hit in (*read.rules, *unread.rules))
    assert allowed or unread.action.rank >= read.action.rank
