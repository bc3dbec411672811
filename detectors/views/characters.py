"""A text in, the characters out that stand for plainer ones: look-alikes, invisible ones, marks, other digits.

Rules
1. Only a character that could be part of a plain value counts: one that touches an ASCII character, or another of its
   kind; at the edge of a word one counts where more stand inside it. A word in its own script, an emoji and its
   joiners, a letter with its accent are what they are.
2. A look-alike counts where its word holds ASCII letters, digits or signs of an address beside it.
3. Characters of the tag block spell ASCII text that no one sees; flags of emoji are written with them too and stay.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml

from detectors.beyond_ascii import beyond_ascii
from detectors.views.edit import Edit

INVISIBLE = "invisible"
LOOKALIKE = "lookalike"
WIDTH = "nfkc"
DIGIT = "digit"
MARK = "combining"
TAG = "tag"
TURNED = "turned"

_IGNORED = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ud800-\udfff\ufeff\uffa0\ufff9-\uffff\U0001d173-\U0001d17a\U000e0100-\U000e01ef"
)
_TAGS = "\U000e0000-\U000e007f"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{2,8}+\U000e007f")
_OVERRIDDEN = re.compile("\u202e([^\\s\u202a-\u202e\u2066-\u2069][^\n\u202a-\u202e\u2066-\u2069]{5,400})\u202c?")
_BLANK = re.compile(r"\s")
_KEY = 11  # characters: in a shorter word a typographic dash is one
_LONG = 4096  # characters of a word that are looked at together


@cache
def _lookalikes() -> dict[str, str]:
    table = yaml.safe_load(files(__package__).joinpath("confusables.yaml").read_text(encoding="utf-8"))
    return {char: plain for plain, chars in table.items() for char in chars}


@cache
def _plain() -> dict[str, str]:
    """Return what each character with a compatibility form in ASCII, or that is a digit, is read as."""
    table: dict[str, str] = {}
    for point in (*range(0xA8, 0x3400), *range(0xFB00, 0xFB07), *range(0xFE10, 0x10000), *range(0x10780, 0x1FBFA)):
        char = chr(point)
        if unicodedata.category(char) == "Nd":
            table[char] = str(unicodedata.digit(char))
            continue
        form = unicodedata.normalize("NFKC", char)
        if form != char and form.isascii() and form.strip() and len(form) <= 4:
            table[char] = form.strip("()") if "(" in form and len(form) > 1 else form
    for base, digit in ((0x278A, 1), (0x2776, 1), (0x24F5, 1)):
        table.update({chr(base + i): str(digit + i) for i in range(9)})
    table.update({chr(0x1F150 + i): chr(65 + i) for i in range(26)})  # negative circled letters
    table.update({chr(0x1F170 + i): chr(65 + i) for i in range(26)})  # negative squared letters
    table.update({chr(0x1F1E6 + i): chr(65 + i) for i in range(26)})  # regional indicators
    return table


@cache
def _signs() -> frozenset[str]:
    """Return every character that may be read differently."""
    ranges = re.compile(f"[{_IGNORED}{_TAGS}{_MARKS}]")
    found = {char for char in map(chr, range(0xA0, 0xE0200)) if ranges.match(char)}
    return frozenset(found | set(_lookalikes()) | (set(_plain()) - _KEPT))


_KEPT = frozenset(
    "\u00a8\u00aa\u00af\u00b2\u00b3\u00b4\u00b5\u00b8\u00b9\u00ba\u00bc\u00bd\u00be\u2026\u2122\u2100\u2116"
)
_INVISIBLE = re.compile(f"[{_IGNORED}]++")
_TAGGED = re.compile(f"[{_TAGS}]++")
_SOME_TAG = re.compile(f"[{_TAGS}]")
_VALUE_BEFORE = re.compile(rf"[0-9A-Za-z][{_IGNORED}]{{0,2}} ?\Z")
_VALUE_AFTER = re.compile(rf" ?[{_IGNORED}]{{0,2}}[0-9A-Za-z]")
_MARKED = re.compile(f"[{_MARKS}]++")


def edits(text: str) -> Iterator[Edit]:
    """Yield what is read differently, in no order. What stands in a text is found with one pass over its letters."""
    if text.isascii():
        return
    signs = _signs() & beyond_ascii(text)
    if not signs:
        return
    yield from _tagged(text)
    sign = re.compile(f"[{''.join(map(re.escape, sorted(signs)))}]++")
    done = 0
    for match in sign.finditer(text):
        start, end = match.span()
        if start < done:
            continue
        low, high = _word(text, start, end)
        done = high
        yield from _letters(text[low:high], low)
        unseen = [found.span() for found in _INVISIBLE.finditer(text, low, high)]
        inside = [span for span in unseen if _touches(text, *span) or _after_blank(text, span[0])]
        for span in unseen if len(inside) > 1 or _strewn(text[low:high]) else inside:
            yield Edit(*span, "", INVISIBLE)
        for found in _MARKED.finditer(text, low, high):
            first, last = found.span()
            lone = text[first - 1 : first].isalpha() and last - first == 1 and _lone(text, first)
            if (_plain_at(text, first - 1) and not lone) or _after_blank(text, first):
                yield Edit(first, last, "", MARK)


def turned(text: str) -> Iterator[Edit]:
    """Yield what stands behind U+202E (right-to-left override) as it is shown: the last character first."""
    for match in _OVERRIDDEN.finditer(text):
        yield Edit(match.start(), match.end(), match[1][::-1], TURNED)


def _word(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the word around `start..end` begins and ends; of a very long one its next part."""
    low = start
    while low > 0 and start - low < _LONG and not text[low - 1].isspace():
        low -= 1
    stop = _BLANK.search(text, end)
    return low, min(stop.start() if stop else len(text), end + _LONG)


