"""What was found in the texts of an answer, by place: what is looked at again is found anew."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from detectors.finding import Finding
from policies.facts import FindingFact, fact_of
from proxy.restore.weave import Waiting

MOST = 2000  # findings that are remembered

Place = tuple[int, int, str]
"""Number of a text, position in it, entity."""


@dataclass(slots=True)
class Found:
    """The findings. `tentative`: those that more text could turn into something else.

    Beyond `MOST`, the oldest of the entity that there is most of is forgotten.
    """

    by_place: dict[Place, Finding] = field(default_factory=dict)
    tentative: set[Place] = field(default_factory=set)
    _signed: set[int] = field(default_factory=set)  # numbers of texts
    _told: set[Place] = field(default_factory=set)

    def learn(self, waiting: Waiting, findings: Sequence[Finding], *, final: bool) -> dict[Place, Finding]:
        """Take in what was found in the end of one text; return it with its places."""
        for place in [p for p in self.by_place if p[0] == waiting.number and p[1] >= waiting.left]:
            self._forget(place)
        if not waiting.writable:
            self._signed.add(waiting.number)
        shown = len(waiting.before)
        new = {}
        for finding in findings:
            if finding.end > shown:
                start = max(finding.start - shown, 0)
                place = (waiting.number, waiting.left + start, finding.entity)
                if finding.start >= shown or place not in self.by_place:
                    new[place] = replace(finding, start=start, end=finding.end - shown)
                    behind = waiting.pending[finding.end - shown : finding.end - shown + 1]
                    if not (final or waiting.whole) and (not behind or behind.isalnum()):
                        self.tentative.add(place)
        self.by_place.update(new)
        self._bound(new)
        return new

    def facts(self, *, sure: bool = False) -> tuple[FindingFact, ...]:
        """Return what rules may know of the findings, numbered; of the `sure` ones only without numbers."""
        return tuple(
            fact_of(finding, -1 if sure else number, writable=place[0] not in self._signed)
            for number, (place, finding) in enumerate(self.by_place.items())
            if not (sure and place in self.tentative)
        )

    def fresh(self) -> list[Finding]:
        """Return those that are sure and were not returned before."""
        new = [place for place in self.by_place if place not in self.tentative and place not in self._told]
        self._told.update(new)
        self._told &= self.by_place.keys()
        return [self.by_place[place] for place in new]

    def open_in(self, places: dict[Place, Finding]) -> Iterator[tuple[int, int]]:
        """Yield start and end of those that are tentative."""
        for place, finding in places.items():
            if place in self.tentative:
                yield finding.start, finding.end

    def _forget(self, place: Place) -> None:
        del self.by_place[place]
        self.tentative.discard(place)

    def _bound(self, new: dict[Place, Finding]) -> None:
        while len(self.by_place) > max(MOST, len(new)):
            ((most, _),) = Counter(place[2] for place in self.by_place).most_common(1)
            oldest = next((p for p in self.by_place if p[2] == most and p not in new), None)
            self._forget(oldest or next(p for p in self.by_place if p not in new))
