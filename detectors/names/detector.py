"""Settings in, the detector of names out: people, places, organisations.

They are read by the model that is shipped, or by the spaCy pipeline that the settings name. Nothing is ever downloaded.

Rules
1. A name is a signal for a policy, never a proof: no name scores above 0.8, so that a number with a check digit or an
   address that shares its characters wins.
2. The digest of a name is that of its words in NFKC, small letters, one blank between two: `Ana  MARÍA` is `ana maría`.
3. Program text is passed over, as the code detector sees it; so is what `detectors.names.lines` leaves out.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings
from detectors.names.lines import prose
from detectors.names.reader import Reader

if TYPE_CHECKING:
    from detectors.code.segmenter import Segmenter

_EDGE = " \t\r\n.,;:!?\"'’“”()[]{}<>*_-"
_POSSESSIVE = re.compile(r"['’]s$")
_NOT_A_NAME = re.compile(
    r"[_/\\=<>{}@#$%^|~`]|(?<!\bM)(?<!\bMa)(?<!\b[LD])[a-z][A-Z]|^[^A-Za-zÀ-ɏ]*$"  # McDonald, LaBeouf, but no DevTools
)
_WHOLE = 120
"""A text of one line and at most so many characters is not asked whether it is program text."""


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the detector of names, or none where the pipeline that the settings name finds no names.

    Raises ValueError where that pipeline cannot be loaded.
    """
    from detectors.code.segmenter import Segmenter  # noqa: PLC0415 - loads numpy, which the command line can do without

    reader = _reader(settings)
    segmenter = Segmenter.load(Path(__file__).parents[1] / "code" / "segmenter.npz")
    return (Names(reader, segmenter),) if reader.entities else ()


def _reader(settings: Settings) -> Reader:
    if settings.spacy_model:
        from detectors.names.pipeline import load  # noqa: PLC0415 - spaCy only where it is wanted

        return load(settings.spacy_model)
    from detectors.names.tagger import Tagger  # noqa: PLC0415 - as above

    return Tagger.load(Path(__file__).with_name("model.npz"))


@dataclass(frozen=True, slots=True, repr=False)
class Names:
    """Reads a text line by line."""

    reader: Reader
    segmenter: "Segmenter"
    cost: Cost = field(default="names", init=False)

    @property
    def name(self) -> str:
        """Return `names.<model>@<its version>`."""
        return f"names.{self.reader.name}"

    @property
    def entities(self) -> frozenset[str]:
        """Return every entity that it can report."""
        return self.reader.entities

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the names in the prose of `source.text`."""
        places: dict[str, list[int]] = {}
        for start, piece in self._prose(source.text):
            places.setdefault(piece, []).append(start)
        stretches = list(places)
        found: list[Finding] = []
        for stretch, names in zip(stretches, self.reader.read(stretches), strict=True):
            for name in names:
                first, last = _trim(stretch, name.start, name.end)
                value = stretch[first:last]
                if not _NOT_A_NAME.search(value):
                    hashed = digest(name.entity, folded(value))
                    for at in places[stretch]:
                        span = (at + first, at + last)
                        found.append(Finding(name.entity, "pii", *span, name.score, self.name, hashed, ("model",)))
        return found

    def _prose(self, text: str) -> Iterator[tuple[int, str]]:
        if len(text) <= _WHOLE and "\n" not in text:
            return prose(text)
        runs = (run for run in self.segmenter.segment(text) if not run.config)
        program = {number for run in runs for number in range(run.first, run.last + 1)}
        return prose(text, program)


def folded(value: str) -> str:
    """Return the canonical value of a name."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without blanks and signs at its edges and without a possessive s."""
    value = text[start:end]
    short = _POSSESSIVE.sub("", value.rstrip(_EDGE)).rstrip(_EDGE)
    end = start + len(short)
    return start + len(short) - len(short.lstrip(_EDGE)), end
