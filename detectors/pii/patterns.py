"""A pattern as text in, a compiled linear-time matcher over octets out."""

from collections.abc import Iterator, Sequence
from typing import Protocol, cast

import re2


class Found(Protocol):
    """One match."""

    def span(self) -> tuple[int, int]:
        """Return where it starts and ends, in octets."""


class Pattern(Protocol):
    """What of a compiled re2 pattern is used here."""

    def finditer(self, text: bytes, pos: int = 0) -> Iterator[Found]:
        """Yield the matches from `pos` on, from left to right, no two overlapping."""

    def search(self, text: bytes, pos: int = 0) -> Found | None:
        """Return the first match that starts at `pos` or later."""


def compile_pattern(pattern: str, *, longest: bool = False, ignore_case: bool = False) -> Pattern:
    """Compile `pattern` (re2 syntax) for texts of one octet a character (`folding.octets`).

    `longest` prefers the longest alternative to the first. Raises ValueError where re2 cannot take the pattern:
    it has no look-around and no back-references, and so needs time linear in the text.
    """
    options = _options()
    options.longest_match = longest
    options.case_sensitive = not ignore_case
    try:
        return cast(Pattern, re2.compile(pattern.encode("latin-1"), options))
    except re2.error as error:
        raise ValueError(f"pattern that a linear-time engine cannot take: {pattern}") from error


class PatternSet:
    """Several patterns, asked at once which of them occur: one pass instead of one a pattern.

    A first pattern that matches everything stands guard: where it is missing from the answer the set's automaton has
    failed, and every pattern counts as present.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._all = range(len(patterns))
        self._set = re2.Set.SearchSet(_options())
        for pattern in ("", *patterns):
            self._set.Add(pattern.encode("latin-1"))
        self._set.Compile()

    def present(self, text: bytes) -> Sequence[int]:
        """Return the numbers of the patterns that occur in `text`, in rising order."""
        found = sorted(self._set.Match(text) or ())
        return [number - 1 for number in found[1:]] if found and found[0] == 0 else self._all


def _options() -> "re2.Options":
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = 64 << 20
    return options
