"""A text in, values out whose characters stand apart: spaced, dotted, dashed, in groups."""

import re
from collections.abc import Iterator

from detectors.views.edit import Edit

_SPACE = r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_SPACED = re.compile(rf"(?<![^\s(\[{{\"'`:,;>|])[!-~](?:{_SPACE}{{1,3}}[!-~](?![\w\\]|[^\s\w]\w)){{5,}}+")
_GAP = re.compile(rf"{_SPACE}{{1,3}}")
_SEPARATED = re.compile(r"(?<![\w.,/_|*~-])(?:[A-Za-z0-9]([.,/_|*~-])(?:[A-Za-z0-9]\1){5,}+[A-Za-z0-9])(?![\w-])")
_GROUPS = re.compile(
    r"(?<![\w.,/|;:_-])(?:\d{1,6}[,;|/_\t:] ?){2,8}\d{1,6}(?![\w/|;:-]|[.,]\d)"
    r"|(?<![\w|])(?:\d{2,6} ?\| ?){2,6}\d{1,6}(?!\w)"
)
_DIGIT = re.compile(r"\d++")
_NANP = re.compile(r"1[2-9]\d{2}[2-9]\d{6}\Z")


def spaced(text: str) -> Iterator[Edit]:
    """Yield values with a blank behind each character; three blanks in a row stand for one."""
    for match in _SPACED.finditer(text):
        read = _GAP.sub(lambda gap: " " if len(gap[0]) == 3 else "", match[0])
        if any(char.isalnum() for char in read) and len(set(read)) > 1:
            yield from _gaps(text, match, _GAP)


def _gaps(text: str, match: re.Match[str], gap: re.Pattern[str]) -> Iterator[Edit]:
    for found in gap.finditer(text, match.start(), match.end()):
        yield Edit(found.start(), found.end(), " " if found.end() - found.start() == 3 else "", "spaced")


def separated(text: str) -> Iterator[Edit]:
    """Yield values with the same sign behind each character: `4.1.8`, `4-1-8`, `D.E.9`."""
    for match in _SEPARATED.finditer(text):
        read = match[0][::2]
        if sum(char.isdigit() for char in read) >= 5 or len(read) >= 12:
            yield number(match.start(), match.end(), read, "separated")


def grouped(text: str) -> Iterator[Edit]:
    """Yield numbers whose groups of digits stand in cells: `5158,4245,0377,3666`."""
    for match in _GROUPS.finditer(text):
        groups = _DIGIT.findall(match[0])
        digits = "".join(groups)
        size = len(groups[0])
        even = size > 1 and all(len(group) == size for group in groups[:-1]) and len(groups[-1]) <= size
        if 9 <= len(digits) <= 19 and even:
            yield number(match.start(), match.end(), digits, "grouped")


def number(start: int, end: int, read: str, name: str) -> Edit:
    """Return the edit of a number; one that can only be dialled is read with its plus sign."""
    return Edit(start, end, f"+{read}" if _NANP.match(read) else read, name)
