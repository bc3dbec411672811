"""What readers gather from one file and all that is inside it, and how much of it they may.

Rules
1. Whoever unpacks says how many bytes came out, before looking at them; whoever works long says so now and then.
2. Over a bound, `Exhausted` goes to the top at once. What was gathered until then is still looked at.
3. A file inside that cannot be read is noted with its reason, and the next one is read.
"""

from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one file may make us do."""

    unpacked: int = 64 * MIB  # bytes that come out of all its archives and parts
    text: int = 4 * MIB  # characters of text
    depth: int = 5  # files inside each other
    members: int = 4000  # files inside it, at any depth


class Exhausted(Exception):
    """A bound was reached; `reason` is `too_large` or `timeout`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(Exception):
    """A file cannot be read; `reason` is `undecodable`, `encrypted` or `media`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Label:
    """A classification that a file says of itself: the label's id (a GUID, lower case) or its name, or both."""

    id: str = ""
    name: str = ""


Dispatch = Callable[["Harvest", bytes, str, str], None]
"""(harvest, bytes, media type, suffix): reads one file of whatever kind into the harvest; raises `Exhausted` only."""


class Harvest:
    """Texts, labels and reasons of one file. Raises `Exhausted` where the file asks too much."""

    def __init__(self, bounds: Bounds, deadline: float, clock: Callable[[], float], dispatch: Dispatch) -> None:
        self._bounds = bounds
        self._deadline = deadline
        self._clock = clock
        self._dispatch = dispatch
        self._pieces: list[str] = []
        self._gleanings: list[str] = []
        self._size = 0
        self._unpacked = 0
        self._members = 0
        self._depth = 0
        self.labels: dict[Label, None] = {}
        self.unread: dict[str, None] = {}

    @property
    def text(self) -> str:
        """Return the text so far, one line or more a piece; what was gleaned stands at the end."""
        return "\n".join((*self._pieces, *self._gleanings))

    @property
    def gleaned(self) -> int:
        """Return where in the text it begins that words were only gleaned; -1 for nowhere."""
        return sum(len(piece) + 1 for piece in self._pieces) if self._gleanings else -1

    def add(self, text: str) -> None:
        """Take in a piece of text, as far as there is room."""
        self._take(text, self._pieces)

    def glean(self, text: str) -> None:
        """Take in words that stood in bytes which nobody reads."""
        self._take(text, self._gleanings)

    def _take(self, text: str, pieces: list[str]) -> None:
        self.tick()
        room = self._bounds.text - self._size
        if text := text[:room].strip("\n") if len(text) <= room else text[:room]:
            pieces.append(text)
            self._size += len(text) + 1
        if self._size > self._bounds.text:
            raise Exhausted("too_large")

    def miss(self, reason: str) -> None:
        """Take note that something was not read."""
        self.unread[reason] = None

    def unpack(self, size: int) -> None:
        """Count bytes that came out of an archive or a compressed stream."""
        self._unpacked += size
        if self._unpacked > self._bounds.unpacked:
            raise Exhausted("too_large")
        self.tick()

    def tick(self) -> None:
        """Give up when time is over."""
        if self._clock() >= self._deadline:
            raise Exhausted("timeout")

    def inner(self, data: bytes, kind: str = "", name: str = "") -> None:
        """Read a file inside this one; `kind` is its media type, `name` its name."""
        self._members += 1
        if self._members > self._bounds.members or self._depth >= self._bounds.depth:
            raise Exhausted("too_large")
        self.tick()
        self._depth += 1
        try:
            suffix = name.rpartition(".")[2].lower() if "." in name else ""
            self._dispatch(self, data, kind, suffix)
        finally:
            self._depth -= 1
