"""Events are worked off in order, and hooks that do not wait are over at once; the rest is in tests/proxy."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import HttpRequestHook
from mitmproxy.test import tflow

from addons.connection import Connection
from addons.dispatch import Dispatch


class Writer:
    """A client's end of the line."""

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name.endswith("name") else default


class Asking(layer.Layer):
    """Calls a hook for each event, and keeps the order of what happened."""

    def __init__(self, context: Any, order: list[str]) -> None:
        super().__init__(context)
        self.order = order

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        name = event.data.decode() if isinstance(event, events.DataReceived) else type(event).__name__
        self.order.append(f"{name} begins")
        if name == "fails":
            raise ValueError("CANARY")
        yield HttpRequestHook(tflow.tflow())
        self.order.append(f"{name} ends")


class Listener:
    """Waits for `gate` where there is one."""

    def __init__(self, order: list[str], gate: asyncio.Event | None = None) -> None:
        self.order = order
        self.gate = gate

    async def request(self, flow: object) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.order.append("hook")


def made(order: list[str], gate: asyncio.Event | None = None) -> Connection:
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # as mitmproxy does
    options = Options()
    options.add_option("tcp_timeout", int, 600, "")
    listening = Dispatch([Listener(order, gate)])

    async def never(*_: object) -> Any:
        raise OSError

    connection = Connection(Master(options), listening, never, asyncio.StreamReader(), Writer())  # type: ignore[arg-type]
    connection.layer = Asking(connection.layer.context, order)
    return connection


async def test_a_hook_that_does_not_wait_is_over_before_the_next_event() -> None:
    order: list[str] = []
    connection = made(order)
    for name in (b"a", b"b"):
        await connection.server_event(events.DataReceived(connection.client, name))
    assert order == ["a begins", "hook", "a ends", "b begins", "hook", "b ends"]


async def test_events_wait_for_a_hook_that_waits() -> None:
    order: list[str] = []
    gate = asyncio.Event()
    connection = made(order, gate)
    for name in (b"a", b"b"):
        await connection.server_event(events.DataReceived(connection.client, name))
    assert order == ["a begins"]
    gate.set()
    async with asyncio.timeout(60):
        while len(order) < 6:
            await asyncio.sleep(0)
    assert order == ["a begins", "hook", "a ends", "b begins", "hook", "b ends"]


async def test_an_event_that_fails_says_nothing_of_its_data(caplog: pytest.LogCaptureFixture) -> None:
    connection = made([])
    await connection.server_event(events.DataReceived(connection.client, b"fails"))
    assert "ValueError" in caplog.text
    assert "CANARY" not in caplog.text


async def test_after_an_event_that_failed_nobody_waits_for_the_connection() -> None:
    connection = made([])
    ended: list[str] = []
    connection.transports[connection.client].handler = SimpleNamespace(cancel=ended.append)  # type: ignore[assignment]
    await connection.server_event(events.DataReceived(connection.client, b"fine"))
    assert ended == []
    await connection.server_event(events.DataReceived(connection.client, b"fails"))
    assert len(ended) == 1


async def test_data_for_a_connection_that_is_gone_is_dropped() -> None:
    connection = made([])
    connection.transports.clear()
    connection._obey(commands.SendData(connection.client, b"late"))


@pytest.mark.parametrize("waits", [False, True])
async def test_a_hook_that_fails_outside_of_its_listeners_is_never_over(
    waits: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(hook: object) -> None:
        if waits:
            await asyncio.sleep(0)
        raise KeyError("CANARY")

    order: list[str] = []
    connection = made(order)
    monkeypatch.setattr(connection, "handle_hook", broken)
    await connection.server_event(events.DataReceived(connection.client, b"a"))
    async with asyncio.timeout(60):
        while "KeyError" not in caplog.text:
            await asyncio.sleep(0)
    assert order == ["a begins"]
    assert "CANARY" not in caplog.text
