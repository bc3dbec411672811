import asyncio
import errno
import json
import os
import stat
import threading

import pytest
import rfc8785

from proxy.audit import upkeep
from proxy.audit.chain import Chain, first_link, link, segments
from proxy.audit.journal import Journal
from proxy.audit.settings import AuditSettings
from proxy.audit.writer import AuditWriter

CHAIN = Chain("egress_1", "0", "6923a1f29c4e")


def lines(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def numbered(number):
    return upkeep.heartbeat(number, 0)


class Disk:
    """A sync that can be held, made to fail, and is counted."""

    def __init__(self):
        self.syncs, self.failing, self.open = 0, False, threading.Event()
        self.open.set()

    def __call__(self, descriptor):
        self.open.wait(30)
        self.syncs += 1
        if self.failing:
            raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def told():
    return []


@pytest.fixture
def writer_of(tmp_path, disk, told):
    made = []

    def make(durability="ack", segment_bytes=1 << 20, **options):
        made.append(
            AuditWriter(
                Journal(tmp_path, CHAIN, sync=disk, segment_bytes=segment_bytes), CHAIN, durability,
                observe=lambda kind, good: told.append((kind, good)), **options,
            )
        )  # fmt: skip
        return made[-1]

    yield make
    disk.open.set()
    for writer in made:
        writer.end()


async def test_a_record_is_a_canonical_line_with_its_place_in_the_chain(writer_of, check):
    writer = writer_of()
    await writer.write(numbered(1), wait=True)
    await writer.write(numbered(2), wait=True)
    first, second = lines(writer.path)
    assert (first["seq"], second["seq"]) == (1, 2)
    assert [first[key] for key in ("v", "node", "slot", "boot")] == [1, *("egress_1", "0", "6923a1f29c4e")]
    check(first)
    assert writer.path.read_bytes().splitlines()[0] == rfc8785.dumps(first)


async def test_what_the_schema_does_not_know_never_reaches_the_disk(writer_of):
    writer = writer_of()
    await writer.write({**numbered(1), "prompt": "CANARY"}, wait=True)
    assert b"CANARY" not in writer.path.read_bytes()


async def test_files_are_private_and_named_by_node_slot_and_boot(tmp_path):
    writer = AuditWriter.open(tmp_path / "audit", slot="0", settings=AuditSettings(node="egress/1"))
    await writer.write(upkeep.stop(), wait=True)
    await writer.close()
    (path,) = (tmp_path / "audit").iterdir()
    node, slot, boot = path.stem.split("-")
    assert (node, slot, len(boot)) == ("egress_1", "0", 12)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_two_starts_never_share_a_file(tmp_path):
    writers = [AuditWriter.open(tmp_path, slot="0") for _ in range(3)]
    assert len({writer.path for writer in writers}) == 3
    for writer in writers:
        await writer.close()


async def test_many_records_go_out_in_one_sync_and_in_order(writer_of, disk):
    writer = writer_of()
    disk.open.clear()
    first = writer.append(numbered(0))
    rest = [writer.append(numbered(n)) for n in range(1, 101)]
    disk.open.set()
    await asyncio.gather(*map(asyncio.wrap_future, [first, *rest]))
    assert [line["records"] for line in lines(writer.path)] == list(range(101))
    assert disk.syncs <= 3


async def test_a_decision_that_is_acted_on_waits_for_the_disk(writer_of, disk):
    writer = writer_of()
    disk.open.clear()
    writing = asyncio.create_task(writer.write(numbered(1), wait=True))
    assert not (await asyncio.wait([writing], timeout=0.05))[0]
    disk.open.set()
    await writing


async def test_others_wait_a_moment_only_unless_it_is_strict(writer_of, disk):
    writer = writer_of("ack")
    disk.open.clear()
    await asyncio.wait_for(writer.write(numbered(1), wait=False), 20)
    writer.durability = "strict"
    writing = asyncio.create_task(writer.write(numbered(2), wait=False))
    assert not (await asyncio.wait([writing], timeout=0.05))[0]
    disk.open.set()
    await writing


async def test_async_does_not_wait_for_a_sync(writer_of, disk):
    writer = writer_of("async")
    disk.open.clear()
    await asyncio.wait_for(writer.write(numbered(1), wait=True), 20)
    assert disk.syncs == 0
    disk.open.set()
    await writer.close()
    assert disk.syncs == 1


async def test_a_full_disk_is_told_to_whoever_waits_and_leaves_a_gap_and_no_torn_line(writer_of, disk, told, check):
    writer = writer_of()
    await writer.write(numbered(1), wait=True)
    disk.failing = True
    with pytest.raises(OSError, match="the audit log cannot be written: No space left on device"):
        await writer.write(numbered(2), wait=True)
    assert len(lines(writer.path)) == 1
    with pytest.raises(OSError, match="No space left"):
        await writer.write(numbered(3), wait=True)
    disk.failing = False
    await writer.write(numbered(4), wait=True)
    before, gap, after = lines(writer.path)
    assert (before["seq"], gap["seq"], after["seq"]) == (1, 2, 3)
    assert (gap["type"], gap["count"], gap["reason"]) == ("audit_gap", 2, "unwritable")
    assert (before["records"], after["records"]) == (1, 4)
    check(gap)
    assert told == [("heartbeat", True), ("heartbeat", False), ("heartbeat", False), ("audit_gap", True),
                    ("heartbeat", True)]  # fmt: skip


async def test_a_gap_at_the_end_is_written_at_the_end(writer_of, disk):
    writer = writer_of()
    disk.failing = True
    with pytest.raises(OSError, match="No space"):
        await writer.write(numbered(1), wait=True)
    disk.failing = False
    await writer.close()
    assert [line["type"] for line in lines(writer.path)] == ["audit_gap"]


async def test_a_write_that_stops_half_way_is_cut_off(writer_of, monkeypatch):
    writer = writer_of()
    await writer.write(numbered(1), wait=True)
    real, left = os.write, [10]

    def short(descriptor, data):
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data[: left.pop()])

    monkeypatch.setattr("proxy.audit.journal.os.write", short)
    with pytest.raises(OSError, match="No space"):
        await writer.write(numbered(2), wait=True)
    monkeypatch.undo()
    await writer.write(numbered(3), wait=True)
    assert [line["type"] for line in lines(writer.path)] == ["heartbeat", "audit_gap", "heartbeat"]


