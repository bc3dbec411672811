"""Rules in, those that could match an exchange out, without looking at each rule.

Rules
1. Each dimension (status, activity, group, …) maps a value to a mask: bit n is set where rule n admits the value.
   `rest` are the rules that do not ask. The conjunction of the masks is the candidates: a few machine operations on
   integers of as many bits as there are rules.
2. The index only leaves out what cannot match and cannot be unknown. Candidates are checked key by key, but for the
   keys that it decides exactly (`Prepared.rest`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from policies.condition import Check, holds
from policies.content import Question
from policies.facts import Facts
from policies.rule import Exception_, Rule
from policies.scene import Scene, prepare

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_MEMO = 4096  # entities are open-ended (SECRET_…): what is remembered of them is bounded


@dataclass(frozen=True, slots=True)
class Lifting:
    """An exception, ready to be checked."""

    exception: Exception_
    checks: tuple[Check, ...] = field(repr=False)
    costs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Prepared:
    """A rule, ready to be checked; `liftings` are the exceptions that name it, none for a floor."""

    rule: Rule
    question: Question = field(repr=False)
    checks: tuple[Check, ...] = field(repr=False)
    liftings: tuple[Lifting, ...] = field(repr=False)

    @cached_property
    def rest(self) -> tuple[Check, ...]:
        """Return the checks that are left of a candidate of the index."""
        exact = {"direction", "app.categories", "app.status", "activity", "tools"}
        if not any("*" in word for word in self.rule.match.app.ids):
            exact.add("app.ids")
        return tuple(check for check in self.checks if check.key not in exact)

    @property
    def costs(self) -> frozenset[str]:
        """Return which dear detectors this rule depends on."""
        return self.question.costs.union(*(lifting.costs for lifting in self.liftings))


_DIMENSIONS: tuple[tuple[Callable[[Rule], Sequence[str]], Callable[[Facts], str]], ...] = (
    (lambda rule: rule.match.app.status, lambda facts: facts.status),
    (lambda rule: rule.match.activity, lambda facts: facts.activity),
    (lambda rule: rule.match.app.ids, lambda facts: facts.app),
    (lambda rule: rule.match.app.categories, lambda facts: facts.category),
    (lambda rule: rule.match.direction, lambda facts: facts.direction),
    (lambda rule: _tools(rule.match.tools), lambda facts: str(facts.tools)),
)


class Index:
    """Built once a policy; answers are pure, a memo of entities apart."""

    def __init__(self, rules: Iterable[Prepared]) -> None:
        self._rules = tuple(rules)
        tables = ((get, *_table(self._rules, values)) for values, get in _DIMENSIONS)
        self._all = (1 << len(self._rules)) - 1
        # A dimension that no rule asks for leaves nothing out.
        self._tables = tuple((get, table, rest) for get, table, rest in tables if table or rest != self._all)
        self._groups = _table(self._rules, lambda rule: rule.match.who.groups)
        self._without_content = _mask(n for n, r in enumerate(self._rules) if not r.question.selects)
        self._by_entity: dict[str, int] = {}

    @property
    def rules(self) -> tuple[Prepared, ...]:
        """Return all rules."""
        return self._rules

    def scoped(self, scene: Scene) -> Iterator[Prepared]:
        """Yield the rules that could match whatever was found."""
        return self._members(self._scope(scene))

    def needs(self, facts: Facts) -> frozenset[str]:
        """Return which dear detectors a rule that could match depends on, whatever the time of day."""
        scene = prepare(facts, _ANY_TIME)
        costs: frozenset[str] = frozenset()
        for prepared in self.scoped(scene):
            if not prepared.costs <= costs and _could_match(prepared, scene):
                costs |= prepared.costs
        return costs

    def candidates(self, scene: Scene) -> Iterator[Prepared]:
        """Yield the rules that could match, or be unknown, with what was found."""
        mask = self._scope(scene)
        if not scene.unread:
            content = self._without_content
            for entity in scene.findings:
                content |= self._wanting(entity)
            mask &= content
        return self._members(mask)

    def _scope(self, scene: Scene) -> int:
        mask = self._all
        facts = scene.facts
        for get, table, rest in self._tables:
            mask &= table.get(get(facts).casefold(), rest)
            if not mask:
                return 0
        if not scene.unknown_who:
            table, rest = self._groups
            groups = rest
            for group in scene.facts.groups:
                groups |= table.get(group.casefold(), 0)
            mask &= groups
        return mask

    def _wanting(self, entity: str) -> int:
        mask = self._by_entity.get(entity)
        if mask is None:
            mask = _mask(n for n, r in enumerate(self._rules) if any(a.wants(entity) for a in r.question.positive))
            if len(self._by_entity) < _MEMO:
                self._by_entity[entity] = mask
        return mask

    def _members(self, mask: int) -> Iterator[Prepared]:
        while mask:
            low = mask & -mask
            yield self._rules[low.bit_length() - 1]
            mask ^= low


def _could_match(prepared: Prepared, scene: Scene) -> bool:
    scope = [check for check in prepared.checks if not check.key.startswith(("content.", "when."))]
    try:
        return holds(scope, scene) is not False
    except Exception:  # noqa: BLE001 - as in the engine: a rule that cannot be evaluated counts as matched
        return True


def _table(rules: Sequence[Prepared], values: Callable[[Rule], Sequence[str]]) -> tuple[dict[str, int], int]:
    """Return value to mask, and the mask of values that no rule names. A pattern admits every value."""
    asked = [tuple(values(prepared.rule)) for prepared in rules]
    rest = _mask(n for n, words in enumerate(asked) if not words or any("*" in word for word in words))
    named = {word.casefold() for words in asked for word in words if "*" not in word}
    table = {}
    for word in named:
        table[word] = rest | _mask(n for n, words in enumerate(asked) if word in {w.casefold() for w in words})
    return table, rest


def _mask(numbers: Iterable[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _tools(wanted: bool | None) -> tuple[str, ...]:
    return () if wanted is None else (str(wanted),)
