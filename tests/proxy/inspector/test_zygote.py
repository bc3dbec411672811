import itertools
import os
import signal

from detectors.base import Source
from detectors.scan import Task
from proxy.inspector.client import InspectorPool
from proxy.inspector.launch import Restart
from proxy.inspector.zygote import backoff


def test_three_early_deaths_are_free_then_waits_double_up_to_five_seconds():
    assert [backoff(early) for early in range(8)] == [0, 0, 0, 0, 0.1, 0.2, 0.4, 0.8]
    assert backoff(5000) == 5.0


def test_waits_never_shrink():
    assert all(one <= two for one, two in itertools.pairwise(map(backoff, range(50))))


async def test_each_slot_is_forked_anew_by_itself(inspectors):
    generation = await inspectors.launch(2)
    first, second = generation.pids
    os.kill(second, signal.SIGKILL)
    assert await inspectors.restart() == Restart(1, -signal.SIGKILL)
    assert generation.pids[0] == first
    assert generation.pids[1] not in (first, second)


async def test_one_that_keeps_dying_comes_back_all_the_same(inspectors):
    generation = await inspectors.launch()
    pool = InspectorPool(generation.paths)
    for _ in range(5):
        os.kill(generation.pids[0], signal.SIGKILL)
        assert await inspectors.restart() == Restart(0, -signal.SIGKILL)
    reports = await pool.scan([Task(Source("hush"), ("planted.word@1",))], 20)
    assert reports[0].failed == {}
    pool.close()


async def test_an_interrupt_from_the_terminal_ends_nothing(inspectors):
    generation = await inspectors.launch()
    pool = InspectorPool(generation.paths)
    for pid in (generation.pid, *generation.pids):
        os.kill(pid, signal.SIGINT)
    reports = await pool.scan([Task(Source("hush"), ("planted.word@1",))], 5)
    assert reports[0].failed == {}
    assert inspectors.restarts.empty()
    pool.close()


async def test_one_that_is_stopped_is_replaced(inspectors):
    generation = await inspectors.launch()
    os.kill(generation.pids[0], signal.SIGSTOP)
    assert await inspectors.restart() == Restart(0, -signal.SIGKILL)
    pool = InspectorPool(generation.paths)
    reports = await pool.scan([Task(Source("hush"), ("planted.word@1",))], 20)
    assert reports[0].failed == {}
    pool.close()
