"""The first bytes of a TLS connection in, the server name, protocols and ECH mark that its ClientHello shows out.

Rules (RFC 8446 4.1.2 and 5.1, RFC 6066 3, RFC 7301, RFC 9849):

- A ClientHello may be spread over several records and arrive in any number of pieces; what is read never depends on
  where it was cut. Each byte is looked at once, so that a client that sends single bytes costs no more.
- What a server might read otherwise than we do is `Broken`, never a name: a doubled server_name, two host names in
  one, a name that is empty or not printable ASCII, lengths that do not add up, more than 64 KiB.
- `ech` says only that the extension is there. Browsers send a dummy (GREASE), so that it proves nothing by itself.
"""

import struct
from dataclasses import dataclass

LIMIT = 64 * 1024
"""Most bytes of records that a ClientHello may take."""

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_RECORD_LIMIT = 1 << 14  # RFC 8446 5.1
_SERVER_NAME, _ALPN, _ECH = 0, 16, 0xFE0D


@dataclass(frozen=True, slots=True)
class Incomplete:
    """More bytes are needed."""


@dataclass(frozen=True, slots=True)
class NotTls:
    """These bytes do not begin a TLS connection."""


@dataclass(frozen=True, slots=True)
class Broken:
    """These bytes begin as TLS does and then break its rules; `why` names the rule."""

    why: str


@dataclass(frozen=True, slots=True)
class Hello:
    """What a ClientHello shows. `sni` is in lower case without a final dot; None where none was sent."""

    sni: str | None
    alpn: tuple[str, ...] = ()
    ech: bool = False


Reading = Incomplete | NotTls | Broken | Hello


class _Breach(Exception):
    """A rule of TLS was broken."""


class HelloReader:
    """Reads a ClientHello that arrives in pieces. Holds at most `LIMIT` bytes."""

    def __init__(self) -> None:
        self._records = bytearray()  # from the record that is not complete yet
        self._message = bytearray()
        self._taken = 0  # bytes of complete records
        self._result: Reading = Incomplete()

    def feed(self, data: bytes) -> Reading:
        """Take the next bytes and return what is known by now; once it is not `Incomplete` it stays the same."""
        if isinstance(self._result, Incomplete):
            self._records += data
            try:
                self._result = self._read()
            except _Breach as breach:
                self._result = Broken(str(breach))
            if not isinstance(self._result, Incomplete):
                self._records.clear()
                self._message.clear()
        return self._result

    def _read(self) -> Reading:
        if not self._taken and not _begins_tls(self._records):
            return NotTls()
        while len(self._records) >= 5:
            length = _record_length(self._records)
            if self._taken + 5 + length > LIMIT:
                raise _Breach("the ClientHello is too long")
            if len(self._records) < 5 + length:
                break
            self._taken += 5 + length
            self._message += self._records[5 : 5 + length]
            del self._records[: 5 + length]
            if len(self._message) >= 4:
                end = 4 + int.from_bytes(self._message[1:4])
                if self._message[0] != _CLIENT_HELLO:
                    raise _Breach("the first message is not a ClientHello")
                if len(self._message) >= end:
                    return _parse(bytes(self._message[4:end]))
        return Incomplete()


def read_hello(data: bytes) -> Reading:
    """Return what `data`, all that has arrived so far, shows."""
    return HelloReader().feed(data)


def _begins_tls(data: bytearray) -> bool:
    return b"\x16\x03".startswith(bytes(data[:2]))


def _record_length(data: bytearray) -> int:
    kind, major, _, length = struct.unpack_from(">BBBH", data)
    if kind != _HANDSHAKE or major != 3:
        raise _Breach("a record that is no handshake stands before the end of the ClientHello")
    if not 0 < length <= _RECORD_LIMIT:
        raise _Breach("a record has a forbidden length")
    return int(length)


class _Cursor:
    """Takes length-prefixed vectors (RFC 8446 3.4) off the front of some bytes."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def more(self) -> bool:
        return self.at < len(self.data)

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise _Breach("a length runs past the end")
        self.at += size
        return self.data[self.at - size : self.at]

    def vector(self, width: int) -> bytes:
        return self.take(int.from_bytes(self.take(width)))


def _parse(body: bytes) -> Hello:
    cursor = _Cursor(body)
    cursor.take(2 + 32)  # legacy_version, random
    cursor.vector(1)  # legacy_session_id
    cursor.vector(2)  # cipher_suites
    cursor.vector(1)  # legacy_compression_methods
    extensions = _Cursor(cursor.vector(2) if cursor.more() else b"")
    if cursor.more():
        raise _Breach("bytes stand behind the extensions")
    found: dict[int, bytes] = {}
    while extensions.more():
        kind = int.from_bytes(extensions.take(2))
        if kind in found:
            raise _Breach("an extension stands twice")
        found[kind] = extensions.vector(2)
    return Hello(
        sni=_server_name(found[_SERVER_NAME]) if _SERVER_NAME in found else None,
        alpn=_protocols(found[_ALPN]) if _ALPN in found else (),
        ech=_ECH in found,
    )


def _server_name(data: bytes) -> str:
    outer = _Cursor(data)
    names = _Cursor(outer.vector(2))
    kind, name = names.take(1), names.vector(2)
    if outer.more() or names.more() or kind != b"\x00":
        raise _Breach("the server name list does not hold exactly one host name")
    if not name or not all(0x21 <= byte <= 0x7E for byte in name):
        raise _Breach("the server name is empty or not printable ASCII")
    return name.decode("ascii").lower().removesuffix(".")


def _protocols(data: bytes) -> tuple[str, ...]:
    outer = _Cursor(data)
    names = _Cursor(outer.vector(2))
    if outer.more():
        raise _Breach("bytes stand behind the protocol names")
    result: list[str] = []
    while names.more():
        result.append(names.vector(1).decode("latin-1"))
    return tuple(result)
