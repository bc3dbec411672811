"""The building blocks of a grammar: what may stand in a file, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A text: one of `choices`, or one that matches `pattern` (both empty: any). `wants` says it in words.

    `needs` maps those of `choices` that not every build carries out to the ability they need.
    """

    choices: tuple[str, ...] = ()
    pattern: str = ""
    wants: str = "text"
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, both included."""

    minimum: float
    maximum: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list. Where `lists` is set, `$name` may stand for it or for some of its items."""

    item: "Shape"
    lists: bool = False
    shortest: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record. `needs` names the ability that the key needs, out of `policies.abilities`."""

    shape: "Shape"
    doc: str
    required: bool = False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Fixed keys."""

    keys: Mapping[str, Key]


@dataclass(frozen=True, slots=True)
class Named:
    """Free names to values of one shape."""

    pattern: str
    value: "Shape"


@dataclass(frozen=True, slots=True)
class WordOr:
    """A bare word, or the record that it stands for."""

    word: Text
    record: Record


Shape = Text | Number | Flag | ListOf | Record | Named | WordOr
