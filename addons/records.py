"""TLS records in, what they hold out, and back: past mitmproxy's layer, with the connection that the layer has.

The private parts that this builds on are checked by `engine.check` at start.
"""

from typing import Any

from OpenSSL import SSL

_PIECE = 65535
_RECORD = 16384  # bytes: what TLS gives back at once (RFC 8446, 5.1)


def opened(tls: SSL.Connection, data: bytes) -> tuple[bytes, bool]:
    """Return what has come, and whether that is all: no alert, no end, nothing that TLS has to answer itself."""
    tls.bio_write(data)
    pieces: list[bytes] = []
    whole = False
    try:
        while not pieces or tls.pending() or length(tls._into_ssl):
            pieces.append(tls.recv(_RECORD))
        whole = True
    except SSL.WantReadError:
        whole = True
    except SSL.Error:
        pass  # whoever reads next meets it again
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), whole and not waiting(tls)


def sealed(tls: SSL.Connection, plain: bytes) -> bytes:
    """Return the records that hold `plain`; nothing where the other side takes no more."""
    try:
        tls.sendall(plain)
    except SSL.Error:
        return b""
    pieces: list[bytes] = []
    while waiting(tls):
        pieces.append(tls.bio_read(_PIECE))
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def waiting(tls: SSL.Connection) -> int:
    """Return how many bytes TLS has to send. `bio_read` says it with an exception, each time."""
    return length(tls._from_ssl)


def length(bio: Any) -> int:
    """Return how many bytes lie in a BIO."""
    return int(SSL._lib.BIO_get_mem_data(bio, SSL._ffi.NULL))  # type: ignore[attr-defined]
