"""Events of an answer in, the same events out with texts replaced, although a text is spread over many of them.

Rules
1. Events leave in the order in which they came. One waits while a text that has a piece in it could still turn out to
   need a replacement; everything after it waits too.
2. A text is the pieces of one name (`Place.name`), end to end. Only its end can be undecided, and only as much of it as
   `Editor.settled` says: what is before leaves for good, whatever comes.
3. The result does not depend on how the text was cut: a replacement is written where its first character stood, and
   what it replaces is taken out of all the pieces that it lies in.
4. Waiting ends: with the text, after `PATIENCE` further events without a piece of it (where more texts wait, twice
   their number: the choices of one answer may take turns), at `MOST` bytes, with the answer.
5. Who has to look texts up elsewhere before it knows what to replace calls `take`, looks at `touched`, then `settle`.
   `touched` says `whole` of a text whose waiting ends with this `settle`: what is found at its end counts.
6. A whole text in `quiet` needs no replacement: it does not wait, and nobody is shown it.
7. `pause` lets go what may leave although the answer stands still, as far as the editor's `calm` says.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from proxy.codecs.limits import Unreadable
from proxy.codecs.spans import Change, Span, rewrite
from proxy.restore.nesting import Nest, escaped
from proxy.restore.places import Place, Places, aside

PATIENCE = 32  # events
MOST = 1 << 20  # bytes that wait
_TEXTS = 512  # texts of one answer whose nesting is remembered
BEFORE = 96  # characters that have left and are still shown to the editor


@dataclass(slots=True)
class Event:
    """One event: what stood on the wire, the part of it that is read (None: nothing), and how it is written again.

    `plain`: the payload is text, whatever it looks like; `whole`: it says nothing of the next one's. `aside`: texts of
    the event outside its payload (comments, headers): looked at, never changed. `unread` says why bytes of it were not
    read, as a reason of `on_unknown`; empty where all were.
    """

    raw: bytes = field(repr=False)
    payload: bytes | None = field(default=None, repr=False)
    render: Callable[[bytes], bytes] = field(default=bytes, repr=False)
    plain: bool = False
    whole: bool = False
    aside: tuple[bytes, ...] = field(default=(), repr=False)
    unread: str = ""
    changes: dict[Span, list[Change]] = field(default_factory=dict, repr=False)
    waiting: int = 0

    def written(self) -> bytes:
        """Return the event as it leaves."""
        if not self.changes or self.payload is None:
            return self.raw
        return self.render(rewrite(self.payload, self.changes))


@dataclass(frozen=True, slots=True)
class Replacement:
    """Put `value` in the place of characters `start` to `end`."""

    start: int
    end: int
    value: str = field(repr=False)


class Editor(Protocol):
    """Says what is to be replaced in a text."""

    def replacements(self, text: str, before: str) -> Sequence[Replacement]:
        """Return what is to be replaced, in order, without overlaps. `before` is the text's end that has left."""

    def settled(self, text: str, before: str) -> int:
        """Return up to where no further text can change what `replacements` says."""

    def calm(self, text: str, before: str) -> int:
        """Return up to where a text may leave that nothing was added to for a while: `settled`, or more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The end of a text that has not left: `number` names the text, `left` counts the characters that have.

    `whole`: no more of it comes, or is waited for. `writable`: nothing signs it.
    """

    number: int
    left: int
    whole: bool
    writable: bool
    pending: str = field(repr=False)
    before: str = field(repr=False)


@dataclass(slots=True)
class _Piece:
    event: Event
    span: Span
    length: int
    done: int = 0  # characters that are settled


@dataclass(slots=True)
class _Text:
    number: int
    left: int = 0
    nest: Nest = field(default_factory=Nest)
    pieces: deque[_Piece] = field(default_factory=deque)
    pending: str = field(default="", repr=False)
    before: str = field(default="", repr=False)
    seen: int = 0  # number of the event with its last piece
    came: float = 0.0  # when that was
    calmed: bool = False  # a pause cannot let more of it go
    writable: bool = True


