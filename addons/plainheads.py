"""Heads of HTTP/1.1 messages (RFC 9112) in, what they say out, if they are of the plain kind; nothing of any other.

Rules
1. Plain is: CRLF alone ends a line, no folding, no control character, no space before a colon, a target that is a path,
   one length, and nothing that changes framing or the connection: no Transfer-Encoding in a request, Expect, Upgrade,
   `close`. What is not plain may be good all the same: that is for others to tell, who get the same bytes.
2. Nothing is repaired. What is returned is what stands there.
"""

import re
from dataclasses import dataclass, field

from mitmproxy import http

LONGEST_HEAD = 32 * 1024
_LINE = re.compile(rb"(POST|PUT|PATCH) (/[!-~]*) HTTP/1\.1")
_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2}) ?([\t -~\x80-\xff]*)")
_FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*"
)
_LENGTH = re.compile(rb"0|[1-9][0-9]{0,8}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,7})\r\n")
_UNUSUAL = frozenset(
    (b"transfer-encoding", b"expect", b"upgrade", b"trailer", b"te", b"http2-settings", b"proxy-connection")
)
_NO_BODY = (204, 205, 304)
Fields = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A plain request: `size` is the head's, `length` the body's, in bytes."""

    method: bytes
    target: bytes = field(repr=False)
    fields: Fields = field(repr=False)
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """A plain answer that is there to its last byte. `pieces` are the lengths of its chunks, or of its one piece."""

    status: int
    reason: bytes
    fields: Fields = field(repr=False)
    body: bytes = field(repr=False)  # as it stands on the wire
    pieces: tuple[int, ...]

    def response(self) -> http.Response:
        """Return it as mitmproxy's, without the body."""
        return http.Response(b"HTTP/1.1", self.status, self.reason, http.Headers(self.fields), None, None, 0.0, None)


def request_head(data: bytes) -> RequestHead | None:
    """Return the head that `data` begins with; None where it is not all there, or not plain, or has no body."""
    end = data.find(b"\r\n\r\n", 0, LONGEST_HEAD)
    if end < 0:
        return None
    lines = data[:end].split(b"\r\n")
    line = _LINE.fullmatch(lines[0])
    found = _fields(lines)
    if line is None or found is None:
        return None
    fields, length, chunked = found
    if chunked or length < 1:
        return None
    return RequestHead(line[1], line[2], fields, end + 4, length)


def whole_answer(data: bytes) -> WholeAnswer | None:
    """Return the answer that `data` is; None where it is not exactly that, or is not plain."""
    end = data.find(b"\r\n\r\n", 0, LONGEST_HEAD)
    if end < 0:
        return None
    lines = data[:end].split(b"\r\n")
    line = _STATUS.fullmatch(lines[0])
    found = _fields(lines)
    if line is None or found is None or int(line[1]) in _NO_BODY:
        return None
    fields, length, chunked = found
    body = data[end + 4 :]
    pieces: tuple[int, ...] | None = (length,) if length == len(body) else None
    if chunked:
        pieces = _chunks(body) if length < 0 else None
    return None if pieces is None else WholeAnswer(int(line[1]), line[2], fields, body, pieces)


def _fields(lines: list[bytes]) -> tuple[Fields, int, bool] | None:
    """Return the fields, the length that they tell (-1: none) and whether the body comes in chunks."""
    fields: list[tuple[bytes, bytes]] = []
    length, chunked = -1, False
    for line in lines[1:]:
        found = _FIELD.fullmatch(line)
        if found is None:
            return None
        name, value = found.groups()
        lower = name.lower()
        if lower == b"content-length":
            if length >= 0 or not _LENGTH.fullmatch(value):
                return None
            length = int(value)
        elif lower == b"transfer-encoding":
            if chunked or value.lower() != b"chunked":
                return None
            chunked = True
        elif lower in _UNUSUAL or (lower == b"connection" and value.lower() != b"keep-alive"):
            return None
        fields.append((name, value))
    return tuple(fields), length, chunked


def _chunks(body: bytes) -> tuple[int, ...] | None:
    """Return the sizes of the chunks that `body` is, to the last; None where it is something else."""
    sizes: list[int] = []
    at = 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        at = found.end() + size + 2
        if body[at - 2 : at] != b"\r\n":
            return None
        if not size:
            return tuple(sizes) if at == len(body) else None
        sizes.append(size)
    return None
