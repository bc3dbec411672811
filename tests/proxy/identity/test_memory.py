"""Answers are kept for a while and asked for once."""

import asyncio

import pytest

from proxy.identity.memory import Memory


async def test_one_question_for_all_who_wait() -> None:
    asked = 0
    now = [0.0]
    memory: Memory[str, str] = Memory(10, lambda: now[0])

    async def question() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return "yes"

    answers = await asyncio.gather(*(memory.ask("k", question, bool) for _ in range(20)))
    assert answers == ["yes"] * 20
    assert asked == 1
    now[0] = 11
    await memory.ask("k", question, bool)
    assert asked == 2


async def test_what_is_not_to_be_kept_and_what_fails_is_asked_again() -> None:
    memory: Memory[str, bool] = Memory(10, lambda: 0.0)

    async def no() -> bool:
        return False

    async def fails() -> bool:
        raise OSError

    assert await memory.ask("k", no, bool) is False
    assert memory.get("k") is None
    for _ in range(2):
        with pytest.raises(OSError):
            await memory.ask("k", fails, bool)


async def test_whoever_asked_first_may_go_away() -> None:
    memory: Memory[str, str] = Memory(10, lambda: 0.0)
    go = asyncio.Event()

    async def question() -> str:
        await go.wait()
        return "yes"

    first = asyncio.create_task(memory.ask("k", question, bool))
    second = asyncio.create_task(memory.ask("k", question, bool))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await second == "yes"
