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


async def test_a_wire_that_is_held_loses_nothing_and_goes_on_under_another_control() -> None:
    begun, go, heard = asyncio.Event(), asyncio.Event(), []

    async def slow(message: Message) -> Message:
        begun.set()
        await go.wait()
        return {"echo": message["say"]}

    async def hears(message: Message) -> Message:
        heard.append(message["say"])
        return {"echo": message["say"]}

    left, right = await pair(slow, nothing)
    running = [asyncio.create_task(left.run()), asyncio.create_task(right.run())]
    asked = asyncio.create_task(right.ask({"say": 1}))
    await begun.wait()
    holding = asyncio.create_task(left.hold())
    await asyncio.wait(running[:1])
    right.tell({"say": "while it is held"})
    go.set()
    held = await holding
    assert (await asked)["echo"] == 1
    resumed = await Control.resumed(held, hears)
    running.append(asyncio.create_task(resumed.run()))
    assert (await right.ask({"say": 2}))["echo"] == 2
    assert heard == ["while it is held", 2]
    await right.close()
    await asyncio.gather(*running[1:])


async def test_what_was_read_and_not_handled_is_handed_on() -> None:
    one, two = socket.socketpair()
    left = await Control.over(one, nothing)
    two.sendall(b'{"say": 1}\n{"say"')
    heard: list[int] = []

    async def hears(message: Message) -> None:
        heard.append(message["say"])

    resumed = await Control.resumed(await left.hold(), hears)
    two.sendall(b": 2}\n")
    two.close()
    await resumed.run()
    await asyncio.sleep(0)
    assert heard == [1, 2]


async def test_answers_to_an_earlier_program_s_questions_answer_no_later_one() -> None:
    left, right = await pair(nothing, nothing)
    with pytest.raises(TimeoutError):
        await left.ask({"say": 1}, timeout=0.01)
    assert (await left.hold()).asked == 1
    await right.close()
