"""Rules, and their local tuning from another file."""

import pytest

from policies.abilities import EVERYTHING
from policies.load import from_texts
from policies.model import Policy
from policies.problem import PolicyError
from policies.rule import Action

PACK = """schema: policy/v1
policy: pack
defaults: {mode: enforce}
rules:
  - id: floor
    floor: true
    match: {content: {any: [{entities: [SECRET.*], min_confidence: 0.5}]}}
    action: {type: redact}
  - id: code
    match: {content: {any: [{entities: [SOURCE_CODE], min_lines: 8}, {entities: [US_SSN]}]}}
    action: {type: block, message: No code.}
    tags: [ISO27001:A.8.4]
"""
LOCAL = "schema: policy/v1\npolicy: local\nadjust:\n  - {%s, reason: r, owner: o}\n"


def tuned(text: str) -> Policy:
    return from_texts({"pack.yaml": PACK, "local.yaml": LOCAL % text}, abilities=EVERYTHING)


def fault(text: str) -> tuple[str, str]:
    with pytest.raises(PolicyError) as caught:
        tuned(text)
    [problem] = caught.value.problems
    return problem.message, problem.help


def test_thresholds_are_tuned_in_every_clause_that_has_them() -> None:
    (code,) = [r for r in tuned("rule: code, min_lines: 20, min_confidence: 0.8").rules if r.id == "code"]
    assert [(c.min_lines, c.min_confidence) for c in code.match.content.any] == [(20, 0.8), (0, 0.8)]
    assert code.adjusted == "local.yaml:4:5"
    assert code.where.startswith("pack.yaml:")


def test_the_action_is_replaced_whole_or_only_its_message() -> None:
    by_id = {r.id: r for r in tuned("rule: code, action: {type: coach, message: Sure?}, severity: low").rules}
    assert (by_id["code"].action.type, by_id["code"].severity) == (Action.COACH, "low")
    by_id = {r.id: r for r in tuned("rule: code, message: Ask Bob., tags: [X]").rules}
    assert (by_id["code"].action.type, by_id["code"].action.message) == (Action.BLOCK, "Ask Bob.")
    assert by_id["code"].tags == ("ISO27001:A.8.4", "X")


@pytest.mark.parametrize(
    "text",
    [
        "rule: floor, mode: shadow",
        "rule: floor, rollout: {percent: 50}",
        "rule: floor, min_confidence: 0.9",
        "rule: floor, min_count: 2",
        "rule: floor, action: {type: monitor}",
        "rule: floor, action: {type: redact, unwritable: monitor}",
    ],
)
def test_a_floor_is_never_tuned_down(text: str) -> None:
    assert fault(text) == ('the rule "floor" is a floor', "tuning may make it stricter only")


def test_a_floor_may_be_made_stricter() -> None:
    rules = {r.id: r for r in tuned("rule: floor, action: {type: block}, min_confidence: 0.3").rules}
    assert rules["floor"].action.type is Action.BLOCK


def test_what_cannot_be_tuned() -> None:
    assert fault("rule: cod, min_lines: 3") == ('unknown rule "cod"', 'did you mean "code"?')
    with pytest.raises(PolicyError, match="stands in this file"):
        from_texts({"pack.yaml": PACK + "adjust: [{rule: code, mode: shadow, reason: r, owner: o}]\n"})
    with pytest.raises(PolicyError, match="is tuned twice"):
        tuned("rule: code, mode: shadow, reason: r, owner: o}\n  - {rule: code, mode: shadow")


def test_an_answer_can_neither_be_coached_nor_sent_elsewhere() -> None:
    for action in ("type: coach", "type: route, to: own"):
        text = f"schema: policy/v1\npolicy: t\nrules: [{{id: r, match: {{direction: [response]}}, action: {{{action}}}}}]\n"
        with pytest.raises(PolicyError, match="means nothing for an answer"):
            from_texts({"t.yaml": text}, abilities=EVERYTHING)
