"""Pieces are taken where they arrive, in order, and wait while what was written has no room."""

import asyncio

import pytest

from addons.inlet import Inlet


class Taker:
    """Keeps what it takes; `room` says whether what it writes is on its way."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.room = True
        self.emptied = asyncio.Event()

    def take(self, data: bytes) -> bool:
        if data == b"bad":
            raise ValueError("CANARY")
        self.taken.append(data)
        return self.room

    async def drain(self) -> None:
        await self.emptied.wait()


def started() -> tuple[asyncio.StreamReader, Taker, Inlet, "asyncio.Task[None]"]:
    reader, taker = asyncio.StreamReader(), Taker()
    reader.feed_data(b"before")
    inlet = Inlet(reader, taker.take, taker.drain)
    return reader, taker, inlet, asyncio.create_task(inlet.run())


async def until(condition: object) -> None:
    async with asyncio.timeout(60):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0)


async def test_what_was_there_is_taken_first_and_the_rest_at_once() -> None:
    reader, taker, _, running = started()
    reader.feed_data(b" and")
    await until(lambda: taker.taken)
    reader.feed_data(b"now")
    assert taker.taken == [b"before and", b"now"]
    reader.feed_eof()
    await running


async def test_without_room_nothing_more_is_taken_until_there_is() -> None:
    reader, taker, _, running = started()
    await until(lambda: taker.taken)
    taker.room = False
    reader.feed_data(b"1")
    taker.room = True
    reader.feed_data(b"2")
    reader.feed_data(b"3")
    for _ in range(10):
        await asyncio.sleep(0)
    assert taker.taken == [b"before", b"1"]
    taker.emptied.set()
    await until(lambda: b"".join(taker.taken) == b"before123")
    reader.feed_data(b"4")
    reader.feed_eof()
    await running
    assert b"".join(taker.taken) == b"before1234"


async def test_a_failure_ends_the_connection_and_says_nothing_of_the_piece(caplog: pytest.LogCaptureFixture) -> None:
    reader, taker, _, running = started()
    await until(lambda: taker.taken)
    reader.feed_data(b"bad")
    with pytest.raises(OSError, match="the connection failed"):
        await running
    assert "ValueError" in caplog.text
    assert "CANARY" not in caplog.text


async def test_a_closed_inlet_takes_nothing() -> None:
    reader, taker, inlet, running = started()
    await until(lambda: taker.taken)
    inlet.close()
    reader.feed_data(b"late")
    assert taker.taken == [b"before"]
    running.cancel()
