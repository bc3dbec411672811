"""A text in, values out that it takes apart into variables and puts together by name: `A+B`, `A = "AKIA"`."""

import re
from collections.abc import Iterator

from detectors.views.edit import Edit

_GIVEN = re.compile(
    r"(?:^|(?<=[\s;,(]))(?:(?:let|const|var|set|export|my) )?\$?([A-Za-z_]\w{0,30})[ \t]{0,4}(?::=|=|:)[ \t]{0,4}"
    r"([\"'`])([^\"'`\n]{1,400})\2",
)
_SUM = re.compile(
    r"(?<![\w\"'`])\$?([A-Za-z_]\w{0,30})"
    r"((?:[ \t]{0,4}(?:\+|\.{1,2}|&|\|\|)[ \t]{0,4}\$?[A-Za-z_]\w{0,30}){1,20}+)(?![\w\"'`(])"
    r"|((?:\$\{[A-Za-z_]\w{0,30}\}){2,20}+)|((?:\{[A-Za-z_]\w{0,30}\}){2,20}+)|((?:\$[A-Za-z_]\w{0,30}){2,20}+)"
)
_NAME = re.compile(r"[A-Za-z_]\w{0,30}")
_ENOUGH = 200


def sums(text: str) -> Iterator[Edit]:
    """Yield each sum of variables whose texts are all given."""
    given: dict[str, tuple[int, int]] = {}
    for match in _GIVEN.finditer(text):
        given[match[1]] = match.span(3)
        if len(given) >= _ENOUGH:
            break
    if len(given) < 2:
        return
    for match in _SUM.finditer(text):
        names = _NAME.findall(match[0])
        if len(names) > 1 and all(name in given for name in names):
            spans = tuple(given[name] for name in names)
            if sum(end - start for start, end in spans) <= 4000:
                yield Edit(match.start(), match.end(), "".join(text[s:e] for s, e in spans), "variables", spans)
