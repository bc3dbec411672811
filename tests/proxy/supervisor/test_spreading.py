"""A reload reaches every worker, also one that was starting; who does not take it over does not go on with the old one."""

import asyncio
from typing import Any

from proxy.control import Message
from proxy.supervisor.spreading import catch_up, spread


class Worker:
    """Stands in for a worker: keeps what it was told, and answers unless it is `deaf` to that kind of message."""

    slot, ready = 0, True

    def __init__(self, deaf: str = "never", waits: asyncio.Event | None = None) -> None:
        self.deaf = deaf
        self.waits = waits
        self.told: list[Message] = []
        self.killed = False

    async def ask(self, message: Message, timeout: float = 5.0) -> Message | None:
        if self.waits is not None and "prepare" in message:
            await self.waits.wait()
        self.told.append(message)
        return None if self.deaf in message else {"applied": "r"}

    def kill(self) -> None:
        self.killed = True


def kinds(worker: Worker) -> list[str]:
    return [next(iter(message)) for message in worker.told]


async def test_all_prepare_before_any_commits() -> None:
    gate = asyncio.Event()
    fast, slow = Worker(), Worker(waits=gate)
    workers: Any = (fast, slow)
    spreading = asyncio.create_task(spread(workers, {"snapshot": "new", "identity": "who"}))
    while not fast.told:
        await asyncio.sleep(0)
    assert kinds(fast) == ["prepare"]
    gate.set()
    await spreading
    assert kinds(fast) == kinds(slow) == ["prepare", "commit"]
    assert fast.told[0]["snapshot"] == "new"
    assert fast.told[1] == {"commit": fast.told[0]["prepare"], "identity": "who"}
    assert not fast.killed


async def test_one_that_does_not_take_it_over_is_ended() -> None:
    good, bad = Worker(), Worker(deaf="commit")
    workers: Any = (good, bad)
    await spread(workers, {"snapshot": "new"})
    assert (good.killed, bad.killed) == (False, True)


async def test_one_that_was_starting_meanwhile_is_told_what_changed() -> None:
    boot = {"snapshot": "old", "identity": "who", "inspectors": ["a"], "remembered": []}
    worker: Any = Worker()
    await catch_up(worker, boot, dict(boot))
    assert worker.told == []
    await catch_up(worker, boot, {**boot, "remembered": ["answer"]})
    assert worker.told == [{"remembered": ["answer"]}]
    worker.told.clear()
    await catch_up(worker, boot, {**boot, "snapshot": "new", "inspectors": ["b"]})
    assert kinds(worker) == ["prepare", "commit"]
    assert (worker.told[0]["snapshot"], worker.told[1]["inspectors"]) == ("new", ["b"])
