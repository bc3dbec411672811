"""Resolving, checking and connecting, with a resolver of the test's own and real sockets."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from proxy.door import dial
from proxy.door.access import AccessList
from proxy.door.dial import Dialer, DialError, SystemResolver
from tests.doorstep import echo, upstream

LOOPBACK = AccessList(
    ports=tuple(range(1, 65536)),
    allow=(ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")),
)


def dialer(names: Mapping[str, list[str]], access: AccessList | None = None, **options: Any) -> Dialer:
    async def resolve(host: str) -> list[str]:
        if host not in names:
            raise socket.gaierror
        return names[host]

    return Dialer(access or AccessList(), resolve, **options)


async def why(attempt: Any) -> str:
    with pytest.raises(DialError) as caught:
        await attempt
    return caught.value.reason


async def test_what_resolves_is_checked() -> None:
    some = dialer({"a.test": ["93.184.215.14", "127.0.0.1", "2606:4700::1"], "b.test": ["127.0.0.1"]})
    assert await some.resolve_checked("a.test", 443) == (("93.184.215.14", 443), ("2606:4700::1", 443))
    assert await why(some.resolve_checked("b.test", 443)) == "loopback"
    assert await why(some.resolve_checked("c.test", 443)) == "unresolved"
    assert await why(some.resolve_checked("a.test", 80)) == "port"
    assert await some.resolve_checked("a.test", 80, plain=True) == (("93.184.215.14", 80), ("2606:4700::1", 80))


async def test_addresses_are_not_looked_up() -> None:
    none = dialer({})
    assert await none.resolve_checked("93.184.215.14", 443) == (("93.184.215.14", 443),)
    assert await why(none.resolve_checked("169.254.169.254", 443)) == "metadata"
    assert await why(none.resolve_checked("127.1", 443)) == "spelling"


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    async def rebind(host: str) -> list[str]:
        return next(answers)

    some = Dialer(AccessList(), rebind)
    assert await some.resolve_checked("a.test", 443) == (("93.184.215.14", 443),)
    assert await why(some.dial("a.test", 443)) == "loopback"


@pytest.mark.parametrize(
    ("key", "target", "expected"),
    [
        (("a.test", 443), ("127.0.0.1", 9), ("127.0.0.1", 9)),
        (("a.test", 0), ("127.0.0.1", 0), ("127.0.0.1", 443)),
        (("", 443), ("b.test", 9), ("127.0.0.2", 9)),
        (("", 0), ("", 8443), ("93.184.215.14", 8443)),
    ],
)
async def test_connect_to(key: dial.Endpoint, target: dial.Endpoint, expected: dial.Endpoint) -> None:
    names = {"a.test": ["93.184.215.14"], "b.test": ["127.0.0.2"]}
    some = dialer(names, connect_to={key: target})
    assert await some.resolve_checked("a.test", 443) == (expected,)


async def test_connect_to_keeps_the_rules_for_what_was_asked_for() -> None:
    some = dialer({}, AccessList(own_listeners=(("127.0.0.1", 8080),)), connect_to={("", 0): ("127.0.0.1", 8080)})
    assert await why(some.resolve_checked("a.test", 22)) == "port"
    assert await why(some.resolve_checked("a.test", 443)) == "own_listener"


async def test_a_port_alone_opens_no_network() -> None:
    some = dialer({"a.test": ["127.0.0.1"]}, connect_to={("", 443): ("", 9)})
    assert await why(some.resolve_checked("a.test", 443)) == "loopback"


async def test_a_connected_socket_comes_back() -> None:
    async with upstream(echo) as port:
        sock = await dialer({"a.test": ["127.0.0.1"]}, LOOPBACK).dial("a.test", port)
        assert sock.getpeername() == ("127.0.0.1", port)
        assert sock.getblocking() is False
        assert sock.proto == socket.IPPROTO_TCP
        sock.close()


async def test_the_next_address_is_tried_when_one_refuses() -> None:
    async with upstream(echo) as port:
        some = dialer({"a.test": ["127.0.0.2", "::1", "127.0.0.1"]}, LOOPBACK)
        sock = await some.dial("a.test", port)
        assert sock.getpeername()[0] == "127.0.0.1"
        sock.close()


async def test_the_next_address_is_tried_beside_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = asyncio.Event()
    connect = dial._connect

    async def hang(endpoint: dial.Endpoint) -> socket.socket:
        if endpoint[0] == "127.0.0.1":
            return await connect(endpoint)
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            cancelled.set()

    monkeypatch.setattr(dial, "_connect", hang)
    monkeypatch.setattr(dial, "_STAGGER", 0.01)
    async with upstream(echo) as port:
        sock = await dialer({"a.test": ["127.0.0.9", "127.0.0.1"]}, LOOPBACK).dial("a.test", port)
        assert sock.getpeername()[0] == "127.0.0.1"
        sock.close()
        await cancelled.wait()


async def test_of_two_that_connect_one_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    both = asyncio.Event()

    async def together(endpoint: dial.Endpoint) -> socket.socket:
        made.append(socket.socket())
        if len(made) == 2:
            both.set()
        await both.wait()
        return made[-1] if endpoint[0] == "127.0.0.1" else made[0]

    monkeypatch.setattr(dial, "_connect", together)
    monkeypatch.setattr(dial, "_STAGGER", 0)
    winner = await dialer({"a.test": ["127.0.0.2", "127.0.0.1"]}, LOOPBACK).dial("a.test", 9)
    while sum(sock.fileno() >= 0 for sock in made) > 1:
        await asyncio.sleep(0)
    assert winner.fileno() >= 0
    winner.close()


async def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert await why(dialer({"a.test": ["127.0.0.1"]}, LOOPBACK).dial("a.test", port)) == "unreachable"

    async def hang(endpoint: dial.Endpoint) -> socket.socket:
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(dial, "_connect", hang)
    assert await why(dialer({"a.test": ["127.0.0.1"]}, LOOPBACK, timeout=0.02).dial("a.test", port)) == "timeout"


def test_families_take_turns() -> None:
    mixed = [("::1", 1), ("::2", 1), ("::3", 1), ("1.1.1.1", 1)]
    assert [address for address, _ in dial._interleave(mixed)] == ["::1", "1.1.1.1", "::2", "::3"]


async def test_slow_names_hold_up_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    asked: list[str] = []

    def look_up(host: str) -> list[str]:
        asked.append(host)
        if host == "slow.test":
            release.wait(30)
        return ["93.184.215.14"]

    monkeypatch.setattr(dial, "look_up", look_up)
    resolve = SystemResolver(threads=2)
    slow = [asyncio.create_task(resolve("slow.test")) for _ in range(50)]
    assert await resolve("quick.test") == ["93.184.215.14"]
    slow[0].cancel()
    release.set()
    results = await asyncio.gather(*slow, return_exceptions=True)
    assert results.count(["93.184.215.14"]) == 49
    assert asked.count("slow.test") == 1
    resolve.close()


async def test_the_system_resolver() -> None:
    resolve = SystemResolver(threads=1)
    assert "127.0.0.1" in await resolve("localhost")
    with pytest.raises(OSError):
        await resolve("a" * 64 + ".invalid")
    resolve.close()