class Weave:
    """One answer. `unread` gathers why parts of it were not read. `inspects`: signed parts are texts too."""

    def __init__(
        self,
        editor: Editor,
        patience: int = PATIENCE,
        most: int = MOST,
        *,
        inspects: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._editor = editor
        self._patience = patience
        self._most = most
        self._inspects = inspects
        self._clock = clock
        self._evicted: list[tuple[Hashable, _Text]] = []
        self.unread: dict[str, None] = {}
        self.quiet: set[str] = set()
        self._places = Places()
        self._texts: OrderedDict[Hashable, _Text] = OrderedDict()
        self._open: dict[Hashable, _Text] = {}  # those with pieces that wait
        self._queue: deque[Event] = deque()
        self._size = 0
        self._number = 0
        self._made = 0
        self._touched: list[tuple[Hashable, _Text]] = []
        self.replaced = 0

    @property
    def holding(self) -> bool:
        """Tell whether an event waits."""
        return bool(self._queue)

    @property
    def restless(self) -> bool:
        """Tell whether `pause` could let something go."""
        return any(not text.calmed for text in self._open.values())

    def add(self, event: Event) -> list[bytes]:
        """Take in one event, return what leaves."""
        self.take(event)
        return self.settle()

    def take(self, event: Event) -> None:
        """Take in one event."""
        self._number += 1
        self._queue.append(event)
        self._size += len(event.raw)
        if event.unread:
            self.unread[event.unread] = None
        for place in self._read(event):
            if place.name is not None or place.text not in self.quiet:
                self._take(event, place)

    def touched(self) -> list[Waiting]:
        """Return what waits of the texts that the next `settle` deals with."""
        ending = self._ending()
        texts = {text.number: (name is None, text) for name, text in self._touched}
        texts |= {text.number: (True, text) for _, text in ending}
        return [Waiting(t.number, t.left, whole, t.writable, t.pending, t.before) for whole, t in texts.values()]

    def waiting(self) -> list[Waiting]:
        """Return what waits of all texts."""
        self._touched += self._open.items()
        return self.touched()

    def settle(self) -> list[bytes]:
        """Return what leaves."""
        ending = self._ending()
        for name, text in self._touched:
            self._settle(name, text, final=name is None)
        for name, text in ending:
            self._settle(name, text, final=True)
        self._touched.clear()
        self._evicted.clear()
        return self._released()

    def pause(self, seconds: float) -> list[bytes]:
        """Let go what `calm` allows of the texts that had no piece for `seconds`; between `settle` and `take` only."""
        now = self._clock()
        for name, text in list(self._open.items()):
            if not text.calmed and now - text.came >= seconds:
                text.calmed = True
                self._settle(name, text, final=False, calm=True)
        return self._released()

    def flush(self) -> list[bytes]:
        """Let everything go that waits: nothing more comes, or nobody wants to wait for it."""
        for name in list(self._open):
            self._settle(name, self._open[name], final=True)
        return self._released()

    def _ending(self) -> list[tuple[Hashable, _Text]]:
        """Return the texts that are not waited for any longer."""
        if self._size > self._most:
            late = list({**dict(self._touched), **self._open}.items())
        else:
            patience = max(self._patience, 2 * len(self._open))
            late = [(name, text) for name, text in self._open.items() if self._number - text.seen >= patience]
        return [*self._evicted, *((name, text) for name, text in late if name is not None)]

    def _read(self, event: Event) -> list[Place]:
        found: list[Place] = []
        try:
            if event.payload is not None:
                found = self._places.of(event.payload, plain=event.plain, whole=event.whole, signed=self._inspects)
            if self._inspects:
                found += [aside(text) for text in event.aside]
        except Unreadable as error:
            self.unread[error.reason] = None
        except UnicodeDecodeError:
            self.unread["undecodable"] = None
        return found

    def _take(self, event: Event, place: Place) -> None:
        event.waiting += 1
        if place.name is None:
            text = self._new()
        else:
            text = self._texts.get(place.name) or self._new()
            self._texts[place.name] = text
            self._texts.move_to_end(place.name)
        text.pieces.append(_Piece(event, place.span, len(place.text)))
        text.pending += place.text
        text.seen, text.came, text.calmed = self._number, self._clock(), False
        text.writable = text.writable and place.writable
        if not self._touched or self._touched[-1][1] is not text:
            self._touched.append((place.name, text))
        while len(self._texts) > _TEXTS:
            self._evicted.append(self._texts.popitem(last=False))

    def _new(self) -> _Text:
        self._made += 1
        return _Text(self._made)

    def _settle(self, name: Hashable, text: _Text, *, final: bool, calm: bool = False) -> None:
        pending = text.pending
        settled = self._editor.calm if calm else self._editor.settled
        end = len(pending) if final else settled(pending, text.before)
        fed = 0
        for replacement in self._editor.replacements(pending, text.before) if text.writable else ():
            if replacement.end > end:
                break
            text.nest.feed(pending[fed : replacement.start])
            fed = replacement.start
            self._replace(text, replacement, escaped(replacement.value, text.nest.depth))
            self.replaced += 1
        text.nest.feed(pending[fed:end])
        text.pending = pending[end:]
        text.left += end
        text.before = (text.before + pending[:end])[-BEFORE:]
        _advance(text, end)
        if text.pieces:
            self._open[name] = text
        else:
            self._open.pop(name, None)

    @staticmethod
    def _replace(text: _Text, replacement: Replacement, value: str) -> None:
        position = 0
        for piece in text.pieces:
            size = piece.length - piece.done
            start, end = max(replacement.start - position, 0), min(replacement.end - position, size)
            if start < end:
                change = (piece.done + start, piece.done + end, value)
                piece.event.changes.setdefault(piece.span, []).append(change)
                value = ""
            position += size

    def _released(self) -> list[bytes]:
        released: list[bytes] = []
        while self._queue and not self._queue[0].waiting:
            event = self._queue.popleft()
            self._size -= len(event.raw)
            released.append(event.written())
        return released


def _advance(text: _Text, settled: int) -> None:
    while text.pieces:
        piece = text.pieces[0]
        step = min(settled, piece.length - piece.done)
        piece.done += step
        settled -= step
        if piece.done < piece.length:
            return
        piece.event.waiting -= 1
        text.pieces.popleft()
