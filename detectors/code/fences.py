"""The lines of a text that look like fences in, the fenced blocks out: where, and what they say they hold.

Source: CommonMark 0.31, section 4.5 (fenced code blocks); unlike there, an unclosed fence holds nothing.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from detectors.code.languages import is_prose_name, named

UNNAMED, KNOWN, PROSE = 0.5, 4.0, -4.0
"""What a fence adds to the log-odds of its lines: without a name, with the name of a language, with one of prose."""

MOST = 2000
"""Fence lines that are read; a text with more is judged by its lines alone from there on."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A block between the fence lines `first` and `last`; `language` is its name in our table, or empty."""

    first: int
    last: int
    language: str
    bonus: float


def read_fences(text: str, candidates: Iterable[int]) -> list[Fence]:
    """Return the fenced blocks of `text`; `candidates` are the numbers of lines that begin with ``` or ~~~."""
    lines = text.split("\n")
    fences: list[Fence] = []
    opened: tuple[int, str, str] | None = None
    for number in itertools.islice(candidates, MOST):
        line = lines[number].strip()
        mark = line[: len(line) - len(line.lstrip(line[0]))]
        if opened is None:
            opened = (number, mark, line[len(mark) :].strip())
        elif line == mark and mark.startswith(opened[1]):
            fences.append(_fence(opened[0], number, opened[2]))
            opened = None
        elif line != mark:  # a new block begins: the one before was never closed
            opened = (number, mark, line[len(mark) :].strip())
    return fences


def _fence(first: int, last: int, info: str) -> Fence:
    word = info.split(maxsplit=1)[0].strip("{}.").lower() if info else ""
    language = named(word)
    if language is not None and language.kind not in ("log", "trace", "data"):
        return Fence(first, last, language.id, KNOWN)
    if is_prose_name(word) or language is not None:
        return Fence(first, last, language.id if language else "", PROSE)
    return Fence(first, last, "", UNNAMED)