async def test_a_record_that_cannot_be_written_stops_no_other_and_is_not_shown(writer_of):
    writer = writer_of()
    bad = writer.append({**numbered(1), "records": "CANARY\ud800"})
    worse = writer.append({"type": "nonsense", "id": "x"})
    good = writer.append(numbered(2))
    await asyncio.wrap_future(good)
    for future in (bad, worse):
        with pytest.raises(OSError, match="an audit record cannot be written") as caught:
            future.result()
        assert "CANARY" not in repr(caught.value)
    await writer.close()
    written = lines(writer.path)
    assert [line["records"] for line in written if line["type"] == "heartbeat"] == [2]
    assert sum(line["count"] for line in written if line["type"] == "audit_gap") == 2


async def test_a_full_queue_is_an_error_and_a_gap(writer_of, disk, told):
    writer = writer_of(limit=1)
    disk.open.clear()
    futures = [writer.append(numbered(n)) for n in range(5)]
    assert any(future.done() for future in futures)
    disk.open.set()
    await writer.close()
    lost = sum(future.exception() is not None for future in futures)
    written = [line for line in lines(writer.path) if line["type"] == "heartbeat"]
    gaps = sum(line["count"] for line in lines(writer.path) if line["type"] == "audit_gap")
    assert (len(written) + lost, gaps) == (5, lost)
    assert told.count(("heartbeat", False)) == lost


async def test_after_close_a_record_is_an_error(writer_of):
    writer = writer_of()
    await writer.close()
    await writer.close()
    with pytest.raises(OSError, match="takes no more records"):
        await writer.write(numbered(1), wait=True)


async def test_close_writes_what_is_queued(writer_of):
    writer = writer_of()
    for number in range(50):
        writer.append(numbered(number))
    await writer.close()
    assert len(lines(writer.path)) == 50


async def test_a_caller_that_gives_up_does_not_stop_the_record(writer_of, disk):
    writer = writer_of()
    disk.open.clear()
    writing = asyncio.create_task(writer.write(numbered(1), wait=True))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait([writing])
    disk.open.set()
    await writer.write(numbered(2), wait=True)
    assert len(lines(writer.path)) == 2


