"""Conditions in CEL: checked when they are read, evaluated in microseconds, unknown where what they ask is."""

from datetime import datetime
from typing import Any

import pytest

from policies import cel
from policies.facts import Facts
from policies.scene import prepare

pytest.importorskip("cel_expr_python", reason="the optional extra `cel`")


def test(text: str, now: datetime, **facts: Any) -> object:
    return cel.compile(text)(prepare(Facts(**facts), now))


test.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "facts", "holds"),
    [
        ("request.bytes > 5000000 && !(app.id in ['own'])", {"bytes": 6_000_000, "app": "claude"}, True),
        ("request.bytes > 5000000 && !(app.id in ['own'])", {"bytes": 6_000_000, "app": "own"}, False),
        ("who.groups.exists(g, g.startsWith('hr-'))", {"groups": ("it", "hr-eu")}, True),
        ("request.model.matches('^gpt-4') || request.tools", {"model": "gpt-4o"}, True),
        ("'EU' in app.residency", {"residency": ("US",)}, False),
    ],
)
def test_an_expression_is_asked_of_the_facts(text: str, facts: dict[str, Any], holds: bool, now: datetime) -> None:
    assert cel.faults(text) == []
    assert test(text, now, **facts) is holds


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("request.byts > 5", "undeclared reference to 'request.byts' (at 1:8)"),
        ("request.bytes > 'a'", "found no matching overload for '_>_' applied to '(int, string)' (at 1:15)"),
        ("request.bytes", "it is INT, not BOOL"),
        ("app.id ==", "Syntax error"),
        ("true || " * 300 + "true", "longer than 2000 characters"),
        ("[1].all(a, [1].all(b, [1].all(c, a == c)))", "more than 2 of all"),
    ],
)
def test_what_is_wrong_is_said_when_the_file_is_read(text: str, fault: str) -> None:
    assert cel.faults(text)[0].startswith(fault)


def test_what_is_not_known_is_unknown_and_not_false(now: datetime) -> None:
    assert test("who.user == 'dana'", now, unknown=("identity",)) == frozenset({"identity"})
    assert test("app.account == 'personal'", now) == frozenset({"identity"})
    assert test("request.model == 'x'", now, unknown=("undecodable",)) == frozenset({"undecodable"})
    assert test("request.bytes > 1", now, unknown=("undecodable",), bytes=2) is True


def test_one_that_cannot_be_evaluated_raises_and_never_holds(now: datetime) -> None:
    with pytest.raises(ValueError, match="cannot be evaluated"):
        test("1 / request.bytes > 0", now, bytes=0)


def test_the_observed_values_are_shown_for_the_names_that_are_asked(now: datetime) -> None:
    scene = prepare(Facts(bytes=3), now)
    assert cel.observed("request.bytes > 5 && app.id != 'who.user'", scene) == "request.bytes = 3, app.id = ''"
