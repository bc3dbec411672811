"""A protocol buffer of unknown schema in, its texts out; they can be read, never rewritten.

Rules
1. Every length-delimited field is text where it is UTF-8 without control characters, else a message where all of it
   parses as one, else bytes. Bytes are unread (`protobuf`), for they may be text in a coding of their own.
   A message of one short text looks like a text too (its tag is a line feed, say): it is read as both.
2. What is no message at all is unread as a whole.
Source: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator

from proxy.codecs import media
from proxy.codecs.limits import Unreadable
from proxy.codecs.reading import Reading
from proxy.exchange import Part

_DEEPEST = 24
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}

Field = tuple[int, int, int]
"""Number, start and end of one length-delimited field."""


def read_message(reading: Reading, data: bytes, prefix: str) -> None:
    """Take the texts of one message into `reading`. Raises Unreadable (protobuf) where it is no message."""
    fields = _fields(data, 0, len(data))
    if fields is None:
        shown = _text(data, 0, len(data))
        if shown:
            reading.add(Part(prefix or "body:", "", "prompt", shown, writable=False), None)
        raise Unreadable("protobuf")
    _take(reading, data, fields, f"{prefix}|proto:" if prefix else "proto:", 0)


def _take(reading: Reading, data: bytes, fields: list[Field], path: str, depth: int) -> None:
    for number, start, end in fields:
        where = f"{path}{number}"
        text = _text(data, start, end)
        if text is not None:
            if text:
                reading.add(Part(where, "", "prompt", text, writable=False), None)
            if depth < _DEEPEST:
                _take(reading, data, _fields(data, start, end) or [], where + ".", depth + 1)
            continue
        inner = _fields(data, start, end) if depth < _DEEPEST else None
        if inner is None:
            reading.miss(path, "protobuf", end - start)
        else:
            _take(reading, data, inner, where + ".", depth + 1)


def _text(data: bytes, start: int, end: int) -> str | None:
    try:
        text = data[start:end].decode()
    except UnicodeDecodeError:
        return None
    return None if media.has_controls(text) else text


def _fields(data: bytes, start: int, end: int) -> list[Field] | None:
    """Return the length-delimited fields of a message; None where the bytes are none."""
    try:
        return list(_walk(data, start, end))
    except ValueError:
        return None


def _walk(data: bytes, position: int, end: int) -> Iterator[Field]:
    while position < end:
        tag, position = _varint(data, position, end)
        kind, number = tag & 7, tag >> 3
        if not 0 < number < 1 << 29:
            raise ValueError("no field has this number")
        if kind == _VARINT:
            _, position = _varint(data, position, end)
            continue
        size, start = (_FIXED[kind], position) if kind in _FIXED else (-1, position)
        if kind == _DELIMITED:
            size, start = _varint(data, position, end)
        position = start + size
        if size < 0 or position > end:
            raise ValueError("no such wire type, or it ends too late")
        if kind == _DELIMITED:
            yield number, start, position


def _varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= end:
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("a number ends too late")
