"""Two policies in, what is tightened, loosened or moved from the one to the other out: by meaning, not by text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from detectors.entities import catalogue
from policies.implied import within
from policies.model import Policy
from policies.rule import Action, Exception_, Resolution, Rule

Direction = Literal["tightened", "loosened", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `floor`: it is about a rule that no exception may lift, so somebody else should look at it too."""

    direction: Direction
    what: str  # `rule secrets-stop`
    how: str
    floor: bool = False


def compare(old: Policy, new: Policy) -> list[Change]:
    """Return the changes: first those that loosen a floor, then what is loosened, tightened, moved."""
    changes = [*_rules(old, new), *_exceptions(old, new), *_defaults(old, new)]
    rank = {"loosened": 0, "tightened": 1, "moved": 2}
    return sorted(
        changes, key=lambda c: (not (c.floor and c.direction == "loosened"), rank[c.direction], c.what, c.how)
    )


def version(changes: Sequence[Change]) -> str:
    """Return which part of a version number the changes raise: major where something is loosened, minor, patch."""
    directions = {change.direction for change in changes}
    return "major" if "loosened" in directions else "minor" if "tightened" in directions else "patch" if changes else ""


def _rules(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = ({rule.id: rule for rule in policy.rules} for policy in (old, new))
    for name in sorted(before.keys() | after.keys()):
        a, b = before.get(name), after.get(name)
        what = f"rule {name}"
        if b is None and a is not None:
            yield Change(_if_enforced(a, "loosened", invert=True), what, f"taken out: {_does(a)}", a.floor)
        elif a is None and b is not None:
            yield Change(_if_enforced(b, "tightened"), what, f"new: {_does(b)}", b.floor)
        elif a is not None and b is not None:
            for direction, how in _rule(a, b, old, new):
                yield Change(direction, what, how, a.floor or b.floor)


def _if_enforced(rule: Rule, direction: Direction, *, invert: bool = False) -> Direction:
    """A rule that rehearses, or monitors, changes nothing by coming or going; one that allows does the opposite."""
    if rule.mode == "shadow" or rule.action.type in {Action.MONITOR, Action.ROUTE}:
        return "moved"
    if rule.action.type is Action.ALLOW:
        return "tightened" if invert else "loosened"
    return direction


def _rule(a: Rule, b: Rule, old: Policy, new: Policy) -> Iterator[tuple[Direction, str]]:
    if a.action.type is not b.action.type:
        yield _by(b.action.type.rank - a.action.type.rank), f"action {a.action.type} -> {b.action.type}"
    if a.mode != b.mode:
        yield ("tightened" if b.mode == "enforce" else "loosened"), f"mode {a.mode} -> {b.mode}"
    if a.floor != b.floor:
        yield ("tightened" if b.floor else "loosened"), f"floor {a.floor} -> {b.floor}".lower()
    shares = [100.0 if rule.rollout is None else rule.rollout.percent for rule in (a, b)]
    if shares[0] != shares[1]:
        yield _by(shares[1] - shares[0]), f"rollout {shares[0]:g} % -> {shares[1]:g} %"
    if a.action.unwritable is not b.action.unwritable:
        yield (
            _by(b.action.unwritable.rank - a.action.unwritable.rank),
            f"unwritable {a.action.unwritable} -> {b.action.unwritable}",
        )
    if a.action.to != b.action.to:
        yield "moved", f"to {a.action.to or 'nothing'} -> {b.action.to or 'nothing'}"
    if a.match != b.match or _classes(old) != _classes(new):
        yield from _match(a, b, old, new)
    if a.severity != b.severity:
        yield "moved", f"severity {a.severity} -> {b.severity}"
    if (a.action.message, a.action.alternative) != (b.action.message, b.action.alternative):
        yield "moved", "message"


def _match(a: Rule, b: Rule, old: Policy, new: Policy) -> Iterator[tuple[Direction, str]]:
    """Say whether the match grew or shrank; a rule that allows loosens as it grows."""
    known = catalogue()
    narrower = within(b.match, a.match, old.classes, known)
    wider = within(a.match, b.match, new.classes, known)
    if narrower and wider and a.match == b.match:
        return
    changed = ", ".join(_keys(a.match, b.match)) or "classes"
    allows = a.action.type is Action.ALLOW
    if narrower and wider:
        yield "moved", f"match, {changed}: the same"
    elif wider:
        yield ("loosened" if allows else "tightened"), f"matches more: {changed}"
    elif narrower:
        yield ("tightened" if allows else "loosened"), f"matches less: {changed}"
    else:
        yield "loosened", f"matches otherwise: {changed}"


def _keys(a: Any, b: Any, path: str = "") -> Iterator[str]:
    """Yield the keys at which two matches differ, with the words."""
    for field in fields(a):
        x, y = getattr(a, field.name), getattr(b, field.name)
        name = f"{path}{field.name}"
        if x == y:
            continue
        if hasattr(x, "__dataclass_fields__") and type(x) is type(y):
            yield from _keys(x, y, f"{name}.")
        elif isinstance(x, tuple) and isinstance(y, tuple) and len(x) == len(y) and _records(x) and _records(y):
            for n, (one, other) in enumerate(zip(x, y, strict=True)):
                yield from _keys(one, other, f"{name}[{n}].")
        else:
            yield f"{name} {_words(x)} -> {_words(y)}"


def _records(values: tuple[Any, ...]) -> bool:
    return all(hasattr(value, "__dataclass_fields__") for value in values)


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} clauses" if value and _records(value) else "/".join(map(str, value)) or "any"
    return str(value)


