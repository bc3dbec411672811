import asyncio
from typing import Any

import pytest

from proxy.exchange import Client
from proxy.judging.traffic import Traffic

CLIENT, OTHER = Client("10.0.0.1", "alice"), Client("10.0.0.1", "bob")


class Trail:
    def __init__(self, broken: bool = False) -> None:
        self.records: list[dict[str, Any]] = []
        self.broken = broken

    async def write(self, record: dict[str, Any], *, wait: bool) -> None:
        assert not wait
        if self.broken:
            raise OSError("full")
        self.records.append(record)


async def test_bytes_of_one_connection_and_service_are_one_record() -> None:
    trail = Trail()
    traffic = Traffic(trail)
    traffic.moved(CLIENT, "1", "openai-api", "api.openai.com", up=3)
    traffic.moved(CLIENT, "1", "openai-api", "api.openai.com", up=4, down=9, uninspected={"media": 4})
    traffic.moved(CLIENT, "2", "openai-api", "api.openai.com", down=1)
    traffic.moved(OTHER, "1", "openai-api", "api.openai.com", down=1)
    await traffic.flush()
    assert [(r["who"]["user"], r["bytes"], r["uninspected"]) for r in trail.records] == [
        ("alice", {"up": 7, "down": 9}, [{"reason": "media", "bytes": 4}]),
        ("alice", {"up": 0, "down": 1}, []),
        ("bob", {"up": 0, "down": 1}, []),
    ]
    await traffic.flush()
    assert len(trail.records) == 3


async def test_what_is_left_is_written_at_the_end() -> None:
    trail = Trail()
    traffic = Traffic(trail)
    running = asyncio.create_task(traffic.run())
    await asyncio.sleep(0)
    traffic.moved(CLIENT, "1", "openai-api", "api.openai.com", up=3)
    traffic.end()
    await running
    assert len(trail.records) == 1


async def test_too_many_connections_are_written_before_their_minute() -> None:
    trail = Trail()
    traffic = Traffic(trail, most=3)
    running = asyncio.create_task(traffic.run())
    for number in range(3):
        traffic.moved(CLIENT, str(number), "openai-api", "api.openai.com", up=1)
    async with asyncio.timeout(30):
        while len(trail.records) < 3:
            await asyncio.sleep(0.001)
    traffic.end()
    await running


async def test_a_trail_that_cannot_be_written_is_said(caplog: pytest.LogCaptureFixture) -> None:
    traffic = Traffic(Trail(broken=True))
    traffic.moved(CLIENT, "1", "openai-api", "api.openai.com", up=1)
    await traffic.flush()
    assert "the audit log cannot be written" in caplog.text
