"""A text in, every match of every pattern out: one Hyperscan pass, then RE2 for the patterns that fired.

Rules
1. All engines match the text's UTF-8 bytes with ASCII classes, so that they agree; positions are then turned into
   Python characters.
2. A pattern runs only if the gate fired (where Hyperscan is there) and one of its keywords stands in the text. The
   gate alone only saves time: without it the hits are the same.
3. RE2 searches in linear time; a pattern must not end in an unbounded repeat that needs something behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import re2

from detectors.patterns.gate import Gate, available, compile_gate
from detectors.patterns.offsets import ceiling, characters, encode
from detectors.patterns.pattern import Hit, Pattern


@dataclass(frozen=True, slots=True)
class _Compiled:
    expression: Any
    group: int
    keywords: tuple[bytes, ...]


class Engine:
    """Finds the matches of a fixed sequence of patterns."""

    def __init__(self, patterns: Sequence[Pattern], cache: Path | None = None, gated: bool = True) -> None:
        """Compile `patterns`. `cache` is a folder for the compiled database; `gated` false does without Hyperscan.

        Raises ValueError, naming the pattern's id, where an expression is wrong.
        """
        self._patterns = tuple(_prepare(pattern) for pattern in patterns)
        self._gate: Gate | None = None
        if gated and available():
            self._gate = compile_gate([pattern.gate or pattern.expression for pattern in patterns], cache)

    def find(self, text: str) -> list[Hit]:
        """Return every match of every pattern in `text`, by pattern, then by position."""
        data = encode(text)
        spans = [span for number in self._candidates(data) for span in self._search(number, data)]
        if not spans or len(data) == len(text):
            return [Hit(*span) for span in spans]
        widened = [(n, start, ceiling(data, end), left, ceiling(data, right)) for n, start, end, left, right in spans]
        at = characters(data, (position for span in widened for position in span[1:]))
        return [Hit(n, at[start], at[end], at[left], at[right]) for n, start, end, left, right in widened]

    def _candidates(self, data: bytes) -> list[int]:
        if self._gate is None:
            numbers: Sequence[int] = range(len(self._patterns))
        else:
            numbers = sorted(self._gate.fired(data))
        if not numbers:
            return []
        lower = data.lower()
        present: dict[bytes, bool] = {}
        return [number for number in numbers if self._open(number, lower, present)]

    def _open(self, number: int, lower: bytes, present: dict[bytes, bool]) -> bool:
        keywords = self._patterns[number].keywords
        for keyword in keywords:
            if keyword not in present:
                present[keyword] = keyword in lower
            if present[keyword]:
                return True
        return not keywords

    def _search(self, number: int, data: bytes) -> list[tuple[int, int, int, int, int]]:
        compiled = self._patterns[number]
        found = []
        for match in compiled.expression.finditer(data):
            start, end = match.span(compiled.group)
            if 0 <= start < end:
                found.append((number, start, end, *match.span()))
        return found


def check_expression(expression: str) -> str:
    """Return what is wrong with `expression` as RE2 says it; empty if nothing is."""
    try:
        _compile(expression)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
    return ""


def _prepare(pattern: Pattern) -> _Compiled:
    problem = check_expression(pattern.expression)
    if problem:
        raise ValueError(f"pattern {pattern.id}: {problem}")
    expression = _compile(pattern.expression)
    names = {name.decode(): index for name, index in expression.groupindex.items()}
    group = names.get("secret", 1 if expression.groups else 0)
    return _Compiled(expression, group, tuple(encode(keyword.lower()).lower() for keyword in pattern.keywords))


def _compile(expression: str) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(encode(expression), options=options)
