"""The messages of one socket or call in, in order; the texts across their boundaries out.

Rules
1. A message may go on with what an earlier one said at the same place, and begin where the last one ended. They are
   read as one text where a space at the boundary says that the text runs on, a scrap that it is sent as it is typed, or
   both sides look like pieces of one value: a conversation is no text (`proxy.seams`).
2. What has left cannot be taken back: its pieces have the part number `LEFT`, and a finding is of the rest.
3. Of each place the last `KEPT` characters are remembered, of the `PLACES` that spoke last.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from detectors.base import Source
from detectors.views.layout import continued
from proxy import seams
from proxy.exchange import Part
from proxy.seams import LEFT, Piece, Seam

KEPT = 1024
PLACES = 32
_LAST = ""  # the place where the last message ended
_NUMBERED = re.compile(r"\A(?:frame|event|record):\d+")
_LONGEST_PATH = 200
_SCRAP = 3  # characters
_ASIDE = frozenset({"metadata", "header", "credential", "system", "tool_def"})


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a text, by the pieces that it is made of."""

    pieces: tuple[Piece, ...]
    text: str = field(repr=False)

    def kept(self) -> "_End":
        over = max(len(self.text) - KEPT, 0)
        pieces, left = [], over
        for piece in self.pieces:
            step = min(left, piece.length)
            left -= step
            if step < piece.length:
                pieces.append(Piece(piece.part, piece.start + step, piece.length - step))
        return _End(tuple(pieces), self.text[over:])

    def __add__(self, other: "_End") -> "_End":
        return _End(self.pieces + other.pieces, self.text + other.text)


class Earlier:
    """One socket or call. `repr` shows no text."""

    def __init__(self) -> None:
        self._ends: OrderedDict[str, str] = OrderedDict()
        self._next: dict[str, _End] = {}

    def seams(self, parts: Sequence[Part]) -> list[Seam]:
        """Return the seams of a message with the earlier ones, and between the frames of this one."""
        return list(self._read(parts))

    def left(self) -> None:
        """Take note that the message of the last `seams` has left."""
        for place, end in self._next.items():
            self._ends[place] = end.text
            self._ends.move_to_end(place)
        while len(self._ends) > PLACES:
            self._ends.popitem(last=False)
        self._next = {}

    def _read(self, parts: Sequence[Part]) -> Iterator[Seam]:
        self._next, first, number = {}, True, -1
        for number, part in enumerate(parts):
            if not _speaks(part):
                continue
            place = _NUMBERED.sub("", part.path)[-_LONGEST_PATH:]
            own = _End((Piece(number, 0, len(part.text)),), part.text)
            before = self._end(place)
            if (before is None or not _runs_on(before.text, part.text)) and first:
                before = self._end(_LAST)
            if before is not None and _runs_on(before.text, part.text):
                yield _seam(before, number, part.text)
                own = before + own
            self._next[place] = own.kept()
            first = False
        last = next(reversed(self._next.values()), None)
        if last is not None:
            self._next[_LAST] = last

    def _end(self, place: str) -> _End | None:
        text = self._ends.get(place, "")
        return self._next.get(place) or (_End((Piece(LEFT, 0, len(text)),), text) if text else None)


def _speaks(part: Part) -> bool:
    return bool(part.text) and not (part.decided or part.kind in _ASIDE or part.path.endswith("~"))


def _runs_on(before: str, after: str) -> bool:
    if before[-1:].isspace() or after[:1].isspace():
        return bool(before.strip() and after.strip())
    if len(after) <= _SCRAP and after.strip():
        return True
    return continued(before[-seams.REACH :], after[: seams.REACH])


def _seam(before: _End, number: int, text: str) -> Seam:
    size = seams.head(text)
    return Seam((*before.pieces, Piece(number, 0, size)), Source(before.text + text[:size]))
