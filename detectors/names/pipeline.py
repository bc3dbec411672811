"""A spaCy pipeline as a reader of names: any installed package or folder, loaded from disk and never downloaded."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from detectors.names.reader import Name

if TYPE_CHECKING:
    from spacy.language import Language

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
_BATCH = 64


class Pipeline:
    """A spaCy pipeline, asked stretch by stretch, without its parser and tagger."""

    def __init__(self, language: "Language") -> None:
        self._language = language
        labels = {label for pipe in language.pipe_labels.values() for label in pipe}
        self.entities = frozenset(ENTITIES[label][0] for label in labels & ENTITIES.keys())

    @property
    def name(self) -> str:
        """Return `<language>_<pipeline>@<its version>`."""
        meta = self._language.meta
        return f"{meta.get('lang')}_{meta.get('name')}@{meta.get('version')}"

    def read(self, stretches: Sequence[str]) -> list[tuple[Name, ...]]:
        """Return the names of each stretch; one without a capital letter is not asked about."""
        found: dict[str, tuple[Name, ...]] = dict.fromkeys(stretches, ())
        asked = [stretch for stretch in found if stretch != stretch.lower()]
        with self._language.memory_zone():
            for doc in self._language.pipe(asked, batch_size=_BATCH):
                found[doc.text] = tuple(
                    Name(span.start_char, span.end_char, *ENTITIES[span.label_])
                    for span in doc.ents
                    if span.label_ in ENTITIES
                )
        return [found[stretch] for stretch in stretches]


def load(name: str) -> Pipeline:
    """Return the pipeline called `name`. Raises ValueError where it is not there or cannot be loaded."""
    import spacy  # noqa: PLC0415 - costs 1.5 s, and only where a pipeline is wanted

    if not Path(name).is_dir() and not (name.isidentifier() and find_spec(name)):
        raise ValueError(f"no spaCy pipeline {name}: it is neither an installed package nor a folder")
    try:
        return Pipeline(spacy.load(name, exclude=_UNUSED))
    except (OSError, ValueError, ImportError, AttributeError, TypeError) as error:
        raise ValueError(f"the spaCy pipeline {name} cannot be loaded: {type(error).__name__}") from error
