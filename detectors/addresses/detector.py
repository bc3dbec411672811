"""Settings in, the detector of street addresses out.

Rules
1. A road word alone is none: a house number belongs to it, and words that also mean other things (`5 Star Drive`) need
   a flat, a postcode or a word such as `address` nearby.
2. The finding reaches from house number or road to the town, so that nothing of the address stays when it is redacted.
3. Every step looks at a bounded window around a road word: time is linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from detectors.addresses.extent import BOX, Grower, before_box
from detectors.addresses.road import roads
from detectors.addresses.words import Words, words
from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings
from detectors.patterns.engine import Engine
from detectors.patterns.pattern import Pattern

NAME = "addresses.street@1"
ENTITY = "STREET_ADDRESS"

LEAST, MOST, BOXED = 0.5, 0.95, 0.7
_UNIT, _TOWN, _CUE = 0.25, 0.3, 0.25
_REACH = 60
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")


class Addresses:
    """Finds street addresses in the forms of about fifteen languages, and boxes of post offices."""

    name = NAME
    cost: Cost = "structured"
    entities = frozenset({ENTITY})

    def __init__(self, table: Words, cache: Path | None = None, gated: bool = True) -> None:
        """Compile `table`. `cache` and `gated` as in `Engine`."""
        self._words = table
        self._grower = Grower(table)
        self._engine = Engine([Pattern("road", table.anchor), Pattern("box", BOX)], cache, gated)

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the addresses in `source.text`, in order, without overlaps; `source.hint` counts as a cue."""
        text = source.text
        if not _DIGIT.search(text):
            return []
        label = bool(self._words.cue.search(source.hint.replace("_", " ")))
        found = sorted(self._candidates(text, label), key=lambda item: (-item[2], item[0] - item[1], item[0]))
        kept: list[tuple[int, int, float, tuple[str, ...]]] = []
        taken: set[int] = set()
        for item in found:
            if taken.isdisjoint(range(item[0], item[1])):
                taken.update(range(item[0], item[1]))
                kept.append(item)
        return [
            Finding(ENTITY, "pii", start, end, score, NAME, digest(ENTITY, folded(text[start:end])), evidence)
            for start, end, score, evidence in sorted(kept)
        ]

    def _candidates(self, text: str, label: bool) -> Iterator[tuple[int, int, float, tuple[str, ...]]]:
        for hit in self._engine.find(text):
            if hit.pattern == 1:
                yield before_box(text, hit.start), hit.end, BOXED, ("box",)
                continue
            for road in roads(text, hit.start, hit.end, self._words):
                extent = self._grower.grow(text, road.end)
                cue = label or bool(self._words.cue.search(text, max(0, road.start - _REACH), road.start))
                signs = {"unit": _UNIT * extent.unit, "town": _TOWN * extent.town, "cue": _CUE * cue}
                score = round(min(road.score + sum(signs.values()), MOST), 2)
                if score >= LEAST:
                    yield road.start, extent.end, score, ("road", *(sign for sign, value in signs.items() if value))


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the detector of street addresses."""
    return (Addresses(words(), settings.cache),)


def folded(value: str) -> str:
    """Return the canonical value of an address: its words and numbers in small letters, one blank between two."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", value).casefold()))
