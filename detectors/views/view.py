"""A text and edits in, another reading of it out, in which every character knows where it came from.

Rules
1. A view holds the edited stretches and what stands around them, not the whole text: where little is hidden, little
   is read twice. Where stretches were left out stands `CUT`; what touches it is no finding.
2. Outside edits a character maps to its own. Inside one the whole replaced stretch is the origin: a value in a decoded
   run covers the run.
3. A stretch that was removed between two characters of a value belongs to the value.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, Optional

from detectors.views.edit import Edit

CUT = "\n\n"
_GAP = 80  # characters that are kept rather than cut out
_LINE = 24  # characters
_CUE = 48  # an edit this close in front of a finding may be its cue

Kind = Literal["same", "block", "cut", "back"]
Span = tuple[int, int]


class Piece(NamedTuple):
    """`size` characters from `at` of a view, and the characters `start` to `end` of its parent that they stand for."""

    at: int
    size: int
    start: int
    end: int
    kind: Kind
    apart: bool = False  # stands elsewhere: what is between it and the piece before does not belong to a value


class Mark(NamedTuple):
    """An edit's place in a view: `start` equals `end` where it removed something."""

    start: int
    end: int
    name: str


class View:
    """A reading of a text. The text itself is the view without a parent."""

    def __init__(
        self,
        text: str,
        parent: Optional["View"] = None,
        pieces: Sequence[Piece] = (),
        marks: Sequence[Mark] = (),
        *,
        joined: bool = False,
        chance: bool = False,
    ) -> None:
        self.text = text
        self.parent = parent
        self.marks = tuple(marks)
        self.joined: bool = joined or (parent is not None and parent.joined)
        self.chance: bool = chance or (parent is not None and parent.chance)
        self.depth: int = parent.depth + 1 if parent else 0
        self._pieces = tuple(pieces)
        self._starts = [piece.at for piece in self._pieces]
        self._mark_ends = [mark.end for mark in self.marks]

    def __repr__(self) -> str:
        return f"View({len(self.text)} characters, depth {self.depth})"

    @property
    def lines(self) -> bool:
        """Tell whether edits made more than a few characters of a line, or touched lines that follow each other."""
        between = (self.text[one.end : two.start] for one, two in pairwise(self.marks))
        return any(
            mark.end - mark.start >= _LINE or "\n" in self.text[mark.start : mark.end] for mark in self.marks
        ) or any("\n" in piece and CUT not in piece for piece in between)

    def origin(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the characters of the original text that `start..end` stands for; nothing where it touches a cut."""
        if self.parent is None:
            return ((start, end),) if start < end else ()
        spans: list[Span] = []
        first = max(0, bisect_right(self._starts, start) - 1)
        for piece in self._pieces[first : bisect_left(self._starts, end)]:
            low, high = max(start, piece.at), min(end, piece.at + piece.size)
            if low >= high:
                continue
            if piece.kind == "cut":
                return ()
            span = _within(piece, low, high)
            if spans and not piece.apart:
                spans[-1] = min(spans[-1][0], span[0]), max(spans[-1][1], span[1])
            else:
                spans.append(span)
        found: list[Span] = []
        for span in spans:
            above = self.parent.origin(*span)
            if not above:
                return ()
            found.extend(above)
        return tuple(_united(found))

    def inside(self, start: int, end: int) -> tuple[int, ...]:
        """Return where `start..end` stands in the text of the run around it that was read as a whole.

        Of a run in a run: start and end in the outer one's text, then in the inner one's. Nothing: there is no run.
        """
        if self.parent is None:
            return ()
        above = self._above(start, end)
        outer = self.parent.inside(*above) if above else ()
        pieces = self._pieces[max(0, bisect_right(self._starts, start) - 1) : bisect_left(self._starts, end)]
        whole = any(p.kind == "block" and (p.at < start or end < p.at + p.size) for p in pieces)
        return (*outer, start, end) if whole else outer

    def image(self, start: int, end: int) -> Span | None:
        """Return the least stretch of this view that holds all of the parent's `start..end`; None where it was cut."""
        if self.parent is None:
            return start, end
        low: int | None = None
        high = 0
        for piece in self._pieces:
            left, right = max(start, piece.start), min(end, piece.end)
            if left >= right or piece.kind == "cut":
                continue
            if piece.kind == "same":
                left, right = piece.at + left - piece.start, piece.at + right - piece.start
            elif piece.kind == "back":
                left, right = piece.at + piece.end - right, piece.at + piece.end - left
            else:
                left, right = piece.at, piece.at + piece.size
            low, high = left if low is None else min(low, left), max(high, right)
        return None if low is None else (low, high)

    def names(self, start: int, end: int) -> tuple[str, ...]:
        """Return what was done, here and above, to `start..end` or right in front of it; nothing: it reads the same."""
        if self.parent is None:
            return ()
        found = dict.fromkeys(mark.name for mark in self._near(start - _CUE, end))
        parents = self._above(start, end)
        return tuple(dict.fromkeys((*(self.parent.names(*parents) if parents else ()), *found)))

    def touched(self, start: int, end: int) -> bool:
        """Tell whether an edit, here or above, stands inside `start..end` itself."""
        if self.parent is None:
            return False
        if any(mark.end > start or mark.start > start for mark in self._near(start, end)):
            return True
        above = self._above(start, end)
        return above is not None and self.parent.touched(*above)

    def changed(self, start: int, end: int, reach: int) -> bool:
        """Tell whether an edit of this view stands within `reach` characters of `start..end`."""
        return self.parent is None or any(True for _ in self._near(start - reach, end + reach))

    def _near(self, start: int, end: int) -> Iterable[Mark]:
        for i in range(bisect_left(self._mark_ends, start), len(self.marks)):
            if self.marks[i].start > end or (self.marks[i].start == end and self.marks[i].end > end):
                return
            yield self.marks[i]

    def _above(self, start: int, end: int) -> Span | None:
        spans = [
            _within(piece, max(start, piece.at), min(end, piece.at + piece.size))
            for piece in self._pieces[max(0, bisect_right(self._starts, start) - 1) : bisect_left(self._starts, end)]
            if piece.kind != "cut" and max(start, piece.at) < min(end, piece.at + piece.size)
        ]
        return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else None


def edited(
    parent: View,
    edits: Sequence[Edit],
    before: int = 160,
    after: int = 96,
    *,
    joined: bool = False,
    chance: bool = False,
) -> View:
    """Return the view in which `edits` (by position, none overlapping) are made, with what stands around them."""
    text = parent.text
    out: list[str] = []
    pieces: list[Piece] = []
    marks: list[Mark] = []
    at = 0

    def add(piece: str, start: int, end: int, kind: Kind, *, apart: bool = False) -> None:
        nonlocal at
        if piece:
            out.append(piece)
            pieces.append(Piece(at, len(piece), start, end, kind, apart))
            at += len(piece)

    position = 0
    for low, high, group in _windows(text, edits, before, after):
        if low > position:
            add(CUT, position, low, "cut")
        position = low
        for edit in group:
            add(text[position : edit.start], position, edit.start, "same")
            mark = at
            if edit.moved:
                taken = 0
                for start, end in edit.moved:
                    add(edit.text[taken : taken + end - start], start, end, "same", apart=True)
                    taken += end - start
            else:
                add(edit.text, edit.start, edit.end, "block")
            marks.append(Mark(mark, at, edit.name))
            position = edit.end
        add(text[position:high], position, high, "same", apart=bool(group[-1].moved))
        position = high
    return View("".join(out), parent, pieces, marks, joined=joined, chance=chance)


def turned(parent: View, text: str, name: str, *, back: bool = False) -> View:
    """Return the view `text`, which has a character for each of its parent's: in order, or from the last to first."""
    size = len(parent.text)
    pieces = (Piece(0, size, 0, size, "back" if back else "same"),)
    return View(text, parent, pieces, (Mark(0, size, name),), joined=True)


def _windows(text: str, edits: Sequence[Edit], before: int, after: int) -> Iterable[tuple[int, int, list[Edit]]]:
    low = high = -1
    group: list[Edit] = []
    for edit in edits:
        start, end = _left(text, max(0, edit.start - before)), _right(text, min(len(text), edit.end + after))
        if group and start > high + _GAP:
            yield low, high, group
            group = []
        if not group:
            low = 0 if start <= _GAP else start
        group.append(edit)
        high = end if len(group) == 1 else max(high, end)
    if group:
        yield low, len(text) if len(text) - high <= _GAP else high, group


def _left(text: str, position: int) -> int:
    """Return a place at most 32 characters further left where a word begins."""
    if position:
        for at in range(position, max(0, position - 32), -1):
            if text[at - 1].isspace():
                return at
    return position


def _right(text: str, position: int) -> int:
    for at in range(position, min(len(text), position + 32)):
        if text[at].isspace():
            return at
    return position


def _within(piece: Piece, low: int, high: int) -> Span:
    """Return what `low..high`, which lies in the piece, stands for."""
    if piece.kind == "same":
        return piece.start + low - piece.at, piece.start + high - piece.at
    if piece.kind == "back":
        return piece.end - (high - piece.at), piece.end - (low - piece.at)
    return piece.start, piece.end


def _united(spans: Iterable[Span]) -> Iterable[Span]:
    """Yield the spans by position, touching ones as one."""
    last: Span | None = None
    for span in sorted(spans):
        if last is not None and span[0] <= last[1]:
            last = last[0], max(last[1], span[1])
        else:
            if last is not None:
                yield last
            last = span
    if last is not None:
        yield last
