"""The ladder of actions, and what holds where nothing is written."""

from policies.rule import APP_STATUS, Action, Effect, Rule


def test_the_ladder() -> None:
    ordered = sorted(Action, key=lambda action: action.rank, reverse=True)
    assert [action.value for action in ordered] == [
        *("block", "coach", "redact", "tokenise", "route", "monitor", "allow")
    ]
    assert [action.value for action in Action if action.step is not action] == ["route"]
    assert [action.value for action in Action if action.stops] == ["coach", "block"]
    assert [action.value for action in Action if action.cuts] == ["tokenise", "redact"]


def test_an_action_is_its_word() -> None:
    assert Action("redact") is Action.REDACT
    assert f"{Action.BLOCK}" == "block"


def test_a_rule_that_says_nothing_rehearses_and_applies_to_requests() -> None:
    rule = Rule("r", Effect(Action.BLOCK))
    assert rule.mode == "shadow"
    assert rule.match.direction == ("request",)
    assert rule.action.unwritable is Action.BLOCK


def test_prohibited_services_are_closed_unless_a_policy_opens_them() -> None:
    assert APP_STATUS["prohibited"] is Action.BLOCK
