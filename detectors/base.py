"""The shape of a detector: what every detector offers and what it is given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from detectors.finding import Digester, Finding

Cost = Literal["structured", "names", "fingerprint"]
"""`structured` always runs; `names` and `fingerprint` run when a candidate rule needs them."""


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """One text to look at, with what is known of where it stood.

    `hint` is the leaf's key name and part kind (`"ssn prompt"`): a cue word for the value, as a column title is.
    """

    text: str
    hint: str = ""

    def __repr__(self) -> str:
        return f"Source({len(self.text)} characters)"


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