def hidden(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of tag characters that spell text: nobody sees them, a model reads them."""
    if not _SOME_TAG.search(text):
        return
    flags = {place for match in _FLAG.finditer(text) for place in range(*match.span())}
    for match in _TAGGED.finditer(text):
        if match.start() not in flags and match.end() - match.start() >= 4:
            yield match.span()


def _tagged(text: str) -> Iterator[Edit]:
    for start, end in hidden(text):
        spelled = "".join(chr(ord(char) - 0xE0000) for char in text[start:end])
        yield Edit(start, end, "".join(char for char in spelled if " " <= char <= "~"), TAG)


def _letters(word: str, offset: int) -> Iterator[Edit]:
    """Yield the edits of one word: compatibility forms and digits; look-alikes where the word is mixed."""
    plain, alike = _plain(), _lookalikes()
    mixed = any(char.isascii() and (char.isalnum() or char in "@_") for char in word)
    forms = sum(not char.isascii() and plain.get(char, "").isalnum() and char not in _KEPT for char in word)
    for at, char in enumerate(word):
        if char.isascii():
            continue
        if mixed and char in alike and (alike[char].isalnum() or (len(word) >= _KEY and _between(word, at))):
            yield Edit(offset + at, offset + at + 1, alike[char], LOOKALIKE)
        elif char in plain and (char not in _KEPT or (forms > 1 and char.isdigit())):
            read = plain[char]
            if read.isalnum() or forms > 3 or (forms and _between(word, at)):
                yield Edit(offset + at, offset + at + 1, read, DIGIT if char.isdecimal() else WIDTH)


def _between(word: str, at: int) -> bool:
    """Tell whether a sign stands between letters or digits that are plain or have a plain form."""
    return all(
        0 <= i < len(word) and ((word[i].isascii() and word[i].isalnum()) or _plain().get(word[i], "").isalnum())
        for i in (at - 1, at + 1)
    )


def _touches(text: str, start: int, end: int) -> bool:
    """Tell whether invisible characters stand within plain text, not at the edge of a word or inside an emoji."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not before or not after:
        return False
    if before.isspace() or after.isspace():
        return bool(_VALUE_BEFORE.search(text, max(0, start - 4), start) and _VALUE_AFTER.match(text, end))
    return _plain_at(text, start - 1) or _plain_at(text, end)


def _strewn(word: str) -> bool:
    """Tell whether a word is a sign or two among invisible characters, as of a value that is strewn with them."""
    shown = _INVISIBLE.sub("", word)
    return len(shown) in (1, 2) and 2 * len(shown) <= len(word) and _plain_at(shown, 0)


def _after_blank(text: str, start: int) -> bool:
    """Tell whether the marks before `start` go on behind a blank: each character of a value bears one, blanks too."""
    return start > 1 and text[start - 1] == " " and text[start - 2] in _signs() and text[start - 2] not in _plain()


def _plain_at(text: str, at: int) -> bool:
    if not 0 <= at < len(text):
        return False
    char = text[at]
    return (char.isascii() and not char.isspace()) or char in _plain() or char in _lookalikes()


def _lone(text: str, start: int) -> bool:
    """Tell whether the mark is an accent in a word: the letters beside its own bear none."""
    return not _MARKED.match(text, start - 2) and not _MARKED.match(text, start + 2)


def prepare() -> None:
    """Make the tables now rather than at the first text that needs them."""
    _signs()
