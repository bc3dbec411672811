"""Advice on policies that load: each kind on a policy that has it, and none on the packs."""

from datetime import UTC, datetime

import pytest

from policies.abilities import EVERYTHING
from policies.lint import lint
from policies.load import from_texts, load, packs

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
TESTS = "tests: [{name: a, findings: [], expect: {rules: [%s]}}, {name: b, findings: [], expect: {rules: []}}]"


def codes(text: str, fixed: tuple[str, ...] = ()) -> list[str]:
    policy = from_texts(
        {"t.yaml": "schema: policy/v1\npolicy: t\ndefaults: {mode: enforce}\n" + text}, abilities=EVERYTHING
    )
    return [advice.code for advice in lint(policy, NOW, fixed)]


def rule(match: str, action: str = "type: block, message: No.", name: str = "r", more: str = "") -> str:
    return f"  - {{id: {name}, match: {{{match}}}, action: {{{action}}}, {TESTS % name}{more}}}\n"


SSN = "content: {any: [{entities: [US_SSN], min_confidence: 0.5}]}"


@pytest.mark.parametrize("name", packs())
def test_the_packs_need_no_advice(name: str) -> None:
    assert lint(load([f"pack:{name}"]), NOW) == []


def test_a_good_rule_needs_none() -> None:
    assert codes("rules:\n" + rule(SSN)) == []


@pytest.mark.parametrize(
    "match",
    [
        "who: {groups: [hr], not_groups: [HR, it]}",
        "who: {networks: [10.1.0.0/16], not_networks: [10.0.0.0/8]}",
        "when: {inside: {hours: '07:00-20:00'}, outside: {hours: '07:00-20:00'}}",
        f"activity: [auth], {SSN}",
        "content: {any: [{entities: [US_SSN], categories: [secret], min_confidence: 0.5}]}",
        "content: {all: [{entities: [US_SSN], min_lines: 3, min_confidence: 0.5}]}",
        "content: {any: [{entities: [US_SSN], min_overlap: 0.3, min_confidence: 0.5}]}",
        "content: {any: [{entities: [US_SSN], min_confidence: 0.5}], none: [{groups: [PII.GOVERNMENT_ID], min_confidence: 0.4}]}",
    ],
)
def test_a_rule_that_can_never_match(match: str) -> None:
    assert codes("rules:\n" + rule(match)) == ["unreachable"]


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("app: {status: [unknown]}", "app: {status: [unknown, prohibited]}"),
        ("app: {ids: [openai-api]}", "app: {ids: ['openai*']}"),
        ("who: {networks: [10.1.0.0/16]}", "who: {networks: [10.0.0.0/8]}"),
        (SSN, "content: {any: [{groups: [PII.GOVERNMENT_ID], min_confidence: 0.5}]}"),
        ("content: {any: [{entities: [US_SSN], min_confidence: 0.9, min_count: 3}]}", SSN),
        (f"activity: [chat], {SSN}", "activity: [chat, upload]"),
        (
            "content: {any: [{entities: [SECRET_JWT], min_confidence: 0.5}]}",
            "content: {any: [{entities: [SECRET.*], min_confidence: 0.5}]}",
        ),
    ],
)
def test_a_rule_within_a_stricter_one_adds_nothing(narrow: str, wide: str) -> None:
    both = rule(narrow, "type: redact, message: M" if "content" in narrow else "type: coach, message: M", "narrow")
    assert codes("rules:\n" + both + rule(wide, name="wide")) == ["implied"]
    assert "implied" not in codes("rules:\n" + rule(wide, name="wide", more=", mode: shadow") + both)
    assert "implied" not in codes("rules:\n" + rule(wide, name="wide", more=", rollout: {percent: 50}") + both)


def test_of_two_equal_rules_one_is_too_many() -> None:
    assert codes("rules:\n" + rule(SSN, name="a") + rule(SSN, name="b")) == ["implied"]


def test_tests_and_messages() -> None:
    assert codes("rules: [{id: r, action: {type: block, message: No.}}]") == ["no-counter-test", "no-test"]
    assert codes("rules:\n" + rule(SSN, "type: block")) == ["no-message"]


def test_what_cannot_be_rehearsed_or_cut_out() -> None:
    assert codes("rules:\n" + rule("content: {any: [{entities: [US_SSN]}]}")) == ["unrehearsable"]
    fixed = rule(
        "content: {any: [{entities: [US_SSN], in: [header], min_confidence: 0.5}]}", "type: redact, message: M"
    )
    assert codes("rules:\n" + fixed) == ["cannot-redact"]
    signed = "rules:\n" + rule(f"app: {{ids: [signed-ai]}}, {SSN}", "type: redact, message: M")
    assert codes(signed, ("signed-ai",)) == ["cannot-redact"]
    assert codes(signed) == []


def test_exceptions_that_ended_or_lift_nothing() -> None:
    entry = "exceptions:\n  - {id: E, rules: [r], reason: r, owner: o, expires: %s, %s}\n"
    good = "approved_by: a, ticket: t"
    assert codes("rules:\n" + rule(SSN) + entry % ("2026-12-31", good)) == []
    assert codes("rules:\n" + rule(SSN) + entry % ("2026-01-20", good)) == ["expires-soon"]
    assert codes("rules:\n" + rule(SSN) + entry % ("2026-01-01", good)) == ["expired"]
    assert codes("rules:\n" + rule(SSN) + entry % ("2026-12-31", "ticket: t")) == ["no-ticket"]
    watched = rule(SSN, "type: monitor") + entry % ("2026-12-31", good)
    assert codes("rules:\n" + watched) == ["lifts-nothing"]


def test_advice_stands_at_its_place() -> None:
    policy = from_texts({"t.yaml": "schema: policy/v1\npolicy: t\nrules:\n" + rule(SSN, "type: block")})
    [advice] = lint(policy, NOW)
    assert str(advice).startswith('t.yaml:4:5: the rule "r" tells the user nothing of its own\n  4 |   - {id: r')
    assert str(advice).endswith("[no-message]")


def test_a_rule_about_a_language_alone_is_no_fault() -> None:
    text = """rules:
  - id: german
    match: {content: {any: [{languages: [de]}]}}
    action: {type: block, message: In English please.}
    tests:
      - {name: german, given: {languages: [de]}, expect: {action: block}}
      - {name: french, given: {languages: [fr]}, expect: {rules: []}}
"""
    assert codes(text) == []
