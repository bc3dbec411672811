"""An address in, a socket that listens there out: a new one, or the one that an earlier program left."""

import socket

from proxy.config import split_address
from proxy.supervisor.handover import Listening


def inherited(address: str, left: Listening | None) -> socket.socket:
    """Return what listens at an address already, or else what `bind` returns. Raises OSError."""
    sock = socket.socket(fileno=left.descriptor) if left else None
    if left is None or sock is None or left.address != address:
        if sock is not None:
            sock.close()
        return bind(address)
    sock.set_inheritable(False)
    sock.setblocking(False)
    return sock


def bind(address: str) -> socket.socket:
    """Return a listening socket. Raises OSError that names the address."""
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol number asyncio never sets TCP_NODELAY on what is accepted (40 ms stalls).
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from None
    sock.listen(1024)
    sock.setblocking(False)
    return sock
