"""Steps of a rule, and the edits they make."""

import pytest

from policies.promotion import PromotionError, adjust, following, promote
from policies.rule import Action, Effect, Rollout, Rule


def rule(mode: str, percent: float | None = None, floor: bool = False) -> Rule:
    return Rule(
        "r", Effect(Action.BLOCK), mode=mode, rollout=Rollout(percent) if percent is not None else None, floor=floor
    )  # type: ignore[arg-type]


def test_the_steps() -> None:
    assert following(rule("shadow")) == Rollout(5.0)
    assert following(rule("enforce", 5)) == Rollout(25.0)
    assert following(rule("enforce", 10)) == Rollout(25.0)
    assert following(rule("enforce", 25)) is None
    assert following(rule("shadow", floor=True)) is None
    with pytest.raises(PromotionError, match="for everyone already"):
        following(rule("enforce"))


def test_other_rules_and_comments_are_left_alone() -> None:
    text = "rules:\n  - id: q\n    mode: shadow\n  - id: r  # mine\n    rollout:\n      percent: 5\n      by: user\n    mode: enforce\n    # act\n    action: {type: block}\n"
    assert promote(text, "r", Rollout(25)) == (
        "rules:\n  - id: q\n    mode: shadow\n  - id: r  # mine\n    mode: enforce\n    rollout: {percent: 25}\n    # act\n"
        "    action: {type: block}\n"
    )


def test_what_cannot_be_edited_is_said() -> None:
    for text, why in (
        ("rules:\n  - {id: r, mode: shadow}\n", "in one line"),
        ("rules:\n  - mode: shadow\n    id: r\n", "write its id first"),
        ("rules:\n  - id: q\n", "there is no rule"),
    ):
        with pytest.raises(PromotionError, match=why):
            promote(text, "r", None)


def test_a_tuning_is_added_and_then_replaced() -> None:
    once = adjust("schema: policy/v1\npolicy: own\n", "r", Rollout(5), "o", "why")
    twice = adjust(once, "r", None, "o", "why")
    assert once.endswith("adjust:\n  - {rule: r, mode: enforce, rollout: {percent: 5}, owner: o, reason: why}\n")
    assert twice.count("rule: r") == 1
    assert "percent: 100" in twice
    both = adjust(once, "q", Rollout(5), "o", "why")
    assert both.count("- {rule") == 2
    assert adjust("", "r", Rollout(5), "o", "why").startswith("schema: policy/v1\n")