async def test_records_of_many_threads_are_all_there(writer_of):
    writer = writer_of()
    threads = [threading.Thread(target=lambda: [writer.append(numbered(n)) for n in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await writer.close()
    assert [line["seq"] for line in lines(writer.path)] == list(range(1, 201))


async def test_every_record_names_the_hash_of_the_line_before(writer_of, disk):
    writer = writer_of(segment_bytes=600)
    for number in range(6):
        disk.failing = number == 3
        if disk.failing:
            with pytest.raises(OSError, match="No space"):
                await writer.write(numbered(number), wait=True)
        else:
            await writer.write(numbered(number), wait=True)
    await writer.close()
    folder = writer.path.parent
    [found] = segments(folder).values()
    assert len(found) > 1
    before, seen = first_link(CHAIN.name), []
    for segment in found:
        for line in segment.path.read_bytes().splitlines():
            record = json.loads(line)
            seen.append((record["seq"], record["type"]))
            assert record["chain"] == {"prev": before}
            before = link(line)
    assert [seq for seq, _ in seen] == list(range(1, len(seen) + 1))
    assert [kind for _, kind in seen].count("heartbeat") == 5
    assert [kind for _, kind in seen].count("audit_gap") == 1


async def test_a_disk_that_stalls_is_an_error_then_at_once_and_the_records_come_late(writer_of, disk, monkeypatch):
    monkeypatch.setattr("proxy.audit.writer.LATE", 0.05)
    writer = writer_of(stalled=0.3)
    disk.open.clear()
    await writer.write(numbered(1), wait=False)  # goes on after 5 ms
    with pytest.raises(OSError, match="does not answer"):
        await writer.write(numbered(2), wait=True)
    with pytest.raises(OSError, match="does not answer"):  # in trouble: nobody slips by
        await writer.write(numbered(3), wait=False)
    assert writer.lag > 0.3
    disk.open.set()
    while writer.lag > 0.3:
        await asyncio.sleep(0.01)
    await writer.write(numbered(4), wait=True)
    await writer.close()
    written = lines(writer.path)
    assert [line["records"] for line in written if line["type"] == "heartbeat"] == [1, 2, 3, 4]
    late = [line for line in written if line["type"] == "audit_gap"]
    assert {line["reason"] for line in late} == {"late"}
    assert sum(line["count"] for line in late) >= 2


async def test_after_a_failure_everybody_waits_until_it_is_well_again(writer_of, disk):
    writer = writer_of()
    disk.failing = True
    with pytest.raises(OSError, match="No space"):
        await writer.write(numbered(1), wait=True)
    with pytest.raises(OSError, match="No space"):
        await writer.write(numbered(2), wait=False)
    disk.failing = False
    await writer.write(numbered(3), wait=False)


async def test_allow_flagged_goes_on_and_leaves_the_gap(writer_of, disk, told):
    writer = writer_of(on_failure="allow_flagged", stalled=0.1)
    disk.failing = True
    await writer.write(numbered(1), wait=True)
    await writer.write(numbered(2), wait=False)
    while told.count(("heartbeat", False)) < 2:  # both were lost, not only taken from the queue
        await asyncio.sleep(0.005)
    disk.open.clear()
    await writer.write(numbered(3), wait=True)
    disk.failing = False
    disk.open.set()
    await writer.close()
    written = lines(writer.path)
    assert sum(line["count"] for line in written if line["type"] == "audit_gap" and line["reason"] == "unwritable") == 2
    assert told.count(("heartbeat", False)) == 2


async def test_a_sign_of_life_is_written_without_anything_to_do(writer_of):
    writer = writer_of(heartbeat=0.02)
    while not writer.path.read_bytes():
        await asyncio.sleep(0.01)
    await writer.close()
    assert lines(writer.path)[0]["type"] == "heartbeat"


async def test_close_gives_up_on_a_disk_that_hangs(writer_of, disk):
    writer = writer_of()
    disk.open.clear()
    writer.append(numbered(1))
    await writer.close(0.05)
    disk.open.set()


async def test_records_that_nobody_waits_for_share_a_commit_and_one_that_is_waited_for_takes_them_along(
    writer_of, disk
):
    commits: list[float] = []
    writer = writer_of(committed=commits.append)
    for number in range(1, 50):
        await writer.write(numbered(number), wait=False)
    await writer.write(numbered(50), wait=True)
    assert len(commits) < 25
    await writer.close()
    assert [line["seq"] for line in lines(writer.path)] == list(range(1, 51))
