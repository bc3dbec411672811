"""The PROXY header of a balancer in, the client's real address out (HAProxy's PROXY protocol, versions 1 and 2).

Rules
1. It is read only on connections from listed networks, and there it must come first: anything else is Malformed, for
   a receiver must not guess (section 2 of the protocol).
2. LOCAL, UNKNOWN and families other than TCP name no client: the balancer itself is the client then.
3. Nothing beyond the header is consumed. Version 2 may carry up to 4 KB of extensions, which are skipped.
"""

import ipaddress
import struct
from dataclasses import dataclass

from proxy.door.access import literal
from proxy.door.requesthead import Malformed

_V1 = b"PROXY "
_V1_LIMIT = 107
_V2 = b"\r\n\r\n\x00\r\nQUIT\n"
_V2_LIMIT = 4096
_LENGTHS = {0x11: 12, 0x21: 36}  # TCP over IPv4, TCP over IPv6


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """`address` is empty where the header names no client. `size` is its length in bytes."""

    address: str
    size: int


def read_header(data: bytes | bytearray) -> ProxyHeader | None:
    """Return the header that `data` begins with, None where more bytes are needed. Raises Malformed."""
    if data[: len(_V2)] == _V2[: len(data)]:
        return _second(bytes(data[: 16 + _V2_LIMIT])) if len(data) >= 16 else None
    if data[: len(_V1)] != _V1[: len(data)]:
        raise Malformed("a balancer sent no PROXY header")
    end = data.find(b"\r\n", 0, _V1_LIMIT)
    if end >= 0:
        return ProxyHeader(_first(bytes(data[:end])), end + 2)
    if len(data) >= _V1_LIMIT:
        raise Malformed("the PROXY header has no end")
    return None


def _first(line: bytes) -> str:
    words = line.decode("latin-1").split(" ")
    if words[1:2] == ["UNKNOWN"]:
        return ""
    if len(words) != 6 or words[1] not in ("TCP4", "TCP6"):
        raise Malformed("the PROXY header has other fields")
    source, version = literal(words[2]), int(words[1][3])
    try:
        plain = ipaddress.ip_address(words[2])
    except ValueError:
        plain = None
    if source is None or plain is None or plain.version != version:
        raise Malformed("the PROXY header names no address")
    return str(source)


def _second(data: bytes) -> ProxyHeader | None:
    command, family, length = struct.unpack_from("!BBH", data, 12)
    if command >> 4 != 2 or command & 15 > 1 or length > _V2_LIMIT:
        raise Malformed("the PROXY header is of another version")
    size = 16 + length
    if len(data) < size:
        return None
    if command & 15 == 0 or family not in _LENGTHS:
        return ProxyHeader("", size)
    if length < _LENGTHS[family]:
        raise Malformed("the PROXY header is too short")
    raw = data[16:20] if family == 0x11 else data[16:32]
    return ProxyHeader(str(literal(str(ipaddress.ip_address(raw)))), size)
