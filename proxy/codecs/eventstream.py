"""Amazon's event streams (application/vnd.amazon.eventstream): messages read, with their places, and written.

A message is: total length and header length (four bytes each), CRC-32 of those eight, headers, payload, CRC-32 of all
before it. A header is: a byte of name length, the name, a byte of type, the value. Numbers are big-endian.
Source: https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy.codecs.limits import Unreadable

PRELUDE, CRC = 12, 4
"""Bytes before the headers of a message, and behind its payload."""
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # of a header's value by its type; 6 and 7 say their own
_BYTES, _STRING = 6, 7


@dataclass(frozen=True, slots=True)
class Event:
    """One message: its headers that are text, in order, and where its payload stands."""

    texts: tuple[tuple[str, str], ...] = field(repr=False)
    start: int
    end: int


def read_events(body: bytes) -> Iterator[Event]:
    """Yield the messages. Raises Unreadable (undecodable) for a wrong length, checksum or header."""
    position = 0
    while position < len(body):
        total, headers = sizes(body[position : position + PRELUDE])
        stop = position + total
        payload = position + PRELUDE + headers
        if stop > len(body) or _crc(body, position, stop - CRC):
            raise Unreadable("undecodable")
        yield Event(tuple(texts(body, position + PRELUDE, payload)), payload, stop - CRC)
        position = stop


def sizes(prelude: bytes) -> tuple[int, int]:
    """Return how long a message and its headers are. Raises Unreadable (undecodable) where its beginning is wrong."""
    total, headers = int.from_bytes(prelude[:4]), int.from_bytes(prelude[4:8])
    if len(prelude) < PRELUDE or _crc(prelude, 0, 8) or PRELUDE + headers + CRC > total:
        raise Unreadable("undecodable")
    return total, headers


def message(headers: bytes, payload: bytes) -> bytes:
    """Return one message; `headers` are encoded already."""
    prelude = (PRELUDE + len(headers) + len(payload) + CRC).to_bytes(4) + len(headers).to_bytes(4)
    body = prelude + zlib.crc32(prelude).to_bytes(4) + headers + payload
    return body + zlib.crc32(body).to_bytes(4)


def text_header(name: str, value: str) -> bytes:
    """Return one header whose value is text."""
    return bytes([len(name)]) + name.encode() + bytes([_STRING]) + len(value).to_bytes(2) + value.encode()


def _crc(body: bytes, start: int, end: int) -> bool:
    """Tell whether the checksum after a stretch is wrong."""
    return zlib.crc32(body[start:end]) != int.from_bytes(body[end : end + CRC])


def texts(body: bytes, position: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield name and value of the headers that are text. Raises Unreadable (undecodable)."""
    while position < end:
        name_end = position + 1 + body[position]
        kind = body[name_end] if name_end < end else -1
        start = name_end + 1
        size = _SIZES.get(kind, -1)
        if kind in (_BYTES, _STRING):
            size, start = int.from_bytes(body[start : start + 2]), start + 2
        if size < 0 or start + size > end:
            raise Unreadable("undecodable")
        if kind == _STRING:
            try:
                yield body[position + 1 : name_end].decode(), body[start : start + size].decode()
            except UnicodeDecodeError as error:
                raise Unreadable("undecodable") from error
        position = start + size
