"""A connection that is read ahead and then handed on."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from proxy.door.arrival import Arrival


@dataclass
class Pair:
    peer: socket.socket
    arrival: Arrival


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    ours, peer = socket.socketpair()
    peer.setblocking(False)
    accepted: list[Arrival] = []
    await asyncio.get_running_loop().create_connection(lambda: Arrival(accepted.append, 1000), sock=ours)
    yield Pair(peer, accepted[0])
    peer.close()
    accepted[0].abort()


async def receive(sock: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(sock, 65536)


async def test_bytes_are_kept(pair: Pair) -> None:
    pair.peer.send(b"one")
    await pair.arrival.more()
    pair.peer.send(b"two")
    await pair.arrival.more()
    assert pair.arrival.buffer == b"onetwo"


async def test_no_more_is_read_than_the_limit(pair: Pair) -> None:
    pair.peer.send(bytes(1000))
    await pair.arrival.more()
    assert not pair.arrival.transport.is_reading()
    del pair.arrival.buffer[:500]
    pair.peer.send(b"x")
    await pair.arrival.more()
    assert len(pair.arrival.buffer) == 501


async def test_an_end_is_told(pair: Pair) -> None:
    pair.peer.send(b"one")
    pair.peer.shutdown(socket.SHUT_WR)
    while not pair.arrival.ended:
        await pair.arrival.more()
    with pytest.raises(ConnectionError):
        await pair.arrival.more()


async def test_a_loss_is_told(pair: Pair) -> None:
    waiting = asyncio.create_task(pair.arrival.more())
    await asyncio.sleep(0)
    pair.arrival.transport.abort()
    await waiting
    assert pair.arrival.lost
    with pytest.raises(ConnectionError):
        await pair.arrival.more()


async def test_streams_begin_with_the_first_byte(pair: Pair) -> None:
    pair.peer.send(b"one ")
    await pair.arrival.more()
    reader, writer = pair.arrival.streams()
    pair.peer.send(b"two")
    assert await reader.readexactly(7) == b"one two"
    writer.write(b"answer")
    await writer.drain()
    assert await receive(pair.peer) == b"answer"
    pair.peer.shutdown(socket.SHUT_WR)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert await receive(pair.peer) == b""


async def test_streams_know_of_an_earlier_end(pair: Pair) -> None:
    pair.peer.send(b"all")
    pair.peer.shutdown(socket.SHUT_WR)
    while not pair.arrival.ended:
        await pair.arrival.more()
    reader, writer = pair.arrival.streams()
    assert await reader.read() == b"all"
    writer.close()


async def test_streams_know_of_an_earlier_loss(pair: Pair) -> None:
    pair.arrival.transport.abort()
    await pair.arrival.more()
    reader, writer = pair.arrival.streams()
    with pytest.raises(ConnectionError):
        await reader.read()
    writer.close()


async def test_streams_resume_what_was_paused(pair: Pair) -> None:
    pair.peer.send(bytes(1000))
    await pair.arrival.more()
    reader, writer = pair.arrival.streams()
    pair.peer.send(b"x")
    assert len(await reader.readexactly(1001)) == 1001
    writer.close()


async def test_a_dismissed_client_is_heard_out(pair: Pair) -> None:
    dismissed = asyncio.create_task(pair.arrival.dismiss(b"no", 60))
    assert await receive(pair.peer) == b"no"
    assert await receive(pair.peer) == b""
    await asyncio.get_running_loop().sock_sendall(pair.peer, bytes(1_000_000))
    assert not pair.arrival.buffer
    assert not dismissed.done()
    pair.peer.shutdown(socket.SHUT_WR)
    await dismissed


async def test_a_dismissed_client_is_not_heard_for_ever(pair: Pair) -> None:
    await pair.arrival.dismiss(b"no", 0.01)
    assert pair.arrival.transport.is_closing()


async def test_dismissing_one_that_is_gone(pair: Pair) -> None:
    pair.arrival.transport.abort()
    await pair.arrival.dismiss(b"no", 60)
    pair.arrival.abort()
