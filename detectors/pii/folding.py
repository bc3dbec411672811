"""Text in, the same text in plain letters out: as many characters, so that every offset still holds.

Accents come off, Unicode dashes, blanks, quotes and digits become ASCII ones. What has no plain form stays.
"""

import re
import unicodedata
from functools import cache

from detectors.beyond_ascii import beyond_ascii

_BY_HAND = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2032": "'",
    "\u2212": "-", "\u00ad": "-", "\u00f8": "o", "\u00d8": "O", "\u0142": "l", "\u0141": "L", "\u0131": "i",
    "\u00df": "s", "\u00e6": "e", "\u00c6": "E", "\u0153": "e", "\u0152": "E", "\u0111": "d", "\u0110": "D",
    "\u00b7": ".", "\u2024": ".", "\u3001": ",", "\u3002": ".", "\uff61": ".", "\u200b": " ", "\ufeff": " ",
}  # fmt: skip
_RANGES = ((0xA0, 0x24F), (0x660, 0x669), (0x6F0, 0x6F9), (0x966, 0x96F), (0x1E00, 0x1EFF), (0x2000, 0x206F),
           (0x3000, 0x3000))  # fmt: skip


_FEW = 64


@cache
def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, last in _RANGES:
        for point in range(first, last + 1):
            plain = _plain(chr(point))
            if plain:
                table[point] = plain
    table.update({point: chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F)})  # full-width ASCII
    table.update({ord(char): plain for char, plain in _BY_HAND.items()})
    return table


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Pd":
        return "-"
    if kind == "Zs":
        return " "
    if kind == "Nd":
        return str(unicodedata.digit(char))
    base = unicodedata.normalize("NFKD", char)[:1]
    return base if base.isascii() and base.isalnum() else ""


def fold(text: str) -> str:
    """Return the text in plain letters, of the same length; an ASCII text is returned as it is.

    `str.translate` looks up each character of a text that is not ASCII: where few different ones are to be replaced,
    one pass each takes a tenth of that.
    """
    if text.isascii():
        return text
    table = _table()
    marks = [char for char in beyond_ascii(text) if ord(char) in table]
    if len(marks) > _FEW:
        return text.translate(table)
    for char in marks:
        text = text.replace(char, table[ord(char)])
    return text


def lowered(folded: str) -> str:
    """Return the folded text in lower case with blanks for underscores, of the same length."""
    lower = folded.lower()
    return (lower if len(lower) == len(folded) else folded).replace("_", " ")


def octets(folded: str) -> bytes:
    """Return one byte a character, `?` where a character has none: what the pattern engine reads."""
    return folded.encode("latin-1", "replace")


_SURROGATE = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """Return the text with U+FFFD for each half of a surrogate pair, so that it can be written as UTF-8."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
