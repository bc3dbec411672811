"""Leaves are asked for once and kept while fresh."""

import asyncio

import pytest

from proxy.ca.leaves import Leaf, LeafCache


async def test_a_host_is_asked_for_once_even_at_the_same_time() -> None:
    asked: list[str] = []

    async def sign(host: str) -> Leaf:
        asked.append(host)
        await asyncio.sleep(0)
        return host.encode()

    cache = LeafCache(sign)
    assert await asyncio.gather(cache.get("a"), cache.get("a")) == [b"a"] * 2
    assert asked == ["a"]


async def test_an_old_leaf_is_asked_for_anew_and_the_oldest_goes_first() -> None:
    now = [0.0]
    asked: list[str] = []

    async def sign(host: str) -> Leaf:
        asked.append(host)
        return b""

    cache = LeafCache(sign, size=2, seconds=10, clock=lambda: now[0])
    for host in ("a", "b", "a", "c", "b"):
        await cache.get(host)
    assert asked == ["a", "b", "c", "b"]
    now[0] = 11
    await cache.get("b")
    assert asked[-1] == "b"
    assert len(asked) == 5


@pytest.mark.parametrize(("jump", "anew"), [(60.0, 0), (-60.0, 0), (86400.0, 1), (-86400.0, 1)])
async def test_leaves_are_asked_for_anew_when_the_wall_clock_has_jumped(jump: float, anew: int) -> None:
    wall = [1e9]
    asked: list[str] = []

    async def sign(host: str) -> Leaf:
        asked.append(host)
        return b""

    cache = LeafCache(sign, clock=lambda: 5.0, wall=lambda: wall[0])
    await cache.get("a")
    wall[0] += jump
    await cache.get("a")
    await cache.get("a")
    assert len(asked) == 1 + anew


async def test_a_failure_is_not_kept() -> None:
    answers = [OSError("no"), None]

    async def sign(host: str) -> Leaf:
        answer = answers.pop(0)
        if answer:
            raise answer
        return b"c"

    cache = LeafCache(sign)
    with pytest.raises(OSError, match="no"):
        await cache.get("a")
    assert await cache.get("a") == b"c"
