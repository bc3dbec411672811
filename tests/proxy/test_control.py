"""The wire between supervisor and child."""

import asyncio
import socket

import pytest

from proxy.control import Control, Message


async def pair(handle_left, handle_right) -> tuple[Control, Control]:  # type: ignore[no-untyped-def]
    one, two = socket.socketpair()
    return await Control.over(one, handle_left), await Control.over(two, handle_right)


async def nothing(_: Message) -> None:
    return None


async def test_questions_cross_each_other_and_find_their_answers() -> None:
    async def echo(message: Message) -> Message:
        return {"echo": message["say"]}

    left, right = await pair(echo, echo)
    running = [asyncio.create_task(left.run()), asyncio.create_task(right.run())]
    answers = await asyncio.gather(left.ask({"say": 1}), right.ask({"say": 2}), left.ask({"say": "x" * 200_000}))
    assert [len(str(answer["echo"])) for answer in answers] == [1, 1, 200_000]
    await left.close()
    await asyncio.gather(*running)


async def test_who_asks_somebody_that_is_gone_is_told() -> None:
    left, right = await pair(nothing, nothing)
    running = asyncio.create_task(left.run())
    asking = asyncio.create_task(left.ask({"say": 1}))
    await asyncio.sleep(0)
    await right.close()
    with pytest.raises(ConnectionError):
        await asking
    await running
    with pytest.raises(ConnectionError):
        await left.ask({"say": 2})


async def test_who_gets_no_answer_in_time_is_told() -> None:
    left, right = await pair(nothing, nothing)
    running = asyncio.create_task(left.run())
    with pytest.raises(TimeoutError):
        await left.ask({"say": 1}, timeout=0.01)
    await right.close()
    await running
