"""Content clauses in, what they make of the findings out: true, false or unknown, and which findings they select.

Rules
1. A clause selects the findings that satisfy all its keys that speak of one finding, then asks whether there are
   enough of them. Reading more can only add findings: what is satisfied is true whatever was not read, what is not
   satisfied is unknown while something was not read.
2. `names_timeout` makes only those clauses unknown that could select a name found in prose.
3. Findings in `credential` parts count only for a clause that asks for them.
4. `languages` speaks of the prose in the parts that the clause looks at. Prose whose language nobody could tell is
   unknown for the reason `language`. A clause of `languages` alone selects nothing: it is satisfied by the prose.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from detectors.entities import Catalogue
from policies.facts import FindingFact
from policies.pattern import one_of
from policies.rule import Clause, Content, DataClass
from policies.scene import Scene
from policies.truth import Truth, every, negated, some

NAMES = "names"
FINGERPRINT = "fingerprint"
LANGUAGE = "language"
_UNTOLD: Truth = frozenset({LANGUAGE})
_MEMO = 4096  # entities are open-ended (SECRET_…): what is remembered of them is bounded


@dataclass(frozen=True, slots=True)
class Asked:
    """One clause, ready to be asked. `wants` tells of an entity whether the clause could select it."""

    clause: Clause
    wants: Callable[[str], bool] = field(repr=False)
    costs: frozenset[str]
    in_documents: Callable[[str], bool] = field(repr=False)
    in_class: Callable[[FindingFact], bool] = field(repr=False)

    @property
    def of_prose(self) -> bool:
        """Tell whether the clause asks for no finding, but for a language only."""
        return bool(self.clause.languages) and not self.clause.selects

    def selected(self, scene: Scene) -> list[FindingFact]:
        """Return the findings that satisfy the keys which speak of one finding."""
        if self.of_prose:
            return []
        fits, wants = self._fits, self.wants
        return [fact for entity, facts in scene.findings.items() if wants(entity) for fact in facts if fits(fact)]

    def unread(self, scene: Scene) -> frozenset[str]:
        """Return why there could be more to select."""
        return scene.unread if NAMES in self.costs else scene.unread_by_shape

    def test(self, scene: Scene) -> Truth:
        """Tell whether the clause is satisfied."""
        found: Truth = self.of_prose or self._enough(self.selected(scene)) or self.unread(scene) or False
        return every((found, self._in_language(scene))) if self.clause.languages else found

    def _in_language(self, scene: Scene) -> Truth:
        """Tell whether prose in the parts that the clause looks at is written in one of its languages."""
        places = self.clause.places
        told = {code for place, code in scene.facts.languages if not places or place in places}
        if not told.isdisjoint(self.clause.languages):
            return True
        return scene.unread_by_shape or (_UNTOLD if not told or LANGUAGE in scene.facts.unknown else False)

    def _fits(self, fact: FindingFact) -> bool:
        clause = self.clause
        return (
            fact.score >= clause.min_confidence
            and (fact.place in clause.places if clause.places else fact.place != "credential")
            and (clause.decided is None or fact.decided is clause.decided)
            and (not clause.categories or fact.category in clause.categories)
            and (not clause.documents or (fact.source != "" and self.in_documents(fact.source)))
            and (not clause.class_at_least or self.in_class(fact))
            and (not clause.code_languages or fact.language in clause.code_languages)
            and fact.overlap >= clause.min_overlap
        )

    def _enough(self, found: Sequence[FindingFact]) -> bool:
        clause = self.clause
        if not found or (clause.min_count > 1 and sum(fact.count for fact in found) < clause.min_count):
            return False
        if clause.min_distinct > 1 and distinct(found) < clause.min_distinct:
            return False
        return not clause.min_lines or sum(fact.lines for fact in found) >= clause.min_lines


def distinct(found: Sequence[FindingFact]) -> int:
    """Return how many different values there are: by digest, and as counted where no digest was kept."""
    return len({fact.digest for fact in found if fact.digest}) + sum(fact.distinct for fact in found if not fact.digest)


@dataclass(frozen=True, slots=True)
class Question:
    """The content of one match, ready to be asked."""

    any: tuple[Asked, ...] = ()
    all: tuple[Asked, ...] = ()
    none: tuple[Asked, ...] = ()

    @property
    def positive(self) -> tuple[Asked, ...]:
        """Return the clauses that select what is to be redacted."""
        return (*self.any, *self.all)

    @property
    def selects(self) -> bool:
        """Tell whether the answer can be yes only where something was found."""
        found = [not asked.of_prose for asked in self.any]
        return bool(found and all(found)) or any(not asked.of_prose for asked in self.all)

    @property
    def costs(self) -> frozenset[str]:
        """Return which dear detectors the answer depends on."""
        return frozenset(cost for asked in (*self.positive, *self.none) for cost in asked.costs)

    def selected(self, scene: Scene) -> Iterator[FindingFact]:
        """Yield the findings of every satisfied clause out of `any` and `all`; one may come twice."""
        for asked in self.positive:
            if asked.test(scene) is True:
                yield from asked.selected(scene)

    def unread(self, scene: Scene) -> frozenset[str]:
        """Return why there could be more to redact."""
        return frozenset(reason for asked in self.positive for reason in asked.unread(scene))


def any_holds(question: Question, scene: Scene) -> Truth:
    """Tell whether one clause of `any` is satisfied."""
    if len(question.any) == 1:
        return question.any[0].test(scene)
    return some(asked.test(scene) for asked in question.any)


def all_hold(question: Question, scene: Scene) -> Truth:
    """Tell whether every clause of `all` is satisfied."""
    return every(asked.test(scene) for asked in question.all)


def none_holds(question: Question, scene: Scene) -> Truth:
    """Tell whether no clause of `none` is satisfied."""
    return negated(some(asked.test(scene) for asked in question.none))


def ask(content: Content, classes: Sequence[DataClass], catalogue: Catalogue) -> Question:
    """Prepare the content of a match."""

    def prepared(clauses: Sequence[Clause]) -> tuple[Asked, ...]:
        return tuple(_asked(clause, classes, catalogue) for clause in clauses)

    return Question(prepared(content.any), prepared(content.all), prepared(content.none))


def _asked(clause: Clause, classes: Sequence[DataClass], catalogue: Catalogue) -> Asked:
    chosen = at_least(classes, clause.class_at_least) if clause.class_at_least else ()
    keys = [words for words in (clause.entities, clause.groups, clause.labels) if words]
    prints = frozenset(entity.id for entity in catalogue.entities.values() if entity.category == "fingerprint")
    of_class = tuple(word for c in chosen for word in (*c.labels, *c.entities, *c.groups))
    sources = one_of(tuple(word for c in chosen for word in c.documents))
    if clause.class_at_least:
        keys.append((*of_class, *(prints if any(c.documents for c in chosen) else ())))
    if clause.documents:
        keys.append(tuple(prints))
    memo: dict[str, bool] = {}

    def wants(entity: str) -> bool:
        known = memo.get(entity)
        if known is None:
            known = all(any(catalogue.matches(word, entity) for word in words) for words in keys)
            if len(memo) < _MEMO:
                memo[entity] = known
        return known

    def in_class(fact: FindingFact) -> bool:
        by_document = fact.source != "" and sources(fact.source)
        return by_document or any(catalogue.matches(word, fact.entity) for word in of_class)

    costs = {LANGUAGE} if clause.languages else set()
    if not clause.selects:
        return Asked(clause, lambda _: False, frozenset(costs), one_of(()), in_class)
    names = [entity.id for entity in catalogue.entities.values() if "PII.NAME" in entity.groups]
    if any(wants(name) for name in names) and (not clause.categories or "pii" in clause.categories):
        costs.add(NAMES)
    if any(wants(name) for name in prints) and (not clause.categories or "fingerprint" in clause.categories):
        costs.add(FINGERPRINT)
    return Asked(clause, wants, frozenset(costs), one_of(clause.documents), in_class)


def at_least(classes: Sequence[DataClass], name: str) -> Sequence[DataClass]:
    """Return the class `name` and the higher ones; none where there is no such class."""
    names = [data_class.name for data_class in classes]
    return classes[names.index(name) :] if name in names else ()
