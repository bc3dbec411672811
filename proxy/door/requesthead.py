"""The first bytes of a client connection in, the head of its HTTP/1 request out, or the reason why it is none.

Stricter than RFC 9112 allows a server to be, because the same bytes are read again by the engine behind: lines end
in CR LF and nothing else, no folded headers, no white space around names, no control characters, one Host, no framing
on a CONNECT. What passes here means the same to every reader.
"""

import re
from dataclasses import dataclass, field

from proxy.door.access import literal

_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(r"[\x21-\x7e]+")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")  # wider than RFC 1123, as names in use are
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]|([^\[\]:]+))(?::([0-9]{1,5}))?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)")
_PORTS = {"http": 80, "https": 443}


class Malformed(Exception):
    """The head breaks a rule; the message says which, without quoting it."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request line and its headers.

    `form` is `authority` (CONNECT), `absolute`, `origin` or `asterisk` (RFC 9112 3.2).
    `host` is in lower case without brackets or final dot, empty where the form names none. `path` is the target in
    origin form. `size` is the number of bytes, blank line included. `repr` shows neither target nor headers.
    """

    method: str
    form: str
    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    version: str
    size: int

    def header(self, name: str) -> str:
        """Return the values of one header, its name in lower case, joined by comma and space."""
        return ", ".join(value for key, value in self.headers if key == name)


def read_head(data: bytes | bytearray) -> RequestHead | None:
    """Return the head that `data` begins with, None where more bytes are needed. Raises Malformed."""
    if data and not _METHOD.match(chr(data[0])):
        raise Malformed("the first byte begins no method")
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    text = bytes(data[:end]).decode("latin-1")
    line, *lines = text.split("\r\n")
    method, target, version = _read_line(line)
    headers = tuple(_read_field(each) for each in lines)
    _check_framing(method, headers)
    form, scheme, host, port, path = _read_target(method, target)
    return RequestHead(method, form, scheme, host, port, path, headers, version, end + 4)


def read_authority(text: str, default_port: int = 0) -> tuple[str, int]:
    """Return host and port of `host:port`, `[v6]:port` or, with a default port, `host`. Raises Malformed."""
    match = _AUTHORITY.fullmatch(text)
    if not match:
        raise Malformed("the authority is not host:port")
    port = int(match[3]) if match[3] else default_port
    if not 0 < port < 65536:
        raise Malformed("the port is missing or out of range")
    if match[2]:
        return normalise(match[2]), port
    address = literal(match[1])
    if address is None:
        raise Malformed("the brackets do not hold an IPv6 address")
    return str(address), port


def normalise(name: str) -> str:
    """Return a host name in lower case without its final dot. Raises Malformed where it cannot be one."""
    name = name.lower().removesuffix(".")
    if not name.isascii() or not _NAME.fullmatch(name):
        raise Malformed("the host is not a host name in its ASCII form")
    return name


def _read_line(line: str) -> tuple[str, str, str]:
    parts = line.split(" ")
    if len(parts) != 3 or not _METHOD.fullmatch(parts[0]) or not _TARGET.fullmatch(parts[1]):
        raise Malformed("the request line is not method, target and version")
    if parts[2] not in {"HTTP/1.1", "HTTP/1.0"}:
        raise Malformed("the version is not HTTP/1.1 or HTTP/1.0")
    return parts[0], parts[1], parts[2]


def _read_field(line: str) -> tuple[str, str]:
    match = _FIELD.fullmatch(line)
    if not match:
        raise Malformed("a header line is not name and value")
    return match[1].lower(), match[2]


def _check_framing(method: str, headers: tuple[tuple[str, str], ...]) -> None:
    names = [name for name, _ in headers]
    if names.count("host") > 1:
        raise Malformed("there is more than one Host")
    if names.count("content-length") > 1 or ("content-length" in names and "transfer-encoding" in names):
        raise Malformed("the length of the body is given twice")
    if method == "CONNECT" and ("transfer-encoding" in names or dict(headers).get("content-length", "0") != "0"):
        raise Malformed("a CONNECT has a body")


def _read_target(method: str, target: str) -> tuple[str, str, str, int, str]:
    if method == "CONNECT":
        host, port = read_authority(target)
        return "authority", "", host, port, ""
    if target.startswith("/"):
        return "origin", "", "", 0, target
    if target == "*":
        return "asterisk", "", "", 0, target
    match = _SCHEME.fullmatch(target)
    if not match:
        raise Malformed("the target is no absolute URL")
    scheme, authority, path = match[1].lower(), match[2], match[3]
    host, port = read_authority(authority, _PORTS.get(scheme, 0))
    if not path and method == "OPTIONS":
        path = "*"  # RFC 9112 3.2.4
    elif not path.startswith("/"):
        path = "/" + path
    return "absolute", scheme, host, port, path
