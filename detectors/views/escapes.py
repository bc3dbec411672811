"""A text in, the characters out that are written as escapes: in URLs, HTML, source code and mail."""

import html
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from quopri import decodestring

from detectors.views.edit import Edit

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_PERCENT_U = re.compile(r"%u([0-9A-Fa-f]{4})")
_FORM = re.compile(r"(?<=[?&=])[\w%.,:;!?@*()'-]{1,60}(?:\+[\w%.,:;!?@*()'-]{1,60}){3,60}+")
_CSS = re.compile(r"(?:\\0000[2-7][0-9A-Fa-f]|\\00[2-7][0-9A-Fa-f] ?(?![0-9A-Fa-f])){4,}+")
_CSS_POINT = re.compile(r"\\(0000[2-7][0-9A-Fa-f]|00[2-7][0-9A-Fa-f] ?)")
_NAMED = re.compile(r"\\N\{([A-Za-z][A-Za-z -]{2,60})\}")
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}(?:;|(?!\w))|#[xX][0-9a-fA-F]{1,6}(?:;|(?!\w))|[A-Za-z][A-Za-z0-9]{1,30}(?:;|(?=&#)))"
)
_BACKSLASH = re.compile(  # as many backslashes as there are strings around it
    r"\\{1,8}(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}"
    r"|([0-3][0-7]{2})|N\{U\+([0-9a-fA-F]{4,6})\})"
)
_CODE_POINT = re.compile(r"\b[Uu]\+([0-9a-fA-F]{4,6})\b ?")
_QUOTED = re.compile(r"(?:=[0-9A-F]{2})++|(?<![=\s])=\r?\n(?=\S)")
_SOFT_BREAK = re.compile(r"[^\n=]{20,75}=\r?\n[^\s=]")
_MIME = re.compile(r"=\?[A-Za-z0-9._-]{2,30}\?[qQ]\?([^?\s]{1,1000})\?=")
_SIMPLE = re.compile(r"\\([\"'/nrt\\])")
_STRING = re.compile(r"\\[\"n]")
_WRITTEN = {"n": "\n", "r": "\r", "t": "\t"}


def percent(text: str) -> Iterator[Edit]:
    """Yield percent-encoded characters (RFC 3986), `%u0041` (ECMA-262, B.2.1), blanks of forms written as `+`."""
    for unit in _PERCENT_U.finditer(text):
        yield from _point(unit.start(), unit.end(), int(unit[1], 16))
    for form in _FORM.finditer(text):
        for at, char in enumerate(form[0], form.start()):
            if char == "+":
                yield Edit(at, at + 1, " ", "percent")
    for match in _PERCENT.finditer(text):
        yield from _octets(match.start(), bytes.fromhex(match[0].replace("%", "")), 3, "percent")


def entities(text: str) -> Iterator[Edit]:
    """Yield HTML character references."""
    for match in _ENTITY.finditer(text):
        written = match[0] if match[0].endswith(";") else match[0] + ";"
        read = html.unescape(written)
        if read not in (written, "\ufffd"):
            yield Edit(match.start(), match.end(), read, "entity")


def backslash(text: str) -> Iterator[Edit]:
    r"""Yield `\u0041`, `\x41`, `\101`, `\u{41}`, `U+0041` and, where a text holds a quoted one, `\"` and `\n`."""
    units: list[re.Match[str]] = []
    for match in _BACKSLASH.finditer(text):
        if units and units[-1].end() != match.start():
            yield from _points(units)
            units = []
        units.append(match)
    yield from _points(units)
    for named in _NAMED.finditer(text):
        with suppress(KeyError):
            yield Edit(named.start(), named.end(), unicodedata.lookup(named[1]), "escape")
    for run in _CSS.finditer(text):
        for unit in _CSS_POINT.finditer(text, run.start(), run.end()):
            yield from _point(unit.start(), unit.end(), int(unit[1].strip(), 16))
    points = list(_CODE_POINT.finditer(text))
    if len(points) >= 4:
        for match in points:
            last = not _CODE_POINT.match(text, match.end())
            yield from _point(match.start(), match.end(1) if last else match.end(), int(match[1], 16))


def string(text: str) -> Iterator[Edit]:
    r"""Yield the escapes of a string inside a string: `\"`, `\n`, `\/`."""
    if _STRING.search(text):
        for match in _SIMPLE.finditer(text):
            yield Edit(match.start(), match.end(), _WRITTEN.get(match[1], match[1]), "string")


def quoted_printable(text: str) -> Iterator[Edit]:
    """Yield quoted-printable characters and soft line breaks (RFC 2045), and encoded words (RFC 2047)."""
    for match in _MIME.finditer(text):
        data = decodestring(match[1].encode("latin-1", "replace"), header=True)
        yield Edit(match.start(), match.end(), data.decode("utf-8", "replace"), "quoted-printable")
    found = list(_QUOTED.finditer(text))
    if sum(len(match[0]) for match in found) < 9 and not _SOFT_BREAK.search(text):
        return
    for match in found:
        if match[0][1] in "\r\n":
            yield Edit(match.start(), match.end(), "", "quoted-printable")
        else:
            data = bytes.fromhex(match[0].replace("=", ""))
            yield from _octets(match.start(), data, 3, "quoted-printable")


def _octets(start: int, data: bytes, width: int, name: str) -> Iterator[Edit]:
    """Yield an edit a character: `data` is UTF-8, else Latin-1, each octet written with `width` characters."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        sizes = [1] * len(text)
    else:
        sizes = [1] * len(text) if len(text) == len(data) else [len(char.encode()) for char in text]
    at = start
    for char, size in zip(text, sizes, strict=True):
        yield Edit(at, at + size * width, char, name)
        at += size * width


def _points(units: list[re.Match[str]]) -> Iterator[Edit]:
    """Yield an edit a character for escapes that stand side by side: pairs of surrogates, octets of UTF-8."""
    i = 0
    while i < len(units):
        code, octet = _code(units[i])
        after = _code(units[i + 1]) if i + 1 < len(units) else (0, False)
        if 0xD800 <= code < 0xDC00 and 0xDC00 <= after[0] < 0xE000:
            code = 0x10000 + ((code - 0xD800) << 10) + (after[0] - 0xDC00)
            yield from _point(units[i].start(), units[i + 1].end(), code)
            i += 2
        elif octet and 0xC2 <= code < 0xE0 and after[1] and 0x80 <= after[0] < 0xC0:
            yield from _point(units[i].start(), units[i + 1].end(), (code & 0x1F) << 6 | (after[0] & 0x3F))
            i += 2
        else:
            yield from _point(units[i].start(), units[i].end(), code)
            i += 1


def _code(unit: re.Match[str]) -> tuple[int, bool]:
    """Return the number that an escape holds, and whether it is one octet."""
    index = unit.lastindex or 1
    return int(unit[index], 8 if index == 6 else 16), index in (4, 6)


def _point(start: int, end: int, code: int) -> Iterator[Edit]:
    if code <= 0x10FFFF and not 0xD800 <= code < 0xE000:
        yield Edit(start, end, chr(code), "escape")
