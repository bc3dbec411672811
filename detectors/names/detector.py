"""Settings in, the detector of names out: people, places, organisations and groups, through a spaCy pipeline.

The pipeline is the one the settings name, else the best English one that is installed, else none, and then there is
no detector of names. Nothing is ever downloaded.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from detectors.base import Cost, Detector, Source
from detectors.finding import Digester, Finding
from detectors.load import Settings
from detectors.names.lines import prose

if TYPE_CHECKING:
    from spacy.language import Language

INSTALLED = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm")
"""English pipelines by worth; the first that is installed is taken."""

ENTITIES = {
    "PERSON": ("PERSON", 0.6),
    "PER": ("PERSON", 0.6),
    "GPE": ("LOCATION", 0.5),
    "LOC": ("LOCATION", 0.5),
    "FAC": ("LOCATION", 0.5),
    "LOCATION": ("LOCATION", 0.5),
    "ORG": ("ORGANIZATION", 0.4),
    "ORGANIZATION": ("ORGANIZATION", 0.4),
    "NORP": ("NRP", 0.4),
    "NRP": ("NRP", 0.4),
}
"""A pipeline's label to our entity and its score: a model's word for a name is a hint, not a proof."""

_UNUSED = ("tagger", "parser", "lemmatizer", "attribute_ruler", "morphologizer", "senter", "textcat")
_EDGE = " \t\r\n.,;:!?\"'’“”()[]{}<>*_-"
_POSSESSIVE = re.compile(r"['’]s$")
_NOT_A_NAME = re.compile(r"[_/\\=<>{}@#$%^|~`]|[a-z][A-Z]|^[^A-ZÀ-Þ]*$|^\W*$")
_BATCH = 64


def build(settings: Settings) -> tuple[Detector, ...]:
    """Return the detector of names, or none where no pipeline is installed.

    Raises ValueError where the pipeline that the settings name cannot be loaded.
    """
    name = settings.spacy_model or next((package for package in INSTALLED if find_spec(package)), None)
    if name is None:
        return ()
    pipeline = _load(name)
    return (Names(pipeline),) if _labels(pipeline) else ()


@dataclass(frozen=True, slots=True, repr=False)
class Names:
    """A spaCy pipeline, asked line by line."""

    pipeline: "Language"

    @property
    def name(self) -> str:
        """Return `names.<pipeline>@<its version>`."""
        meta = self.pipeline.meta
        return f"names.{meta.get('lang')}_{meta.get('name')}@{meta.get('version')}"

    @property
    def cost(self) -> Cost:
        """Return when it runs: where a rule asks for names."""
        return "names"

    @property
    def entities(self) -> frozenset[str]:
        """Return every entity that it can report."""
        return frozenset(ENTITIES[label][0] for label in _labels(self.pipeline))

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        """Report the names in the prose of `source.text`; lines of code and data are passed over."""
        places: dict[str, list[int]] = {}
        for start, piece in prose(source.text):
            places.setdefault(piece, []).append(start)
        found: list[Finding] = []
        with self.pipeline.memory_zone():
            for doc in self.pipeline.pipe(places, batch_size=_BATCH):
                for span in doc.ents:
                    entity, score = ENTITIES.get(span.label_, ("", 0.0))
                    first, last = _trim(doc.text, span.start_char, span.end_char)
                    value = doc.text[first:last]
                    if entity and not _NOT_A_NAME.search(value):
                        hashed = digest(entity, " ".join(value.split()).casefold())
                        for at in places[doc.text]:
                            found.append(
                                Finding(entity, "pii", at + first, at + last, score, self.name, hashed, ("model",))
                            )
        return found


def _load(name: str) -> "Language":
    import spacy  # noqa: PLC0415 - costs 1.5 s, and only where a pipeline is there

    if not Path(name).is_dir() and not (name.isidentifier() and find_spec(name)):
        raise ValueError(f"no spaCy pipeline {name}: it is neither an installed package nor a folder")
    try:
        return spacy.load(name, exclude=_UNUSED)
    except (OSError, ValueError, ImportError) as error:
        raise ValueError(f"the spaCy pipeline {name} cannot be loaded: {type(error).__name__}") from error


def _labels(pipeline: "Language") -> frozenset[str]:
    labels = {label for pipe in pipeline.pipe_labels.values() for label in pipe}
    return frozenset(labels & ENTITIES.keys())


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without blanks and signs at its edges and without a possessive s."""
    value = text[start:end]
    short = _POSSESSIVE.sub("", value.rstrip(_EDGE)).rstrip(_EDGE)
    end = start + len(short)
    return start + len(short) - len(short.lstrip(_EDGE)), end
