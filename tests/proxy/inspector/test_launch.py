import asyncio
import os
import signal
import stat
from pathlib import Path

import pytest

from detectors.base import Source
from detectors.finding import Finding, keyed_digester
from detectors.scan import Task
from proxy.inspector import launch as launching
from proxy.inspector.client import InspectorPool
from proxy.inspector.launch import LaunchError, Loaded, Restart

WORD, NAME = "planted.word@1", "planted.name@1"


def task(text, *detectors):
    return Task(Source(text), detectors or (WORD,))


async def test_a_text_is_scanned_with_keyed_digests(inspectors, key):
    generation = await inspectors.launch()
    pool = InspectorPool(generation.paths)
    reports = await pool.scan([task("hush now", WORD, NAME), task("nothing")], 5)
    digest = keyed_digester(key)("PERSON", "hush")
    assert reports[0].findings == {
        WORD: (Finding("PERSON", "pii", 0, 4, 0.9, WORD, digest),),
        NAME: (Finding("PERSON", "pii", 0, 4, 0.9, NAME, digest),),
    }
    assert reports[1].findings == {WORD: ()}
    assert [report.failed for report in reports] == [{}, {}]
    pool.close()


async def test_what_was_loaded_is_told(inspectors):
    generation = await inspectors.launch(2)
    person = frozenset({"PERSON"})
    assert generation.detectors == (Loaded(WORD, "structured", person), Loaded(NAME, "names", person))
    assert len(generation.pids) == 2


async def scan_then_again(generation, text, timeout_s=5.0):
    """Scan `text`, then a harmless one; return what failed of the first, and the findings of the second."""
    pool = InspectorPool(generation.paths)
    first = await pool.scan([task(text)], timeout_s)
    second = await pool.scan([task("hush")], 5)
    pool.close()
    return first[0].failed, len(second[0].findings[WORD])


@pytest.mark.parametrize(
    ("text", "failed", "restarts"),
    [
        ("WORD-RAISE! CANARY", {WORD: "error"}, []),
        ("WORD-EXIT! CANARY", {WORD: "error"}, [3, 3]),
        ("WORD-KILL! CANARY", {WORD: "error"}, [-signal.SIGKILL, -signal.SIGKILL]),
        ("WORD-QUIT! CANARY", {WORD: "error"}, [1, 1]),
        ("WORD-FILE! CANARY", {WORD: "error"}, []),
    ],
)
async def test_a_detector_that_fails_or_ends_its_process_is_an_error_and_the_next_request_works(
    inspectors, text, failed, restarts
):
    generation = await inspectors.launch()
    assert await scan_then_again(generation, text) == (failed, 1)
    assert [(await inspectors.restart()).status for _ in restarts] == restarts
    assert inspectors.restarts.empty()


@pytest.mark.parametrize("text", ["WORD-SPIN!", "WORD-GIL!"])
async def test_a_detector_that_never_returns_is_killed_by_the_kernel(inspectors, text):
    generation = await inspectors.launch()
    assert await scan_then_again(generation, text, timeout_s=0.1) == ({WORD: "timeout"}, 1)
    assert await inspectors.restart() == Restart(0, -signal.SIGALRM)


async def test_who_hangs_over_a_name_has_answered_everything_else(inspectors):
    generation = await inspectors.launch()
    pool = InspectorPool(generation.paths, names={NAME})
    (report,) = await pool.scan([task("hush NAME-SPIN!", WORD, NAME)], 0.2)
    assert len(report.findings[WORD]) == 1
    assert report.failed == {NAME: "names_timeout"}
    pool.close()


async def test_one_poisonous_text_costs_the_others_nothing(inspectors):
    generation = await inspectors.launch(2)
    pool = InspectorPool(generation.paths)
    texts = ["WORD-KILL!", *["hush"] * 40]
    reports = await asyncio.gather(*(pool.scan([task(text)], 10) for text in texts))
    assert [report[0].failed for report in reports] == [{WORD: "error"}, *[{}] * 40]
    pool.close()


