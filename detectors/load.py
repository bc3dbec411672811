"""Settings in, the tuple of detectors to run out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from detectors.base import Detector

BUILTIN = {
    "views": "detectors.views.detector:build",
    "secrets": "detectors.secrets.detector:build",
    "pii": "detectors.pii.detector:build",
    "labels": "detectors.labels.detector:build",
    "code": "detectors.code.detector:build",
    "addresses": "detectors.addresses.detector:build",
    "names": "detectors.names.detector:build",
    "documents": "detectors.documents.detector:build",
    "fingerprint": "detectors.fingerprint.detector:build",
    "language": "detectors.language.detector:build",
}
"""Family to `module:factory`; a factory takes `Settings` and returns a tuple of detectors."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment may set about detection.

    `rules` are folders or files with the deployment's own secret rules, markings and recognisers (YAML).
    `cache` is a folder for compiled databases, or None. `spacy_model` names a spaCy pipeline (a package or a
    folder) that finds names instead of the shipped model. `factories` are further
    `module:factory` targets, loaded after the families. `indexes` are folders or files with fingerprints of own
    documents and records, `index_key` is the key that they were built with, in hexadecimal.
    """

    rules: tuple[Path, ...] = ()
    cache: Path | None = None
    spacy_model: str | None = None
    families: tuple[str, ...] = tuple(BUILTIN)
    options: Mapping[str, str] = field(default_factory=dict)
    factories: tuple[str, ...] = ()
    indexes: tuple[Path, ...] = ()
    index_key: str = field(default="", repr=False)


Factory = Callable[[Settings], tuple[Detector, ...]]


def load(settings: Settings) -> tuple[Detector, ...]:
    """Return the detectors of `settings.families`, of `settings.factories`, of the entry points `hushgate.detectors`.

    Raises ValueError where a rule file is wrong, with `file:line:column`, and for a family that there is not.
    """
    found: list[Detector] = []
    for family in settings.families:
        if family not in BUILTIN:
            raise ValueError(f"there is no detector family {family!r}; there are {', '.join(BUILTIN)}")
        found.extend(_factory(BUILTIN[family])(settings))
    for target in settings.factories:
        found.extend(_factory(target)(settings))
    for entry in entry_points(group="hushgate.detectors"):
        found.extend(cast(Factory, entry.load())(settings))
    return tuple(found)


def _factory(target: str) -> Factory:
    module, _, name = target.partition(":")
    return cast(Factory, getattr(import_module(module), name))
