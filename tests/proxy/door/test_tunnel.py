"""Two socket pairs with a tunnel between them: order, ends, back-pressure, idleness."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from proxy.door.tunnel import Tunnel

BUFFER = 512 * 1024  # one read of asyncio (256 KiB) beyond its high-water mark (64 KiB), and some


class _Nobody(asyncio.Protocol):
    pass


@dataclass
class Ends:
    tunnel: Tunnel
    client: socket.socket
    server: socket.socket


async def connect(idle: float = 600.0) -> Ends:
    loop = asyncio.get_running_loop()
    client, inner = socket.socketpair()
    server, outer = socket.socketpair()
    transport, _ = await loop.create_connection(_Nobody, sock=inner)
    tunnel = Tunnel(transport, idle)
    await loop.create_connection(lambda: tunnel.upstream, sock=outer)
    transport.set_protocol(tunnel.client)
    client.setblocking(False)
    server.setblocking(False)
    return Ends(tunnel, client, server)


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    ends = await connect()
    yield ends
    ends.client.close()
    ends.server.close()
    ends.tunnel.cut("aborted")


async def receive(sock: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(sock, 65536)


async def stuff(sock: socket.socket) -> int:
    """Send until nothing moves any more; return the number of bytes."""
    sent, quiet = 0, 0
    while quiet < 200:
        try:
            sent += sock.send(bytes(65536))
            quiet = 0
        except BlockingIOError:
            quiet += 1
            await asyncio.sleep(0)
    return sent


async def test_bytes_pass_both_ways_and_are_counted(ends: Ends) -> None:
    ends.tunnel.open(b"first ")
    ends.client.send(b"second")
    assert await receive(ends.server) == b"first "
    assert await receive(ends.server) == b"second"
    ends.server.send(b"answer")
    assert await receive(ends.client) == b"answer"
    assert (ends.tunnel.up, ends.tunnel.down) == (12, 6)


async def test_nothing_is_read_from_the_upstream_before_it_is_opened(ends: Ends) -> None:
    ends.server.send(b"banner")
    for _ in range(10):
        await asyncio.sleep(0)
    assert ends.tunnel.down == 0
    ends.tunnel.open(b"")
    assert await receive(ends.client) == b"banner"


@pytest.mark.parametrize("first", ["client", "server"])
async def test_each_side_may_end_first(ends: Ends, first: str) -> None:
    ends.tunnel.open(b"")
    early, late = (ends.client, ends.server) if first == "client" else (ends.server, ends.client)
    early.shutdown(socket.SHUT_WR)
    assert await receive(late) == b""
    late.send(b"still here")
    assert await receive(early) == b"still here"
    assert not ends.tunnel.finished.done()
    late.shutdown(socket.SHUT_WR)
    assert await receive(early) == b""
    assert await ends.tunnel.finished == "closed"


async def test_a_client_that_had_ended_before(ends: Ends) -> None:
    ends.tunnel.open(b"all", ended=True)
    assert await receive(ends.server) == b"all"
    assert await receive(ends.server) == b""
    ends.server.send(b"answer")
    ends.server.close()
    assert await receive(ends.client) == b"answer"
    assert await receive(ends.client) == b""
    assert await ends.tunnel.finished == "closed"


async def test_a_client_that_had_gone_before(ends: Ends) -> None:
    ends.tunnel.client.transport.abort()
    ends.tunnel.open(b"late")
    assert await ends.tunnel.finished == "aborted"
    assert await receive(ends.server) == b""


@pytest.mark.parametrize("reader", ["client", "server"])
async def test_a_slow_reader_stops_the_sender_and_loses_nothing(ends: Ends, reader: str) -> None:
    ends.tunnel.open(b"")
    slow, fast = (ends.client, ends.server) if reader == "client" else (ends.server, ends.client)
    sent = await stuff(fast)
    out, into = ends.tunnel.client.transport, ends.tunnel.upstream.transport
    if reader == "server":
        out, into = into, out
    assert 0 < out.get_write_buffer_size() <= BUFFER
    assert not into.is_reading()
    fast.shutdown(socket.SHUT_WR)
    received, digest = 0, hashlib.sha256()
    while data := await receive(slow):
        received += len(data)
        digest.update(data)
    assert received == sent
    assert digest.digest() == hashlib.sha256(bytes(sent)).digest()


async def test_the_last_bytes_reach_a_reader_after_the_sender_closed(ends: Ends) -> None:
    ends.tunnel.open(b"")
    sent = await stuff(ends.server)
    ends.server.close()
    ends.client.shutdown(socket.SHUT_WR)
    received = 0
    while data := await receive(ends.client):
        received += len(data)
    assert received == sent


async def test_a_reset_ends_the_other_side(ends: Ends) -> None:
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    accepted, _ = listener.accept()
    listener.close()
    transport, _ = await loop.create_connection(_Nobody, sock=accepted)
    server, outer = socket.socketpair()
    server.setblocking(False)
    tunnel = Tunnel(transport, 600)
    await loop.create_connection(lambda: tunnel.upstream, sock=outer)
    transport.set_protocol(tunnel.client)
    tunnel.open(b"")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    client.close()
    assert await receive(server) == b""
    assert await tunnel.finished == "aborted"
    server.close()


async def test_idleness_ends_it_even_with_bytes_that_nobody_takes() -> None:
    ends = await connect(idle=0.05)
    ends.tunnel.open(b"")
    await stuff(ends.server)
    ends.server.close()
    assert await ends.tunnel.finished == "idle"
    ends.client.close()


async def test_a_cut_is_final(ends: Ends) -> None:
    ends.tunnel.open(b"")
    ends.tunnel.cut("drained")
    assert await ends.tunnel.finished == "drained"
    ends.tunnel.cut("idle")
    assert ends.tunnel.finished.result() == "drained"
