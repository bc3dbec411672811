"""Classes of data and findings in, the highest class of a request out, with what made it so."""

from collections.abc import Iterable, Sequence

from detectors.entities import Catalogue
from policies.facts import FindingFact
from policies.pattern import one_of
from policies.rule import DataClass

SURE = 0.5
"""The class on record counts findings with at least this score."""


class Classifier:
    """Knows for each entity the highest class that it makes a request belong to. Built once a policy."""

    def __init__(self, classes: Sequence[DataClass], catalogue: Catalogue) -> None:
        self._classes = tuple(classes)
        self._catalogue = catalogue
        self._ranks: dict[str, int] = {}
        self._documents = tuple(one_of(data_class.documents) for data_class in self._classes)

    @property
    def costs(self) -> frozenset[str]:
        """Return which dear detectors a class depends on: names are not looked for just to have a class."""
        words = {word for c in self._classes for word in (*c.entities, *c.groups)}
        printed = words & {"DOCUMENT", "EXACT_DATA", "FINGERPRINT.*"} or any(c.documents for c in self._classes)
        return frozenset({"fingerprint"}) if printed else frozenset()

    def classify(self, findings: Iterable[FindingFact]) -> tuple[str, tuple[str, ...]]:
        """Return the name of the highest class, and what made it so. No findings: the lowest class.

        A reason is an entity (a label among them), or `ENTITY:source` where the class names the document or table.
        """
        if not self._classes:
            return "", ()
        ranks: dict[str, int] = {}
        for fact in findings:
            if fact.score >= SURE and fact.place != "credential":
                named = self._origin(fact.source)
                reason = f"{fact.entity}:{fact.source}" if named else fact.entity
                ranks[reason] = max(self._rank(fact.entity), named)
        highest = max(ranks.values(), default=0)
        because = tuple(sorted(reason for reason, rank in ranks.items() if rank == highest and rank > 0))
        return self._classes[highest].name, because

    def _origin(self, source: str) -> int:
        """Return the highest class that names the document or table that a finding comes from."""
        named = (rank for rank, test in enumerate(self._documents) if source and test(source))
        return max(named, default=0)

    def _rank(self, entity: str) -> int:
        known = self._ranks.get(entity)
        if known is None:
            ranked = [
                rank
                for rank, data_class in enumerate(self._classes)
                for word in (*data_class.labels, *data_class.entities, *data_class.groups)
                if self._catalogue.matches(word, entity)
            ]
            known = max(ranked, default=0)
            if len(self._ranks) < 4096:  # entities are open-ended (SECRET_…)
                self._ranks[entity] = known
        return known
