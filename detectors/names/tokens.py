"""A stretch of prose in, its tokens out: words, numbers and single signs, each with where it stands."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*+|\d++|\S")
_LOWER = re.compile(r"[a-zà-öø-ÿ]")
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_LONG = 3
"""Words up to this length say nothing about a line's case: headings keep `of` and `the` small."""

SITUATIONS = 32


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The tokens of one stretch: `words[i]` is `text[starts[i]:ends[i]]`.

    `situations[i]` (below `SITUATIONS`) tells whether it is glued to what stands before and behind, whether it is the
    first, and how its line is written: mixed, all capitals, a heading, or small letters only.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    situations: list[int]


def tokenise(text: str) -> Tokens:
    """Return the tokens of `text`, which is one line or a piece of one. Linear in its length."""
    words, starts, ends = [], [], []
    for match in _TOKEN.finditer(text):
        words.append(match.group())
        starts.append(match.start())
        ends.append(match.end())
    last = len(words) - 1
    case = _case(words) * 8
    situations = [
        case + 4 * (i == 0) + 2 * (i > 0 and ends[i - 1] == starts[i]) + (i < last and starts[i + 1] == ends[i])
        for i in range(len(words))
    ]
    return Tokens(words, starts, ends, situations)


def _case(words: list[str]) -> int:
    long = [word for word in words if len(word) > _LONG and word[0].isalpha()]
    if not any(_CAPITAL.search(word) for word in words):
        return 3
    if long and not any(_LOWER.search(word) for word in long):
        return 1
    upper = sum(word[0].isupper() for word in long)
    return 2 if len(long) > 1 and upper * 5 >= len(long) * 4 else 0
