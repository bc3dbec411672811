"""The shape of a detector: what every detector offers and what it is given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from detectors.finding import Digester, Finding

REST = "seam:rest"
"""Evidence of every piece of a value that stands in several places but its first."""

Cost = Literal["structured", "names", "fingerprint", "language", "file"]
"""`structured` always runs; `file` reads files; the others run when a candidate rule needs them."""


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
    out, so that another attempt may give more. From `gleaned` on (a place in the text; -1: nowhere) the text are words
    that stood in bytes which nobody reads: they can be values, they are no lines and no sentences.
    """

    text: str = field(repr=False)
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    late: bool = False
    gleaned: int = -1


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


class View(Protocol):
    """Another reading of a text: escapes decoded, invisible characters gone, pieces put together."""

    @property
    def text(self) -> str:
        """Return the reading."""

    @property
    def joined(self) -> bool:
        """Tell whether it puts pieces together: values may stand there, code, markings and names do not."""

    @property
    def chance(self) -> bool:
        """Tell whether the pieces need not belong together, so that chance may make values."""

    @property
    def lines(self) -> bool:
        """Tell whether lines of code may stand there that cannot be told for code where they stand in the text."""

    def origin(self, start: int, end: int) -> Sequence[tuple[int, int]]:
        """Return the stretches of the text that `start..end` of the reading stands for; none where that is unknown."""

    def names(self, start: int, end: int) -> Sequence[str]:
        """Return what was done to `start..end` or right in front of it (`base64`); none where it reads as it stands."""

    def inside(self, start: int, end: int) -> tuple[int, ...]:
        """Return where `start..end` stands in the run around it that was read as a whole: see Finding.inside."""

    def touched(self, start: int, end: int) -> bool:
        """Tell whether something was done inside `start..end` itself."""


@dataclass(frozen=True, slots=True)
class Views:
    """The readings that differ from a text, and the findings that say what of it could not be read."""

    views: Sequence[View] = ()
    opaque: Sequence[Finding] = ()


@runtime_checkable
class Viewer(Protocol):
    """What a detector is, too, that reads texts otherwise: the others run on each of its readings.

    `views` takes linear time and gives readings that are bounded in number and size. `open_file` reads a file that
    stands encoded in the text; None where nothing does. `late` tells that time has run out: it is asked between the
    steps of a reading, and once it is true `views` raises TimeoutError.
    """

    def views(self, source: Source, open_file: Callable[[File], Opened | None], late: Callable[[], bool]) -> Views:
        """Return the readings of `source.text`."""
