"""A value's place in a text in, the labels it bears out: which cue names it, and how far off that cue stands.

Rules
1. In a table the label of a value is the head of its column, and nothing else.
2. Elsewhere it is the cue at the least distance, on either side. Distance counts what stands between cue and value:
   nothing but `: = .... is no` costs almost nothing; another word, a line break, a number each cost their share.
3. A cue that is followed by `:` or `=` labels what comes after it, so it counts little for a value before it.
4. The name under which the text itself came (a JSON key, a form field) is a label of a short text.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from detectors.pii.cues import NEUTRAL, Cues, Hit
from detectors.pii.folding import fold, lowered
from detectors.pii.tables import Tables

DIRECT = 3.0
"""A label at most this far off stands at its value."""
NEAR = 14.0
"""A cue further off than this names nothing."""

_BEFORE = 96
_AFTER = 96
_SHORT = 64
_VALUE = 5.0

_TOKEN = re.compile(
    r"(?P<tag></?[a-z][a-z0-9]{0,15}(?: [^<>]{0,80})?/?>)"
    r"|(?P<value>[\w+#$/-]*\d(?:[\w+/-]|[.,:]\d)*)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<ask>\?\s{0,3}\n)"
    r"|(?P<sign>\n|[^\w\s])"
)
_BLOCK = re.compile(r"</?(?:tr|li|p|div|br|dd|h\d)\b")
_LABELS_NEXT = re.compile(
    r"[.\"'`]?\s{0,2}(?::|=(?!=)|\.{3,}|[-#]?\d|(?:is|was|ist|lautet|est|es|e|is|jest|er|ar|to)\b)"
)
_ABBREVIATED = re.compile(r"(?:\b(?:no|nos|nr|num|lic|sec|ins|fisc|tel|mob|ph|ref|rec|id)|nr)\Z")
"""A cue that ends so may be written with a dot, which then ends no sentence."""
_COSTS = {"\n": 3.0, ";": 3.0, "|": 3.0, ",": 1.5, "?": 3.0, "!": 3.0, "{": 2.0, "}": 2.0, "[": 1.0, "]": 1.0}
_STRUCTURE = re.compile(r"(?<![\w-])(?:part|item|line|page|row|record|message)s?(?![\w-])", re.IGNORECASE)
"""Keys that hold texts: `parts` says nothing of part numbers, `part_no` does."""
_JOINING = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "e"})


@dataclass(frozen=True, slots=True)
class Label:
    """Distances of the cues near one value, by entity; `NEUTRAL` for labels of other things."""

    costs: Mapping[str, float] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def nearest(self) -> float:
        """Return the distance of the nearest label, of whatever kind."""
        return min(self.costs.values(), default=float("inf"))

    @property
    def neutral(self) -> float:
        """Return the distance of the nearest label of something else."""
        return self.costs.get(NEUTRAL, float("inf"))

    def distance(self, entity: str) -> float:
        """Return the distance of the nearest cue for that entity."""
        return self.costs.get(entity, float("inf"))


_NONE = Label()


class Labels:
    """Labels of values in one text, worked out as they are asked for."""

    def __init__(self, cues: Cues, folded: str, hint: str = "") -> None:
        self._hits = cues.find(folded)
        self._fillers = cues.fillers
        self._starts = [hit.start for hit in self._hits]
        self._folded = lowered(folded)
        self._hint = cues.find(_STRUCTURE.sub(" ", fold(hint))) if hint else []
        self._tables = Tables(self._folded, self._hits) if self._hits else None

    def of(self, start: int, end: int, kinds: Container[str] = frozenset()) -> Label:
        """Return the label of the value at `start..end`, which is written like those kinds."""
        costs: dict[str, float] = {}
        codes: dict[str, str] = {}
        head = self._tables.column(start) if self._tables else None
        if head is not None:
            for hit in head:
                _note(costs, codes, hit, 0.0)
            return Label(costs, codes)
        if self._hint:
            far = 1.5 if len(self._folded) - (end - start) <= _SHORT else 9.0
            for hit in self._hint:
                _note(costs, codes, hit, far)
        if self._hits:
            self._before(start, kinds, costs, codes)
            self._after(end, costs, codes)
        return Label(costs, codes) if costs else _NONE

    def _before(self, start: int, kinds: Container[str], costs: dict[str, float], codes: dict[str, str]) -> None:
        at = bisect_left(self._starts, start)
        for hit in reversed(self._hits[max(0, at - 4) : at]):
            if hit.end <= start <= hit.end + _BEFORE:
                gap = self._folded[hit.end : start]
                if gap[:1] == "." and _ABBREVIATED.search(self._folded, hit.start, hit.end):
                    gap = gap[1:]
                cost, listed = _distance(gap, self._fillers)
                closes = self._folded.startswith("</", hit.start - 2)
                _note(costs, codes, hit, cost + 8.0 if closes else cost, kinds if listed else None)

    def _after(self, end: int, costs: dict[str, float], codes: dict[str, str]) -> None:
        at = bisect_left(self._starts, end)
        for hit in self._hits[at : at + 3]:
            if hit.start - end > _AFTER:
                break
            gap = self._folded[end : hit.start]
            cost = 1.0 + _distance(gap, self._fillers, lists=False)[0]
            if _LABELS_NEXT.match(self._folded, hit.end) or "\n" in gap:
                cost += 6.0
            _note(costs, codes, hit, cost)


def _note(
    costs: dict[str, float], codes: dict[str, str], hit: Hit, cost: float, kinds: Container[str] | None = None
) -> None:
    """Note the cost for what the cue names; the head of a list (`kinds`) names only what is written like it."""
    if cost > NEAR:
        return
    for entity in hit.entities:
        if kinds is not None and entity != NEUTRAL and entity not in kinds:
            continue
        if cost < costs.get(entity, float("inf")):
            costs[entity] = cost
            codes[entity] = hit.code


def _distance(gap: str, fillers: frozenset[str], *, lists: bool = True) -> tuple[float, bool]:
    """Return what stands between a cue and a value, as a cost, and whether the cue heads a list.

    With `lists`, where only other values do, the cue heads a list, and names the last of it as well as the first.
    """
    cost = 0.0
    words = values = dots = 0
    signs = 0.0
    for tag, value, word, ask, sign in _TOKEN.findall(gap):
        if value:
            values += 1
        elif word:
            joins = values and word in _JOINING
            filler = word in fillers
            words += not filler and not joins
            cost += 0.3 if filler or joins else 2.0
        elif tag:
            cost += 3.0 if _BLOCK.match(tag) else 0.2
        elif ask:
            cost += 2.0
        elif sign == ".":
            dots += 1
        elif words and sign in ":=":
            cost += 5.0
        else:
            signs += _COSTS.get(sign, 0.0)
    if lists and values and not words:
        return min(cost, 1.0) + 1.0 + 0.1 * values, True
    return cost + signs + _VALUE * values + (2.0 if dots == 1 else 0.0), False
