"""The shape of a detector: what every detector offers and what it is given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from detectors.finding import Digester, Finding

Cost = Literal["structured", "names", "fingerprint", "file"]
"""`structured` always runs; `names` and `fingerprint` run when a candidate rule needs them; `file` reads files."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class File:
    """The bytes of a file. `type` is the media type that came with it, `suffix` its name's, without the dot."""

    data: bytes
    type: str = ""
    suffix: str = ""

    def __repr__(self) -> str:
        return f"File({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a reader made of a file: its text, what the file says of itself, and why some of it was not read.

    `findings` have no place in the text (0 to 0). `unread` holds reasons of `on_unknown`; `late` tells that time ran
    out, so that another attempt may give more.
    """

    text: str = field(repr=False)
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """One text to look at, or the file that it is still to be read from, with what is known of where it stood.

    `hint` is the leaf's key name and part kind (`"ssn prompt"`): a cue word for the value, as a column title is.
    """

    text: str
    hint: str = ""
    file: File | None = None

    def __repr__(self) -> str:
        return f"Source({len(self.text)} characters{f', {self.file}' if self.file else ''})"


class Detector(Protocol):
    """A detector reads one text and reports findings.

    `detect` runs in linear time, keeps no state between calls, opens no socket and no file, and raises nothing for
    any text. What it cannot finish it reports as category `opaque`.
    """

    @property
    def name(self) -> str:
        """`family.name@version`, for example `pii.structured@1`; a change of behaviour changes the version."""

    @property
    def cost(self) -> Cost:
        """Return when the detector runs."""

    @property
    def entities(self) -> frozenset[str]:
        """Return every entity that it can report."""

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the findings in `source.text`, in any order, overlaps allowed."""


@runtime_checkable
class Reader(Protocol):
    """A detector of cost `file` is a reader as well: the text that it finds in a file is what the others look at.

    `open` takes time that is bounded by `deadline` (of `clock`), memory that is bounded, and raises nothing.
    """

    def open(self, file: File, deadline: float, clock: Callable[[], float]) -> Opened:
        """Return the text of a file."""
