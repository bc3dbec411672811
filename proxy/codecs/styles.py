"""How a text is written where it stands: as a JSON string, a number, a form value, a file name, or plainly."""

import json
import re
from typing import Literal
from urllib.parse import quote_plus

from proxy.codecs.limits import Unreadable

Style = Literal["json", "number", "form", "filename", "plain"]

Table = tuple[list[int], list[int]]
"""Positions in the text, and the same positions as it is written; between two of them both count alike."""

_JSON_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})++")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UPPER_HEX = re.compile(r"\\u[0-9]*+[A-F]")
_LOWER_HEX = re.compile(r"\\u[0-9a-f]{4}")
_NOT_IN_FILENAME = re.compile(r'["\\\x00-\x1f\x7f]')


def unescaped(raw: str, style: Style) -> str:
    """Return the text that `raw` stands for. Raises Unreadable where percent-encoded bytes are not UTF-8."""
    if style == "json":
        return str(json.loads(f'"{raw}"')) if "\\" in raw else raw
    if style == "form":
        return _PERCENT.sub(lambda found: _percent_decoded(found[0]), raw.replace("+", " ")) if raw else raw
    return raw


def escapes(raw: str, style: Style) -> Table:
    """Return where positions of the text and of `raw` part: one entry after each escape."""
    texts, raws = [0], [0]
    if style == "json" and "\\" in raw:
        for found in _JSON_ESCAPE.finditer(raw):
            texts.append(texts[-1] + found.start() - raws[-1] + 1)
            raws.append(found.end())
    elif style == "form":
        for found in _PERCENT.finditer(raw):
            position = found.start()
            for character in _percent_decoded(found[0]):
                texts.append(texts[-1] + position - raws[-1] + 1)
                position += 3 * len(character.encode())
                raws.append(position)
    return texts, raws


def escaped(text: str, raw: str, style: Style, ascii_only: bool) -> str:
    """Return `text` as it is to be written beside `raw`: in ASCII where that is, `/` and hex digits as there."""
    if style == "json":
        return _json_escaped(text, raw, ascii_only or (raw.isascii() and "\\u" in raw))
    if style == "form":
        return quote_plus(text, errors="replace")
    if style == "filename":
        return _NOT_IN_FILENAME.sub("_", _SURROGATE.sub("_", text))
    return _SURROGATE.sub("\ufffd", text)


def _json_escaped(text: str, raw: str, ascii_only: bool) -> str:
    quoted = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    if not ascii_only:
        quoted = _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
    if _UPPER_HEX.search(raw):
        quoted = _LOWER_HEX.sub(lambda found: "\\u" + found[0][2:].upper(), quoted)
    return quoted.replace("/", "\\/") if "\\/" in raw else quoted


def _percent_decoded(run: str) -> str:
    try:
        return bytes.fromhex(run.replace("%", "")).decode()
    except UnicodeDecodeError as error:
        raise Unreadable("undecodable") from error
