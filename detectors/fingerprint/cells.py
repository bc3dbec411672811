"""Values of a record in, normal forms out; a text in, the values in it that could be of a record out, with places.

A value has a shape: `mail`, `number` (digits, however they are grouped: of nine or more the last nine count, so that a
country's prefix does not matter; of a date the year, then day and month, the smaller first: who wrote it may have meant
either), `code` (letters and digits), `words`. Words alone identify nobody: they count as evidence beside a value of
another shape, never by themselves.
"""

import re
from collections.abc import Iterator

_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DOMAIN = re.compile(r"@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LOCAL = re.compile(r"[\w.+%-]{0,64}")
_NUMBER = re.compile(r"\d(?<![\w.]\d)(?:[ ()./\u00a0-]{0,3}\d){4,24}(?!\w)")
_CODE = re.compile(r"(?<![\w@-])[A-Za-z0-9]{1,40}(?:[-_/.][A-Za-z0-9]{1,20}){0,6}(?![\w@-])")
_DIGITS = re.compile(r"[0-9][A-Za-z0-9_/.-]*+")
_DATE = re.compile(r"(?:(\d{4})([-./])(\d\d?)\2(\d\d?)|(\d\d?)([-./])(\d\d?)\6(\d{4}))\Z")
_BEFORE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/.-"
_BETWEEN = dict.fromkeys(map(ord, "-_/."))
_WORD = re.compile(r"(?<![\w@])[^\W\d_]+(?:['\u2019-][^\W\d_]+)*+(?![\w@])")
_WORDS = 4  # words of a value at most
_TAIL = 9

Cell = tuple[str, str]
"""(shape, normal form)"""


def cell(value: str) -> Cell | None:
    """Return the normal form of a record's value; None for what is too short to mean anything."""
    value = value.strip()
    if _MAIL.fullmatch(value):
        return "mail", value.lower()
    if _NUMBER.fullmatch(value.lstrip("+(")) or (value.isdigit() and len(value) >= 5):
        return _number(value)
    if _CODE.fullmatch(value) and _mixed(value):
        return _code(value)
    found = _WORD.findall(value)
    if 1 <= len(found) <= _WORDS and sum(map(len, found)) >= 3:
        return _words(found)
    return None


def strong(text: str) -> Iterator[tuple[Cell, int, int]]:
    """Yield the values in a text that can identify a record."""
    yield from _mails(text)
    for found in _NUMBER.finditer(text):
        yield _number(found[0]), _signed(text, found.start()), found.end()
    yield from _codes(text)


def _mails(text: str) -> Iterator[tuple[Cell, int, int]]:
    last = 0
    for found in _DOMAIN.finditer(text):
        local = _LOCAL.match(text[max(last, found.start() - 64) : found.start()][::-1])
        if local and local.end():
            start, last = found.start() - local.end(), found.end()
            yield ("mail", text[start:last].lower()), start, last


def _signed(text: str, start: int) -> int:
    """Return where a number begins with what may stand in front of its first digit: a plus, brackets."""
    for signs in (2, 1):
        front = text[max(0, start - signs - 1) : start]
        before = front[:-signs]
        if len(front) >= signs and not front[-signs:].strip("+(") and not (before.isalnum() or before in ("_", ".")):
            return start - signs
    return start


def _codes(text: str) -> Iterator[tuple[Cell, int, int]]:
    """Look only where digits are: most words have none."""
    last = 0
    for digits in _DIGITS.finditer(text):
        before = text[last : digits.start()]
        first, last = last + len(before.rstrip(_BEFORE)), digits.end()
        for found in _CODE.finditer(text, first, last + 1):
            if _mixed(found[0]):
                yield _code(found[0]), found.start(), found.end()


def weak(text: str) -> Iterator[tuple[Cell, int, int]]:
    """Yield every run of one to four words in a text, in whatever order a record may have them."""
    found = list(_WORD.finditer(text))
    for first in range(len(found)):
        for last in range(first, min(first + _WORDS, len(found))):
            between = text[found[last - 1].end() : found[last].start()] if last > first else ""
            if last > first and (len(between) > 3 or "\n" in between):
                break
            words = [word[0] for word in found[first : last + 1]]
            if sum(map(len, words)) >= 3:
                yield _words(words), found[first].start(), found[last].end()


def _mixed(value: str) -> bool:
    """Tell whether a value has letters and digits, four or more of them: a number of a customer, a contract, a part."""
    said = value.translate(_BETWEEN)
    return len(said) >= 4 and not said.isdigit() and not said.isalpha()


def _number(value: str) -> Cell:
    date = _DATE.match(value)
    if date:
        year, one, other = date[1] or date[8], int(date[3] or date[5]), int(date[4] or date[7])
        return "number", f"{year}{min(one, other):02}{max(one, other):02}"
    return "number", "".join(c for c in value if c.isdigit())[-_TAIL:]


def _code(value: str) -> Cell:
    return "code", value.translate(_BETWEEN).upper()


def _words(words: list[str]) -> Cell:
    return "words", " ".join(sorted(word.casefold() for word in words))
