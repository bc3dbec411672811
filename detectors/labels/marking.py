"""A phrase and its line in, how surely it marks the text out: a marking is set apart, talk about one is not.

Rules
1. Behind `Classification:` (or its like in another language) any phrase is a marking.
2. Alone on its line, or between separators in a header or footer, a phrase in capitals is one; with one capital only
   if it is no everyday word.
3. In brackets the same; a link text (`[Confidential](...)`) is none.
4. In capitals at the start of a line, or in a line of capitals, it is one; assignments and list items are none.
5. In a sentence only a phrase that says so of itself (`anywhere`) is one, and no question is.
"""

import re
from dataclasses import dataclass

from detectors.labels.words import words

_MARKS = " \t*#_=~-\u2013\u2014\u2022\u00b7|/\\<>[](){}!.:\u25a0\u25cf\u2588"
_BULLET = re.compile(r"\s*(?:[-*+\u2022\u00b7]|\d{1,3}[.)]|[a-z][.)])\s+\Z")
_SEPARATORS = "|/>#:\u2022\u00b7\u2013\u2014"
_EDGE_AFTER = re.compile(r"[ \t*_]*(?:\Z|[|\u2022\u00b7\u2013\u2014/]|-\s|:\s|\.\s*\Z|\s-|\s{3}|\t)")
_BRACKETS = {"[": "]", "(": ")", "<": ">", "{": "}", "\u00ab": "\u00bb"}
_CODE = re.compile(r"[=;{}]|,\s*\Z|\(\)|->|::")
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """A phrase within its line."""

    before: str
    phrase: str
    after: str

    @property
    def upper(self) -> bool:
        """Tell whether the phrase is in capitals, or of a script that has none."""
        return self.phrase == self.phrase.upper()

    @property
    def capital(self) -> bool:
        """Tell whether the phrase begins with a capital."""
        return self.phrase[:1] == self.phrase[:1].upper()


def place(text: str, start: int, end: int) -> Place:
    """Return `text[start:end]` with what its line holds around it, at most 400 characters each side."""
    first = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1 or max(0, start - _LONGEST_LINE)
    last = text.find("\n", end, end + _LONGEST_LINE)
    return Place(
        text[first:start], text[start:end], text[end : last if last >= 0 else end + _LONGEST_LINE].rstrip("\r")
    )


def certainty(spot: Place, anywhere: bool, common: bool) -> float:
    """Return how surely the phrase is a marking, from 0 (it is not) to 1."""
    if spot.after.lstrip(" *_\"')").startswith("?"):
        return 0.0
    if words().field.search(spot.before) and not spot.after[:1].isalpha():
        return 1.0
    return max(_alone(spot, common), _bracketed(spot, common), _set_apart(spot), _noticed(spot), 0.8 * anywhere)


def _alone(spot: Place, common: bool) -> float:
    if spot.before.strip(_MARKS) or spot.after.strip(_MARKS):
        return 0.0
    if _BULLET.match(spot.before) and not spot.after.strip():
        return 0.0
    if spot.upper:
        return 0.95
    framed = bool(spot.before.strip()) and bool(spot.after.strip())
    if spot.capital:
        return 0.9 if not common else 0.8 if framed else 0.0
    return 0.75 if framed and not common else 0.0


def _bracketed(spot: Place, common: bool) -> float:
    before, after = spot.before.rstrip("*_ "), spot.after.lstrip("*_ ")
    if not before or _BRACKETS.get(before[-1]) != after[:1] or after[1:2] in {"(", "="}:
        return 0.0
    if spot.upper:
        return 0.9
    return 0.8 if spot.capital and not common and before[-1] != "{" else 0.0


def _set_apart(spot: Place) -> float:
    if not spot.upper or _CODE.search(spot.before) or _CODE.search(spot.after) or _BULLET.match(spot.before):
        return 0.0
    line = spot.before + spot.phrase + spot.after
    if "?" in line:
        return 0.0
    edges = _edge_before(spot.before) and bool(_EDGE_AFTER.match(spot.after))
    if edges and (not spot.before.strip() or not spot.after.strip() or "|" in line):
        return 0.9
    return 0.85 if line.isupper() and len(line.split()) <= 10 else 0.0


def _noticed(spot: Place) -> float:
    at_start = not spot.before.strip(_MARKS)
    return 0.9 if at_start and spot.capital and words().notice.match(spot.after) else 0.0


def _edge_before(before: str) -> bool:
    """Tell whether a line's text ends with a separator or a gap: where a header has its next column."""
    bare = before.rstrip(" \t*_")
    gap = before[len(bare) :]
    return not bare or bare[-1] in _SEPARATORS or (bare[-1] == "-" and gap != "") or len(gap) >= 3 or "\t" in gap
