"""A client connection whose first bytes are a ClientHello in, the same connection inside TLS out.

The proxy's port speaks both: a client may say CONNECT in the clear, or over TLS ("HTTPS proxy") and show a certificate.
asyncio's own start_tls has no place for bytes that were read already, so that its protocol is set up here.
"""

import asyncio
import math
import ssl
from asyncio import sslproto
from collections.abc import Callable
from dataclasses import dataclass, field

from proxy.door.arrival import Arrival

HANDSHAKE = 0x16  # RFC 8446 5.1: the first byte of a ClientHello's record


@dataclass(frozen=True, slots=True)
class ProxyTls:
    """How the proxy's port speaks TLS. `who(der)`: user and device that a verified certificate names."""

    context: ssl.SSLContext = field(repr=False)
    who: Callable[[bytes], tuple[str, str]] = field(repr=False)


async def secure(arrival: Arrival, tls: ProxyTls, seconds: float, limit: int) -> tuple[Arrival, str, str]:
    """Return the connection inside TLS, and user and device. Raises ConnectionError where there is no handshake."""
    loop = asyncio.get_running_loop()
    inner = Arrival(lambda _: None, limit)
    done: asyncio.Future[None] = loop.create_future()
    protocol = sslproto.SSLProtocol(
        loop,
        inner,
        tls.context,
        done,
        server_side=True,
        call_connection_made=True,
        ssl_handshake_timeout=math.ceil(seconds),
    )
    raw = arrival.transport
    first = arrival.yield_to(protocol)
    protocol.connection_made(raw)
    while first:
        room = protocol.get_buffer(len(first))
        count = min(len(room), len(first))
        room[:count] = first[:count]
        protocol.buffer_updated(count)
        first = first[count:]
    try:
        await done
    except (ssl.SSLError, OSError) as error:
        raise ConnectionResetError from error
    der = inner.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    user, device = tls.who(der) if der else ("", "")
    return inner, user, device
