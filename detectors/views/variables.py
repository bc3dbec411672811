"""A text in, values out that it takes apart into variables and puts together by name: `A+B`, `A = "AKIA"`."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from detectors.views.edit import Edit

_GIVEN = re.compile(
    r"(?:^|(?<=[\s;,(]))(?:(?:let|const|var|set|export|my) )?\$?([A-Za-z_]\w{0,30})[ \t]{0,4}(?::=|=|:)[ \t]{0,4}"
    r"([\"'`])([^\"'`\n]{1,400})\2",
)
_JOIN = r"[ \t]{0,4}(?:\+|\.{1,2}|&|\|\|)[ \t]{0,4}"
_MOST = 100  # variables
_LONGEST = 4000  # characters of a sum

Span = tuple[int, int]


def given(text: str, low: int, high: int) -> dict[str, Span]:
    """Return the variables that `text[low:high]` gives a text, and where that text stands."""
    return {match[1]: match.span(3) for match in _GIVEN.finditer(text, low, high)}


def sums(text: str, low: int, high: int, variables: Mapping[str, Span]) -> Iterator[Edit]:
    """Yield each sum of variables in `text[low:high]` whose texts are all given."""
    if len(variables) < 2:
        return
    name = "(?:" + "|".join(sorted(islice(variables, _MOST), key=len, reverse=True)) + ")"
    joined = re.compile(
        rf"(?<![\w\"'`$])\$?{name}(?:{_JOIN}\$?{name}){{1,20}}+(?![\w\"'`(])"
        rf"|(?<![\w$])(?:(?:\$\{{{name}\}}){{2,20}}+|(?:\{{{name}\}}){{2,20}}+|(?:\${name}){{2,20}}+)(?![\w(])"
    )
    names = re.compile(name)
    for match in joined.finditer(text, low, high):
        spans = tuple(variables[found] for found in names.findall(match[0]))
        if sum(end - start for start, end in spans) <= _LONGEST:
            yield Edit(match.start(), match.end(), "".join(text[s:e] for s, e in spans), "variables", spans)