async def test_an_inspector_killed_in_mid_request_is_replaced_and_the_request_repeated(inspectors):
    generation = await inspectors.launch()
    (inspector,) = generation.pids
    pool = InspectorPool(generation.paths)
    await pool.scan([task("hush")], 5)  # connected
    os.kill(inspector, signal.SIGSTOP)
    scan = asyncio.create_task(pool.scan([task("hush")], 10))
    await asyncio.sleep(0)  # the request is on its way
    os.kill(inspector, signal.SIGKILL)
    assert (await scan)[0].failed == {}
    assert await inspectors.restart() == Restart(0, -signal.SIGKILL)
    assert generation.pids != (inspector,)
    pool.close()


async def test_a_zygote_that_ends_takes_its_inspectors_along_and_is_replaced(inspectors):
    generation = await inspectors.launch()
    pool = InspectorPool(generation.paths)
    await pool.scan([task("hush")], 5)
    zygote, (inspector,) = generation.pid, generation.pids
    os.kill(inspector, signal.SIGSTOP)  # it shall not answer before it dies
    os.kill(zygote, signal.SIGKILL)
    (report,) = await pool.scan([task("hush")], 20)
    assert report.failed == {}
    assert await inspectors.restart() == Restart(-1, -signal.SIGKILL)
    assert generation.pid != zygote
    pool.close()


async def test_generations_change_under_a_running_worker(inspectors):
    old = await inspectors.launch()
    pool = InspectorPool(old.paths)
    assert (await pool.scan([task("hush")], 5))[0].failed == {}
    new = await inspectors.launch()
    pool.switch(new.paths, names={NAME})
    await old.stop()
    assert (await pool.scan([task("hush")], 5))[0].failed == {}
    assert not any(path.exists() for path in old.paths)
    pool.close()


async def test_stop_leaves_no_process(inspectors):
    generation = await inspectors.launch(2)
    await generation.stop()
    for pid in (generation.pid, *generation.pids):
        path = Path(f"/proc/{pid}/stat")
        assert not path.exists() or path.read_text().rpartition(")")[2].split()[0] == "Z"


async def test_the_key_is_neither_argument_nor_environment(inspectors, key):
    generation = await inspectors.launch()
    for name in ("cmdline", "environ"):
        assert key[:8] not in Path(f"/proc/{generation.pid}/{name}").read_bytes()


async def test_no_process_may_leave_a_core_dump(inspectors):
    generation = await inspectors.launch()
    for pid in (generation.pid, *generation.pids):
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert "Max core file size        0                    0" in limits


async def test_detectors_that_cannot_be_loaded_are_named(inspectors, planted):
    with pytest.raises(LaunchError, match=r"ValueError: rules\.yaml:3:1: no such key"):
        await inspectors.launch(settings=planted("broken"))


async def test_a_detector_that_fails_on_the_sample_is_refused(inspectors, planted):
    with pytest.raises(LaunchError, match=r"fail on the sample: planted\.failing@1"):
        await inspectors.launch(settings=planted("failing"))


async def test_an_interpreter_that_ends_at_once_is_an_error(runtime, monkeypatch, planted, key):
    monkeypatch.setattr(launching.sys, "executable", "/bin/false")
    with pytest.raises(LaunchError, match="ended before it was ready"):
        await launching.launch(planted(), 1, key, runtime)


async def test_a_deadline_for_readiness(runtime, planted, key):
    with pytest.raises(LaunchError, match="not ready within 0 seconds"):
        await launching.launch(planted(), 1, key, runtime, ready_s=0)
    assert list(runtime.iterdir()) == []


def test_the_runtime_folder_is_private(runtime):
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_is_refused(tmp_path):
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    with pytest.raises(LaunchError, match="too long for a unix socket"):
        launching.make_runtime(deep)
    assert list(deep.iterdir()) == []
