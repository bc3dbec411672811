"""The crew with stand-ins for workers: processes that speak the control protocol and do as their boot message says."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from proxy.control import Message
from proxy.supervisor import children
from proxy.supervisor.children import BootError
from proxy.supervisor.crew import Crew

WORKER = """
import json, socket, sys, time
wire = socket.socket(fileno=int(sys.argv[2])).makefile("rwb")
mode = taken = ""
for line in wire:
    message = json.loads(line)
    mode = message.get("boot", {}).get("mode", mode)
    if "drain" in message:
        time.sleep(0.3 if mode == "streaming" else 0)
        break
    if "ask" in message and not (mode == "deaf" and "health" in message):
        answer = {"reply": message["ask"], "ready": mode != "broken", "error": "it is broken"}
        taken = message.get("snapshot", taken)
        answer |= {"applied": "yes", "taken": taken}
        wire.write(json.dumps(answer).encode() + b"\\n")
        wire.flush()
"""


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "command", lambda module: [sys.executable, "-c", WORKER])


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as sock:
        yield sock


class Stage:
    """What the crew is connected to: how the next worker is to behave, and what was told."""

    def __init__(self) -> None:
        self.mode = "good"
        self.told: list[str] = []
        self.left: list[str] = []
        self.fatal: list[BaseException] = []
        self.sizes: dict[int, int] = {}
        self.snapshots: list[str] = []

    def boot(self, slot: int) -> Message:
        return {"mode": self.mode, "snapshot": self.snapshots.pop(0) if self.snapshots else ""}


async def _nothing(message: Message) -> None:
    return None


@pytest.fixture
async def made(listener: socket.socket) -> AsyncIterator[Callable[..., tuple[Crew, Stage]]]:
    crews: list[Crew] = []

    def make(size: int = 1, **options: object) -> tuple[Crew, Stage]:
        stage = Stage()
        crew = Crew(
            size, listener, lambda slot: _nothing, stage.boot, drain=2.0, tell=stage.told.append, left=stage.left.append,
            fatal=stage.fatal.append, resident=lambda pid: stage.sizes.get(pid, 0),
            **{"period": 0.05, "patience": 5.0, **options},
        )  # type: ignore[arg-type] # fmt: skip
        crews.append(crew)
        return crew, stage

    yield make
    for crew in crews:
        await crew.stop()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)


async def test_each_slot_has_a_worker(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, _ = made(2)
    await crew.start()
    assert [worker.slot for worker in crew.serving] == [0, 1]
    assert len({worker.pid for worker in crew.serving}) == 2


async def test_one_that_ends_is_restarted(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made()
    await crew.start()
    first = crew.serving[0]
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: crew.serving[0] is not first and crew.serving[0].ready)
    assert stage.told == ["restarted"]
    assert stage.left == [first.name]


async def test_one_that_does_not_boot_is_an_error_at_the_start_and_fatal_later(
    made: Callable[..., tuple[Crew, Stage]],
) -> None:
    crew, stage = made()
    await crew.start()
    stage.mode = "broken"
    crew.serving[0].kill()
    await until(lambda: stage.fatal)
    assert "it is broken" in str(stage.fatal[0])
    other, stage = made()
    stage.mode = "broken"
    with pytest.raises(BootError, match="it is broken"):
        await other.start()


async def test_a_reload_while_one_starts_reaches_it(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made()
    stage.snapshots = ["before the reload", "after it"]
    await crew.start()
    answer = await crew.serving[0].ask({"health": True})
    assert answer is not None
    assert answer["taken"] == "after it"


async def test_one_that_does_not_answer_is_killed(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made(patience=0.05)
    stage.mode = "deaf"
    await crew.start()
    stage.mode = "good"
    deaf = crew.serving[0]
    await until(lambda: crew.serving[0] is not deaf)
    assert stage.told[:2] == ["killed", "restarted"]


async def test_a_new_generation_serves_before_the_old_one_has_drained(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made(2)
    stage.mode = "streaming"
    await crew.start()
    old = crew.serving
    await crew.renew()
    assert not set(crew.serving) & set(old)
    assert all(worker.ready for worker in crew.serving)
    assert any(worker in crew.all for worker in old)
    await until(lambda: len(crew.all) == 2)
    assert stage.told == ["renewed", "renewed"]
    assert sorted(stage.left) == sorted(worker.name for worker in old)


async def test_a_successor_that_does_not_boot_changes_nothing(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made()
    await crew.start()
    old = crew.serving
    stage.mode = "broken"
    await crew.renew()
    assert crew.serving == old
    assert (stage.told, stage.fatal) == ([], [])


async def test_one_that_grows_too_large_is_renewed_once(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made(memory_limit=1000)
    await crew.start()
    old = crew.serving[0]
    stage.sizes[old.pid] = 1001
    await until(lambda: crew.serving[0] is not old)
    stage.sizes[crew.serving[0].pid] = 1001  # the limit is too small for this deployment: do not spin
    await asyncio.sleep(0.3)
    assert stage.told == ["renewed"]


async def test_a_lone_worker_that_ends_is_followed_by_the_one_that_stood_by(
    made: Callable[..., tuple[Crew, Stage]],
) -> None:
    crew, stage = made(spare_after=0.0)
    await crew.start()
    await until(lambda: crew.spare is not None)
    lone, spare = crew.serving[0], crew.spare
    lone.kill()
    await until(lambda: crew.serving[0] is spare)
    assert stage.told == ["restarted"]
    await until(lambda: crew.spare not in (None, spare))


async def test_one_that_stood_by_and_is_gone_stops_nothing(made: Callable[..., tuple[Crew, Stage]]) -> None:
    crew, stage = made(spare_after=0.0, period=0.3)
    await crew.start()
    await until(lambda: crew.spare is not None)
    lone, spare = crew.serving[0], crew.spare
    assert spare
    spare.kill()
    await spare.ended()
    lone.kill()
    await until(lambda: crew.serving[0] is not lone)
    assert crew.serving[0] is not spare
    assert not stage.fatal


async def test_nobody_stands_by_for_two_and_a_renewal_sends_it_home(made: Callable[..., tuple[Crew, Stage]]) -> None:
    two, _ = made(2, spare_after=0.0)
    lone, _ = made(spare_after=0.0)
    await two.start()
    await lone.start()
    await until(lambda: lone.spare is not None)
    spare = lone.spare
    await lone.renew()
    assert lone.serving[0] is not spare
    assert spare
    assert spare.gone
    assert two.spare is None


async def test_workers_that_were_handed_over_serve_until_their_successors_do(
    made: Callable[..., tuple[Crew, Stage]],
) -> None:
    first, _ = made(2, spare_after=3600.0)
    await first.start()
    pids = {worker.pid for worker in first.serving}
    handed = await first.hand_over()
    assert [(each.slot, each.leaving) for each in handed] == [(0, False), (1, False)]
    second, stage = made(1, spare_after=3600.0)
    adopted = await second.adopt(handed)
    assert {worker.pid for worker in second.serving} == pids
    assert all([await worker.ask({"health": True}) for worker in adopted])
    await second.start()
    assert [worker.slot for worker in second.serving] == [0]
    assert second.serving[0].pid not in pids
    assert len({worker.name for worker in (*adopted, *second.serving)}) == 3
    await until(lambda: all(worker.gone for worker in adopted))
    assert stage.fatal == []


async def test_adopted_workers_stay_where_a_successor_does_not_start(
    made: Callable[..., tuple[Crew, Stage]],
) -> None:
    first, _ = made()
    await first.start()
    second, stage = made()
    [adopted] = await second.adopt(await first.hand_over())
    stage.mode = "broken"
    await second.start()
    assert second.serving == (adopted,)
    assert await adopted.ask({"health": True}) is not None