def _exceptions(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = ({e.id: e for e in policy.exceptions} for policy in (old, new))
    for name in sorted(before.keys() | after.keys()):
        a, b = before.get(name), after.get(name)
        what = f"exception {name}"
        if a is None and b is not None:
            yield Change("loosened", what, f"new: lifts {', '.join(b.rules)} to {b.max_action} until {b.expires:%F %R}")
        elif b is None and a is not None:
            yield Change("tightened", what, f"taken out: lifted {', '.join(a.rules)}")
        elif a is not None and b is not None:
            yield from (Change(direction, what, how) for direction, how in _exception(a, b, new))


def _exception(a: Exception_, b: Exception_, new: Policy) -> Iterator[tuple[Direction, str]]:
    if a.expires != b.expires:
        yield ("loosened" if b.expires > a.expires else "tightened"), f"expires {a.expires:%F %R} -> {b.expires:%F %R}"
    if a.max_action is not b.max_action:
        yield _by(b.max_action.rank - a.max_action.rank), f"max_action {a.max_action} -> {b.max_action}"
    if set(a.rules) != set(b.rules):
        direction: Direction = "tightened" if set(b.rules) < set(a.rules) else "loosened"
        yield direction, f"rules {', '.join(a.rules)} -> {', '.join(b.rules)}"
    if a.match != b.match:
        narrower = within(b.match, a.match, new.classes, catalogue())
        yield ("tightened" if narrower else "loosened"), f"match: {', '.join(_keys(a.match, b.match))}"
    if (a.owner, a.approved_by, a.ticket, a.reason) != (b.owner, b.approved_by, b.ticket, b.reason):
        yield "moved", "who and why"


_RESOLUTIONS: Mapping[Resolution, int] = {"flag": 0, "by_status": 1, "block": 2}


def _defaults(old: Policy, new: Policy) -> Iterator[Change]:
    for status in sorted({*old.defaults.app_status, *new.defaults.app_status}):
        a, b = (p.defaults.app_status.get(status, Action.BLOCK) for p in (old, new))
        if a is not b:
            yield Change(_by(b.rank - a.rank), f"default for {status} services", f"{a} -> {b}")
    for reason in sorted({*old.defaults.on_unknown, *new.defaults.on_unknown}):
        x, y = (p.defaults.on_unknown.get(reason, "block") for p in (old, new))
        if x != y:
            yield Change(_by(_RESOLUTIONS[y] - _RESOLUTIONS[x]), f"on_unknown {reason}", f"{x} -> {y}")
    if _classes(old) != _classes(new):
        yield Change("moved", "classes", "another list of classes")
    if old.inspection != new.inspection:
        passes = [sum(1 for entry in p.inspection if entry.do == "pass_through") for p in (old, new)]
        direction: Direction = "loosened" if passes[1] > passes[0] else "moved"
        yield Change(direction, "inspection", f"{len(old.inspection)} -> {len(new.inspection)} entries")


def _classes(policy: Policy) -> tuple[Any, ...]:
    return tuple(policy.classes)


def _by(difference: float) -> Direction:
    return "tightened" if difference > 0 else "loosened"


def _does(rule: Rule) -> str:

    return f"{rule.action.type}, {rule.mode}, {rule.severity}"
