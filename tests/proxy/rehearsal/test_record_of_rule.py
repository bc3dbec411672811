"""What a trail shows of one rule."""

from typing import Any

from proxy.rehearsal.record_of_rule import seen


def decision(event: str, *hits: tuple[str, str, str], would: str = "") -> dict[str, Any]:
    rules = [{"id": i, "action": action, "because": because} for i, action, because in hits]
    shadow = {"rules": [{"id": would, "action": "block", "because": "matched"}]} if would else None
    return {"type": "decision", "id": event, "decision": {"rules": rules, "would": shadow}}


def verdict(event: str, said: str) -> dict[str, Any]:
    return {"type": "verdict", "id": "x" + event, "event": event, "verdict": said}


def test_matches_verdicts_and_overrides() -> None:
    found = seen(
        [
            decision("1", ("r", "coach", "matched")),
            decision("2", ("r", "monitor", "answered")),
            decision("3", ("other", "block", "matched"), would="r"),
            decision("4", ("other", "block", "matched")),
            verdict("1", "tp"),
            verdict("1", "fp"),
            verdict("3", "tp"),
            verdict("4", "fp"),
            {"type": "start", "id": "s"},
        ],
        "r",
    )
    assert (found.matches, found.judged, found.false) == (3, 2, 1)
    assert (found.coached, found.overrides) == (2, 1)
    assert (found.false_share, found.override_share) == (0.5, 0.5)


def test_nothing_seen_is_no_share() -> None:
    assert (seen([], "r").false_share, seen([], "r").override_share) == (0.0, 0.0)
