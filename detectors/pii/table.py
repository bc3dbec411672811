"""The YAML table of kinds in, frozen records out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("kinds.yaml")


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a value: a re2 pattern, and the score where no cue stands near (0: not reported then)."""

    pattern: str
    bare: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity: how it is written, checked and named in text."""

    entity: str
    forms: tuple[Form, ...]
    cues: tuple[str, ...]
    score: float
    check: str = ""
    fit: str = ""
    lax: str = ""
    reader: str = ""
    near: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Every kind, the labels of other things, and the words that may stand between a label and its value."""

    kinds: tuple[Kind, ...]
    neutral: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()


@cache
def table() -> Table:
    """Return the shipped table, read once."""
    return read(TABLE.read_text(encoding="utf-8"))


def read(text: str) -> Table:
    """Return the table that the YAML `text` describes. Raises KeyError or TypeError where an entry is incomplete."""
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    kinds = tuple(_kind(entity, row) for entity, row in data["kinds"].items())
    return Table(kinds, _words(data.get("neutral")), _words(data.get("fillers")))


def _kind(entity: str, row: Mapping[str, Any]) -> Kind:
    return Kind(
        entity,
        tuple(Form(form["re"], form.get("bare", 0.0)) for form in row.get("forms", ())),
        _words(row["cues"]),
        row["score"],
        row.get("check", ""),
        row.get("fit", ""),
        row.get("lax", ""),
        row.get("reader", ""),
        row.get("near", False),
    )


def _words(words: Sequence[object] | None) -> tuple[str, ...]:
    result = []
    for word in words or ():
        if not isinstance(word, str):
            raise TypeError(f"table of kinds: {word} is not a word; put it in quotes")
        result.append(word)
    return tuple(result)
