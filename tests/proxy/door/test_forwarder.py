"""Plain HTTP through the front door to scripted upstreams, on real sockets."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from proxy.door.visit import FrontDoorConfig
from tests.doorstep import SITE, Door, open_door, upstream

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def site(script: Callable[..., Any], **config: Any) -> AsyncIterator[Door]:
    async with upstream(script) as port, open_door(config=FrontDoorConfig(**config), to={(SITE, 80): port}) as door:
        yield door


def answering(answer: bytes, requests: list[bytes] | None = None, body: int = 0) -> Callable[..., Any]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(body)
        if requests is not None:
            requests.append(request)
        writer.write(answer)

    return serve


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def get(*headers: str, method: str = "GET", path: str = "/", version: str = "1.1") -> bytes:
    lines = [f"{method} http://{SITE}{path} HTTP/{version}", f"Host: {SITE}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_hop_by_hop_headers_end_here() -> None:
    requests: list[bytes] = []
    answer = (
        b"HTTP/1.1 200 Fine\r\nConnection: X-Mine, keep-alive\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n"
        b"X-Yours: 2\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nok"
    )
    async with site(answering(answer, requests)) as door:
        got = await door.ask(
            get(
                "Connection: close, X-Secret, Content-Length",
                "X-Secret: 1",
                "Proxy-Authorization: Basic abc",
                "Proxy-Connection: keep-alive",
                "TE: trailers",
                "Upgrade: h2c",
                "X-Kept: 2",
                "Via: 1.1 before",
            )
        )
    (request,) = requests
    assert request.startswith(b"GET / HTTP/1.1\r\nHost: " + SITE.encode() + b"\r\n")
    lines = request.split(b"\r\n")[2:-2]
    assert lines == [b"X-Kept: 2", b"Via: 1.1 before", b"Via: 1.1 hushgate", b"Connection: close"]
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 Fine",
        b"X-Yours: 2",
        b"Content-Length: 2",
        b"Via: 1.1 hushgate",
        b"Connection: close",
    ]
    assert body == b"ok"


async def test_a_body_keeps_its_length() -> None:
    requests: list[bytes] = []
    async with site(answering(OK, requests, body=5)) as door:
        assert (await door.ask(get("Content-Length: 5", method="POST") + b"hello")).endswith(b"\r\n\r\nok")
        passage = await door.notes.passages.get()
    assert b"\r\nContent-Length: 5\r\n" in requests[0]
    assert requests[0].endswith(b"\r\n\r\nhello")
    assert (passage.up, passage.down) == (5, 2)


async def test_chunks_stay_chunks_both_ways() -> None:
    requests: list[bytes] = []
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    async with site(answering(answer, requests, body=len(b"5\r\nhello\r\n0\r\n\r\n"))) as door:
        got = await door.ask(
            get("Transfer-Encoding: chunked", method="POST") + b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: 1\r\n\r\n"
        )
    assert b"\r\nTransfer-Encoding: chunked\r\n" in requests[0]
    assert got.endswith(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")


async def test_encoded_bodies_pass_as_they_are() -> None:
    data = gzip.compress(b"x" * 1000)
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(data) + data
    async with site(answering(answer)) as door:
        assert (await door.ask(get("Accept-Encoding: gzip"))).endswith(b"\r\n\r\n" + data)


async def test_http_1_0_on_either_side() -> None:
    async with site(answering(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")) as door:
        assert (await door.ask(get(version="1.0"))).endswith(b"\r\n\r\nuntil the end")
        got = await door.ask(get())
    assert b"\r\nTransfer-Encoding: chunked\r\n" in got
    assert got.endswith(b"d\r\nuntil the end\r\n0\r\n\r\n")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 304), ("DELETE", 204)])
async def test_answers_without_a_body(method: str, status: int) -> None:
    length = "" if status == 204 else "Content-Length: 99\r\n"
    async with site(answering(f"HTTP/1.1 {status} X\r\n{length}\r\n".encode())) as door:
        got = await door.ask(get(method=method))
    assert got.startswith(f"HTTP/1.1 {status} ".encode())
    assert got.endswith(b"\r\n\r\n")
    assert length.encode() in got


async def test_parts_of_an_answer_come_as_they_are_sent() -> None:
    step = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await step.wait()
        writer.write(b"6\r\nsecond\r\n0\r\n\r\n")

    async with site(serve) as door:
        reader, writer = await door.connect()
        writer.write(get())
        await reader.readuntil(b"5\r\nfirst\r\n")
        step.set()
        assert await reader.read() == b"6\r\nsecond\r\n0\r\n\r\n"
        writer.close()


async def test_a_client_that_waits_for_100_continue() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + await reader.readexactly(4))

    async with site(serve) as door:
        reader, writer = await door.connect()
        writer.write(get("Content-Length: 4", "Expect: 100-continue", method="PUT"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        assert b"Link: </a>" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"body")
        assert (await reader.read()).endswith(b"\r\n\r\nbody")
        writer.close()


async def test_an_answer_that_does_not_wait_for_the_body() -> None:
    answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    async with site(answering(answer)) as door:
        reader, writer = await door.connect()
        writer.write(get("Content-Length: 100000000", method="POST") + bytes(100_000))
        assert (await reader.read()).startswith(b"HTTP/1.1 413 ")
        writer.close()


async def test_a_slow_client_stops_the_upstream() -> None:
    stuck = asyncio.Event()
    size = 8 * 1024 * 1024

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + bytes(size))
        stuck.set()
        await writer.drain()

    async with site(serve) as door:
        reader, writer = await door.connect()
        writer.transport.pause_reading()
        writer.write(get())
        await stuck.wait()
        writer.transport.resume_reading()
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert len(await reader.read()) == size
        writer.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
    ],
)
async def test_an_answer_that_is_none(answer: bytes) -> None:
    async with site(answering(answer)) as door:
        assert (await door.ask(get())).startswith(b"HTTP/1.1 502 ")
        assert (await door.notes.passages.get()).outcome == "bad_answer"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
async def test_half_an_answer_is_not_passed_off_as_whole(answer: bytes) -> None:
    async with site(answering(answer)) as door:
        reader, writer = await door.connect()
        writer.write(get())
        got = b""
        with contextlib.suppress(ConnectionResetError):
            got = await reader.read()
        assert not got.endswith(b"0\r\n\r\n")
        assert (await door.notes.passages.get()).outcome == "aborted"
        writer.close()


async def test_half_a_request_is_not_passed_off_as_whole() -> None:
    seen: list[bytes] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionResetError):
            seen.append(await reader.read())
        ended.set()

    async with site(serve) as door:
        await door.ask_half(get("Transfer-Encoding: chunked", method="POST") + b"4\r\nhalf\r\n")
        await ended.wait()
    assert not any(data.endswith(b"0\r\n\r\n") for data in seen)


async def test_an_upstream_that_stays_silent() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with site(serve, idle_timeout=0.05) as door:
        assert (await door.ask(get())).startswith(b"HTTP/1.1 504 ")
        assert (await door.notes.passages.get()).outcome == "timeout"


async def test_an_upstream_that_falls_silent() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        await reader.read()

    async with site(serve, idle_timeout=0.05) as door:
        reader, writer = await door.connect()
        writer.write(get())
        with contextlib.suppress(ConnectionResetError):
            await reader.read()
        assert (await door.notes.passages.get()).outcome == "idle"
        writer.close()


async def test_one_request_a_connection() -> None:
    requests: list[bytes] = []
    async with site(answering(OK, requests)) as door:
        got = await door.ask(get(path="/one") + get(path="/two"))
    assert len(requests) == 1
    assert got.count(b"HTTP/1.1 ") == 1


async def test_a_request_without_host_or_with_an_unknown_coding() -> None:
    async with site(answering(OK)) as door:
        assert (await door.ask(f"GET http://{SITE}/ HTTP/1.1\r\n\r\n".encode())).startswith(b"HTTP/1.1 400 ")
        got = await door.ask(get("Transfer-Encoding: gzip", method="POST"))
        assert got.startswith(b"HTTP/1.1 400 ")


async def test_a_websocket() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" not in request:
            return
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: abc\r\n\r\nearly "
        )
        while data := await reader.read(100):
            writer.write(data.upper())
        writer.write(b" end")

    async with site(serve) as door:
        reader, writer = await door.connect()
        writer.write(get("Connection: keep-alive, Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Key: x") + b"first ")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"\r\nSec-WebSocket-Accept: abc\r\n" in head
        assert b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" in head
        assert await reader.readexactly(12) == b"early FIRST "
        writer.write(b"second")
        assert await reader.readexactly(6) == b"SECOND"
        writer.write_eof()
        assert await reader.read() == b" end"
        writer.close()
        passage = await door.notes.passages.get()
        assert (passage.up, passage.down, passage.outcome) == (12, 22, "closed")


async def test_a_websocket_that_the_upstream_declines() -> None:
    async with site(answering(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as door:
        got = await door.ask(get("Connection: Upgrade", "Upgrade: websocket"))
        assert got.startswith(b"HTTP/1.1 404 ")


async def test_an_upgrade_that_is_not_forwarded() -> None:
    async with site(answering(OK)) as door:
        got = await door.ask(get("Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0", method="POST"))
        assert got.startswith(b"HTTP/1.1 501 ")


async def test_a_change_of_protocol_that_nobody_asked_for() -> None:
    async with site(answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\n\r\n")) as door:
        assert (await door.ask(get())).startswith(b"HTTP/1.1 502 ")
