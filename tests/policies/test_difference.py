"""Two policies by meaning: what loosens, tightens, only moves; a loosened floor comes first."""

import pytest

from policies.abilities import EVERYTHING
from policies.difference import compare, version
from policies.load import from_texts, load
from policies.model import Policy

BASE = """schema: policy/v1
policy: t
defaults: {mode: enforce}
rules:
  - id: floor
    floor: true
    match: {content: {any: [{entities: [SECRET.*], min_confidence: 0.5}]}}
    action: {type: redact}
  - id: code
    match: {app: {status: [unknown]}, content: {any: [{entities: [SOURCE_CODE], min_lines: 8}]}}
    action: {type: block, message: No.}
exceptions:
  - {id: E, rules: [code], reason: r, owner: o, expires: 2030-01-01}
"""


def policy(old: str = "", new: str = "") -> Policy:
    assert old in BASE
    return from_texts({"t.yaml": BASE.replace(old, new, 1) if old else BASE}, abilities=EVERYTHING)


def changes(old: str, new: str) -> list[tuple[str, str, str, bool]]:
    return [(c.direction, c.what, c.how, c.floor) for c in compare(policy(), policy(old, new))]


def test_nothing_changed() -> None:
    assert compare(policy(), policy()) == []
    assert version([]) == ""


@pytest.mark.parametrize(
    ("old", "new", "direction", "what", "how"),
    [
        ("min_lines: 8", "min_lines: 20", "loosened", "rule code", "matches less: content.any[0].min_lines 8 -> 20"),
        ("min_lines: 8", "min_lines: 1", "tightened", "rule code", "matches more: content.any[0].min_lines 8 -> 1"),
        ("[unknown]", "[unknown, tolerated]", "tightened", "rule code", "matches more: app.status unknown -> unknown/tolerated"),
        ("[unknown]", "[tolerated]", "loosened", "rule code", "matches otherwise: app.status unknown -> tolerated"),
        ("type: block", "type: coach", "loosened", "rule code", "action block -> coach"),
        ("message: No.", "message: Nope.", "moved", "rule code", "message"),
        ("id: code\n", "id: code\n    mode: shadow\n", "loosened", "rule code", "mode enforce -> shadow"),
        ("id: code\n", "id: code\n    rollout: {percent: 25}\n", "loosened", "rule code", "rollout 100 % -> 25 %"),
        ("expires: 2030-01-01", "expires: 2031-01-01", "loosened", "exception E", "expires 2030-01-02 00:00 -> 2031-01-02 00:00"),
        ("expires: 2030-01-01", "expires: 2030-01-01, match: {who: {users: [a]}}", "tightened", "exception E", "match: who.users any -> a"),
        ("{mode: enforce}", "{mode: enforce, on_unknown: flag}", "loosened", "on_unknown error", "block -> flag"),
        ("{mode: enforce}", "{mode: enforce, app_status: {unknown: block}}", "tightened", "default for unknown services", "monitor -> block"),
    ],
)  # fmt: skip
def test_each_change_has_a_direction(old: str, new: str, direction: str, what: str, how: str) -> None:
    assert (direction, what, how, False) in changes(old, new)


def test_loosening_a_floor_stands_first() -> None:
    both = BASE.replace("min_confidence: 0.5", "min_confidence: 0.9").replace("min_lines: 8", "min_lines: 9")
    found = compare(policy(), from_texts({"t.yaml": both}))
    assert [(c.direction, c.what, c.floor) for c in found] == [
        ("loosened", "rule floor", True),
        ("loosened", "rule code", False),
    ]
    assert version(found) == "major"
    assert compare(policy(), policy("floor: true\n    ", ""))[0].how == "floor true -> false"


def test_rules_come_and_go() -> None:
    without = BASE[: BASE.index("  - id: code")]
    gone = compare(policy(), from_texts({"t.yaml": without}))
    assert [(c.direction, c.what) for c in gone] == [("loosened", "rule code"), ("tightened", "exception E")]
    back = compare(from_texts({"t.yaml": without}), policy())
    assert [(c.direction, c.what) for c in back] == [("loosened", "exception E"), ("tightened", "rule code")]


def test_strict_is_mostly_tighter_than_default() -> None:
    found = compare(load(["pack:default"]), load(["pack:strict"]))
    assert {c.what for c in found if c.direction == "loosened"} == {
        "rule secrets-never-leave",
        "rule contact-data-with-tools",
    }
    assert len([c for c in found if c.direction == "tightened"]) > 10
