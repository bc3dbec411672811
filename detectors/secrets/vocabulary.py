"""The words that tell a secret from what only looks like one, read from vocabulary.yaml."""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from detectors.patterns.table import read

PATH = Path(__file__).with_name("vocabulary.yaml")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Sets of lower-case words; what each is for stands in vocabulary.yaml."""

    bigrams: frozenset[str]
    placeholders: frozenset[str]
    dummies: frozenset[str]
    plain: frozenset[str]
    strong: frozenset[str]
    key_modifiers: frozenset[str]
    sensitive: frozenset[str]
    harmless: frozenset[str]
    harmless_after: frozenset[str]
    passwords: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped vocabulary."""
    record = read(PATH)
    names = [field.name for field in fields(Vocabulary)]
    record.only(names)
    return Vocabulary(**{name: frozenset(record.text(name).split()) for name in names})
