"""A multipart body in, its parts with their places out (RFC 2046, 5.1; RFC 7578), or nothing of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy.codecs.limits import Unreadable

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_PARAMETER = re.compile(rb';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;\s]*))')
_MOST_HEADERS = 1 << 14
_PLAIN = frozenset({b"", b"7bit", b"8bit", b"binary"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One part. All places are bytes of the body; `names` are those of name and file name, where they are given."""

    name: str = field(repr=False)
    type: str
    start: int
    end: int
    name_at: tuple[int, int] | None
    filename_at: tuple[int, int] | None
    extended_filename: str = field(repr=False)  # `filename*` (RFC 5987), decoded by nobody else
    sized: bool  # it names its own length, so it cannot be rewritten


def read_pieces(body: bytes, boundary: str) -> Iterator[Piece]:
    """Yield the parts of `body`. Raises Unreadable (undecodable) for whatever two servers could read in two ways.

    That is: no or a strange boundary, text before the first or after the last delimiter, a missing last delimiter, a
    transfer encoding, headers that are not UTF-8 or too long.
    """
    mark = b"--" + boundary.encode("latin-1", "replace")
    if not _BOUNDARY.fullmatch(mark[2:]) or not body.startswith(mark):
        raise Unreadable("undecodable")
    delimiter = re.compile(rb"\r\n" + re.escape(mark) + rb"(--)?[ \t]*+(?:\r\n|\Z)")
    first = re.compile(re.escape(mark) + rb"(--)?[ \t]*+(?:\r\n|\Z)").match(body)
    if first is None:
        raise Unreadable("undecodable")
    last, position = bool(first[1]), first.end()
    while not last:
        found = delimiter.search(body, max(position - 2, 0))
        if found is None:
            raise Unreadable("undecodable")
        yield _piece(body, position, found.start())
        last, position = bool(found[1]), found.end()
    if body[position:].strip():
        raise Unreadable("undecodable")


def _piece(body: bytes, start: int, end: int) -> Piece:
    if body.startswith(b"\r\n", start):
        head, content = b"", start + 2
    else:
        stop = body.find(b"\r\n\r\n", start, end)
        if not 0 <= stop - start <= _MOST_HEADERS:
            raise Unreadable("undecodable")
        head, content = body[start:stop], stop + 4
    names: dict[bytes, tuple[int, int]] = {}
    values: dict[bytes, bytes] = {}
    position = start
    for line in head.split(b"\r\n") if head else ():
        key, colon, value = line.partition(b":")
        key = key.strip().lower()
        if not colon or key in values or line[:1] in b" \t":
            raise Unreadable("undecodable")
        values[key] = value.strip()
        if key == b"content-disposition":
            names = _parameters(body, position + len(line) - len(value), position + len(line))
        position += len(line) + 2
    if values.get(b"content-transfer-encoding", b"").lower() not in _PLAIN or b"content-encoding" in values:
        raise Unreadable("undecodable")
    return Piece(
        _text(body, names.get(b"name")),
        values.get(b"content-type", b"").decode("latin-1"),
        min(content, end),
        end,
        names.get(b"name"),
        names.get(b"filename"),
        _text(body, names.get(b"filename*")),
        b"content-length" in values,
    )


def _parameters(body: bytes, start: int, end: int) -> dict[bytes, tuple[int, int]]:
    """Return where the values of a header's parameters stand. One name twice is read in two ways, so it is refused."""
    found: dict[bytes, tuple[int, int]] = {}
    for match in _PARAMETER.finditer(body, start, end):
        if match[1].lower() in found:
            raise Unreadable("undecodable")
        found[match[1].lower()] = match.span(2) if match.start(2) >= 0 else match.span(3)
    return found


def _text(body: bytes, at: tuple[int, int] | None) -> str:
    if at is None:
        return ""
    try:
        return body[at[0] : at[1]].decode()
    except UnicodeDecodeError as error:
        raise Unreadable("undecodable") from error
