"""A text in, values out whose characters stand apart: spaced, dotted, dashed, in groups."""

import re
from collections.abc import Iterator

from detectors.views.edit import Edit

_SPACE = r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_SPACED = re.compile(rf"(?<![^\s(\[{{\"'`:,;>|])[!-~](?:{_SPACE}{{1,7}}[!-~](?![\w\\]|[^\s\w]\w)){{5,}}+")
_GAP = re.compile(rf"{_SPACE}{{1,7}}")
_COLUMN = re.compile(r"(?<!\S)[!-~](?:\r?\n(?: \r?\n)?[!-~](?!\S)){8,}+")
_BREAK = re.compile(r"\r?\n(?:( )\r?\n)?")
_SEPARATED = re.compile(r"(?<![\w.,/_|*~-])(?:[A-Za-z0-9]([.,/_|*~-])(?:[A-Za-z0-9]\1){5,}+[A-Za-z0-9])(?![\w-])")
_GROUPS = re.compile(
    r"(?<![\w.,/|;:_-])(?:\d{1,6}[,;|/_\t:] ?){2,8}\d{1,6}(?![\w/|;:-]|[.,]\d)"
    r"|(?<!\w)(?<!\d\|)(?:\d{2,6} ?\| ?){2,6}\d{1,6}(?!\w)"
)
_WHOLE = re.compile(r"(?<![\w.])\d{9,19}(\.0)(?![\w.])")
_DIGIT = re.compile(r"\d++")
_NANP = re.compile(r"1[2-9]\d{2}[2-9]\d{6}\Z")


def spaced(text: str) -> Iterator[Edit]:
    """Yield values with the same blanks behind each character; more than twice as many stand for a blank of it."""
    for match in _SPACED.finditer(text):
        gaps = list(_GAP.finditer(text, match.start(), match.end()))
        size = min(2, len(gaps[0][0]))
        read = "".join(match[0].split())
        if not any(char.isalnum() for char in read) or len(set(read)) == 1:
            continue
        if read[-1] == "-":
            gaps.pop()  # a dash between words
        for gap in gaps:
            if size <= len(gap[0]) <= size + (size == 1):
                yield Edit(gap.start(), gap.end(), "", "spaced")
            elif len(gap[0]) > size:
                yield Edit(gap.start(), gap.end(), " ", "spaced")


def column(text: str) -> Iterator[Edit]:
    """Yield the line breaks of values that stand one character a line."""
    for match in _COLUMN.finditer(text):
        if len(set(match[0])) > 3:
            for gap in _BREAK.finditer(text, match.start(), match.end()):
                yield Edit(gap.start(), gap.end(), gap[1] or "", "spaced")


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


def whole(text: str) -> Iterator[Edit]:
    """Yield the `.0` of numbers that a table took for fractions, as one with empty cells does."""
    for match in _WHOLE.finditer(text):
        yield Edit(*match.span(1), "", "whole")


def number(start: int, end: int, read: str, name: str) -> Edit:
    """Return the edit of a number; one that can only be dialled is read with its plus sign."""
    return Edit(start, end, f"+{read}" if _NANP.match(read) else read, name)
