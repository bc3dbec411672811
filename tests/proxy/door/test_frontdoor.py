"""How many connections the front door lets in, and how it lets them end."""

import asyncio
import contextlib
import socket

from proxy.door.visit import FrontDoorConfig
from tests.doorstep import AI, SITE, Door, echo, open_door, upstream

SSH = b"SSH-2.0-x\r\n"


async def refused(door: Door) -> tuple[bytes, str]:
    reader, writer = await door.connect()
    answer = await reader.read()
    writer.close()
    return answer, (await door.notes.refusals.get()).reason


async def gone(door: Door) -> None:
    while door.front.connections:
        await asyncio.sleep(0)


async def test_the_number_of_connections_is_bounded() -> None:
    async with (
        upstream(echo) as port,
        open_door(config=FrontDoorConfig(max_connections=2), to={(SITE, 443): port}) as door,
    ):
        first = await door.tunnel(f"{SITE}:443", SSH)
        await door.tunnel(f"{SITE}:443", SSH)
        assert door.front.connections == 2
        answer, reason = await refused(door)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: " in answer
        assert reason == "busy"
        first[1].close()
        await door.notes.passages.get()
        while door.front.connections == 2:
            await asyncio.sleep(0)
        await door.tunnel(f"{SITE}:443", SSH)


async def test_the_number_of_connections_of_one_client_is_bounded() -> None:
    async with (
        upstream(echo) as port,
        open_door(config=FrontDoorConfig(max_connections_per_client=1), to={(SITE, 443): port}) as door,
    ):
        _, writer = await door.tunnel(f"{SITE}:443", SSH)
        assert (await refused(door))[1] == "client_busy"
        writer.close()
        await gone(door)
        await door.tunnel(f"{SITE}:443", SSH)


async def test_what_is_under_way_may_end_and_nothing_new_begins() -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", SSH)
        kept_in_reserve, reserve = await door.connect()
        while door.front.connections < 2:
            await asyncio.sleep(0)
        drained = asyncio.create_task(door.front.drain(60))
        with contextlib.suppress(ConnectionError):
            assert await kept_in_reserve.read() == b""
        with contextlib.suppress(OSError):
            _, late = await door.connect()
            late.close()
            raise AssertionError("the listener is still open")
        writer.write(b"more")
        assert await reader.readexactly(len(SSH) + 4) == SSH + b"more"
        assert not drained.done()
        writer.write_eof()
        assert await reader.read() == b"<end>"
        assert await drained == 0
        writer.close()
        reserve.close()
        assert (await door.notes.passages.get()).outcome == "closed"


async def test_a_first_request_that_was_under_way_when_draining_began_is_served() -> None:
    async with open_door() as door:
        _, writer = await door.connect()
        while door.front.connections < 1:
            await asyncio.sleep(0)
        drained = asyncio.create_task(door.front.drain(60))
        await asyncio.sleep(0)
        writer.write(f"CONNECT {AI}:443 HTTP/1.1\r\n\r\n".encode())
        async with asyncio.timeout(30):
            await door.intercepted.get()
        assert not drained.done()
        writer.close()
        await drained


async def test_what_does_not_end_is_cut() -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:
        reader, writer = await door.tunnel(f"{SITE}:443", SSH)
        assert await reader.readexactly(len(SSH)) == SSH
        _, engine = await door.connect()
        engine.write(f"CONNECT {AI}:443 HTTP/1.1\r\n\r\n".encode())
        await door.intercepted.get()
        assert await door.front.drain(0) == 2
        assert door.front.connections == 0
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        engine.close()
        outcomes = {(await door.notes.passages.get()).outcome for _ in range(2)}
        assert outcomes == {"drained", "aborted"}


async def test_accepted_sockets_send_without_delay() -> None:
    sockets: list[socket.socket] = []

    async def intercept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *_: object) -> None:
        sock = writer.get_extra_info("socket")
        sockets.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        sockets.append(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    async with open_door(intercept=intercept) as door:
        await door.ask(f"CONNECT {AI}:443 HTTP/1.1\r\n\r\n".encode())
        assert all(sockets)
        assert len(sockets) == 2


async def test_a_hundred_at_once() -> None:
    async with upstream(echo) as port, open_door(to={(SITE, 443): port}) as door:

        async def one(number: int) -> bytes:
            reader, writer = await door.tunnel(f"{SITE}:443", b"SSH-%d\r\n" % number)
            writer.write_eof()
            answer = await reader.read()
            writer.close()
            return answer

        answers = await asyncio.gather(*(one(number) for number in range(100)))
        assert answers == [b"SSH-%d\r\n<end>" % number for number in range(100)]
        await gone(door)
        assert door.notes.faults == []
