"""Values of a record in, normal forms out; a text in, the values in it that could be of a record out, with places.

A value has a shape: `mail`, `number` (digits, however they are grouped: of nine or more the last nine count, so that a
country's prefix does not matter), `code` (letters and digits), `words`. Words alone identify nobody: they count as
evidence beside a value of another shape, never by themselves.
"""

import re
from collections.abc import Iterator

_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NUMBER = re.compile(r"(?<![\w.])[+(]{0,2}\d(?:[ ()./\u00a0-]{0,3}\d){4,24}(?!\w)")
_CODE = re.compile(r"(?<![\w@-])[A-Za-z0-9]{1,40}(?:[-_/.][A-Za-z0-9]{1,20}){0,6}(?![\w@-])")
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
    if _NUMBER.fullmatch(value) or (value.isdigit() and len(value) >= 5):
        return _number(value)
    if _CODE.fullmatch(value) and _mixed(value):
        return _code(value)
    found = _WORD.findall(value)
    if 1 <= len(found) <= _WORDS and sum(map(len, found)) >= 3:
        return _words(found)
    return None


def strong(text: str) -> Iterator[tuple[Cell, int, int]]:
    """Yield the values in a text that can identify a record."""
    for found in _MAIL.finditer(text):
        yield ("mail", found[0].lower()), found.start(), found.end()
    for found in _NUMBER.finditer(text):
        yield _number(found[0]), found.start(), found.end()
    for found in _CODE.finditer(text):
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
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    return letters > 0 and digits > 0 and letters + digits >= 4


def _number(value: str) -> Cell:
    return "number", "".join(c for c in value if c.isdigit())[-_TAIL:]


def _code(value: str) -> Cell:
    return "code", "".join(c for c in value.upper() if c.isalnum())


def _words(words: list[str]) -> Cell:
    return "words", " ".join(sorted(word.casefold() for word in words))
