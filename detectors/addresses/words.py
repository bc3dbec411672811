"""The words of `roads.yaml`, compiled: an expression that finds every road word, and what each of them may be."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detectors.patterns.table import Record, read

_KEYS = ("back", "front", "tails", "weak", "links", "counts", "joins", "units", "cues")


@dataclass(frozen=True, slots=True)
class Words:
    """Word lists in small letters. `anchor` is in RE2 syntax and matches every word of a road, whatever its case."""

    back: frozenset[str]
    front: frozenset[str]
    tails: tuple[str, ...]
    weak: frozenset[str]
    links: frozenset[str]
    counts: frozenset[str]
    joins: frozenset[str]
    units: frozenset[str]
    cue: re.Pattern[str]
    anchor: str


@cache
def words() -> Words:
    """Return the shipped words. Raises ValueError, `file:line:column`, where the table is wrong."""
    return compile_words(read(Path(__file__).with_name("roads.yaml")))


def compile_words(record: Record) -> Words:
    """Return the words of a table. Raises ValueError for a key that there is not."""
    record.only(_KEYS)
    lists = {key: tuple(dict.fromkeys(record.texts(key))) for key in _KEYS}
    tails = tuple(sorted(lists["tails"], key=len, reverse=True))
    # a tail ends a longer word or is one, a front or back word stands alone: what ends in one is found by its end
    every = sorted({*lists["back"], *lists["front"], *tails}, key=lambda word: (-len(word), word))
    anchor = "(?i)(" + "|".join(map(_any_case, every)) + r")(?:[^A-Za-z\x80-\xff]|$)"
    cue = re.compile(rf"\b(?:{'|'.join(map(re.escape, lists['cues']))})\b", re.IGNORECASE)
    sets = {key: frozenset(lists[key]) for key in _KEYS if key not in ("tails", "cues")}
    return Words(**sets, tails=tails, cue=cue, anchor=anchor)


def _any_case(word: str) -> str:
    """Return an expression for `word`: RE2 folds the case of ASCII only, so that other letters stand twice."""
    return "".join(
        f"(?:{char}|{char.upper()})" if not char.isascii() and len(char.upper()) == 1 else re.escape(char)
        for char in word
    )
