import asyncio

import pytest

from detectors.base import Source
from detectors.scan import Report, Task
from proxy.inspector.client import EVENTS, InspectorPool
from proxy.inspector.wire import Answer, FrameReader, Request, decode_request, encode_answer, frame


class Scripted:
    """A server on an inspector's socket; `script` decides about each request in turn."""

    def __init__(self, path, script):
        self.path, self.script = path, script
        self.texts = []  # of each request, as they came
        self.arrived = asyncio.Queue()
        self.writers = []

    async def __aenter__(self):
        self.server = await asyncio.start_unix_server(self.serve, self.path)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()

    async def serve(self, reader, writer):
        self.writers.append(writer)
        frames = FrameReader()
        while data := await reader.read(65536):
            for number, payload in frames.feed(data):
                request = decode_request(payload)
                text = request.tasks[0].source.text
                self.texts.append(text)
                self.arrived.put_nowait(text)
                await self.script(self, number, request, writer)


def reply(number, request, last=True):
    reports = tuple(Report(dict.fromkeys(task.detectors, ()), {}) for task in request.tasks)
    return frame(number, encode_answer(Answer(last, reports)))


async def answer(server, number, request, writer):
    writer.write(reply(number, request))


async def never(server, number, request, writer):
    return


async def hang_up(server, number, request, writer):
    writer.transport.abort()


def hang_up_on(word):
    async def script(server, number, request, writer):
        if word in request.tasks[0].source.text:
            writer.transport.abort()
        else:
            writer.write(reply(number, request))

    return script


def task(text="hush", *detectors):
    return Task(Source(text), detectors or ("a@1",))


@pytest.fixture
async def pool_of():
    pools = []

    def make(*servers, **options):
        pool = InspectorPool([getattr(s, "path", s) for s in servers], observe=told.append, **options)
        pools.append(pool)
        return pool, told

    told = []
    yield make
    for pool in pools:
        pool.close()
    assert set(told) <= set(EVENTS)


async def test_an_answer_comes_back(runtime, pool_of):
    async with Scripted(runtime / "a", answer) as server:
        pool, told = pool_of(server)
        assert await pool.scan([task("one"), task("two")], 5) == [Report({"a@1": ()}, {})] * 2
        assert told == []
        assert pool.healthy
        assert pool.outstanding == 0


async def test_the_least_busy_inspector_is_asked(runtime, pool_of):
    async with Scripted(runtime / "a", never) as one, Scripted(runtime / "b", never) as two:
        pool, _ = pool_of(one, two)
        pool.start()
        while not (one.writers and two.writers):
            await asyncio.sleep(0)
        scans = [asyncio.create_task(pool.scan([task(str(n))], 60)) for n in range(6)]
        for server in (one, two):
            for _ in range(3):
                await server.arrived.get()
        assert len(one.texts) == len(two.texts) == 3
        for scan in scans:
            scan.cancel()


async def test_beyond_the_limit_there_is_no_room(runtime, pool_of):
    async with Scripted(runtime / "a", never) as server:
        pool, told = pool_of(server, max_in_flight=2)
        scans = [asyncio.create_task(pool.scan([task()], 60)) for _ in range(2)]
        await server.arrived.get()
        await server.arrived.get()
        assert await pool.scan([task()], 60) is None
        assert told == ["overload"]
        scans[0].cancel()
        await asyncio.wait(scans[:1])
        assert pool.outstanding == 1


async def test_a_connection_lost_is_retried_once_and_no_more(runtime, pool_of):
    async with Scripted(runtime / "a", hang_up) as one, Scripted(runtime / "b", hang_up) as two:
        pool, told = pool_of(one, two)
        (report,) = await pool.scan([task()], 30)
        assert report == Report({}, {"a@1": "error"})
        assert (len(one.texts), len(two.texts)) == (1, 1)
        assert told == ["lost", "retry", "lost", "error"]


async def test_with_one_inspector_the_second_chance_is_with_the_same(runtime, pool_of):
    async with Scripted(runtime / "a", hang_up) as server:
        pool, _ = pool_of(server)
        assert (await pool.scan([task()], 30))[0].failed == {"a@1": "error"}
        assert len(server.texts) == 2


async def test_the_second_chance_can_succeed(runtime, pool_of):
    async with Scripted(runtime / "a", hang_up) as one, Scripted(runtime / "b", answer) as two:
        pool, _ = pool_of(one, two)
        for _ in range(4):
            assert (await pool.scan([task()], 30))[0].failed == {}
        assert len(two.texts) == 4


async def test_poison_is_tried_twice_and_the_jobs_behind_it_all_succeed(runtime, pool_of):
    async with Scripted(runtime / "a", hang_up_on("poison")) as server:
        pool, told = pool_of(server)
        texts = ["poison", *(f"innocent {n}" for n in range(20))]
        reports = await asyncio.gather(*(pool.scan([task(text)], 30) for text in texts))
        assert [report[0].failed for report in reports] == [{"a@1": "error"}, *[{}] * 20]
        assert server.texts.count("poison") == 2
        assert told.count("retry") == 1


async def test_what_was_answered_before_the_loss_is_kept_and_not_sent_again(runtime, pool_of):
    async def half(server, number, request, writer):
        if request.tasks[0].detectors == ("a@1", "n@1"):
            reports = (Report({"a@1": ()}, {}),)
            writer.write(frame(number, encode_answer(Answer(False, reports))))
            await writer.drain()
            writer.close()
        else:
            asked.append(request.tasks[0].detectors)
            await answer(server, number, request, writer)

    asked = []
    async with Scripted(runtime / "a", half) as server:
        pool, _ = pool_of(server)
        (report,) = await pool.scan([task("hush", "a@1", "n@1")], 30)
        assert report.findings == {"a@1": (), "n@1": ()}
        assert asked == [("n@1",)]


async def test_an_inspector_that_never_answers_is_a_timeout(runtime, pool_of):
    async with Scripted(runtime / "a", never) as server:
        pool, told = pool_of(server, names={"n@1"}, patience=0.0)
        (report,) = await pool.scan([task("hush", "a@1", "n@1")], 0.05)
        assert report.failed == {"a@1": "timeout", "n@1": "names_timeout"}
        assert told[0] == "timeout"


async def test_no_inspector_at_all_is_an_answer_too(runtime, pool_of):
    pool, _ = pool_of(runtime / "nobody")
    (report,) = await pool.scan([task()], 60)
    assert report.failed == {"a@1": "error"}  # the breaker opened long before the deadline
    assert not pool.healthy


async def test_an_inspector_that_comes_back_is_found(runtime, pool_of):
    pool, _ = pool_of(runtime / "a")
    assert (await pool.scan([task()], 60))[0].failed == {"a@1": "error"}
    async with Scripted(runtime / "a", answer):
        while not pool.healthy:
            await asyncio.sleep(0)
        assert (await pool.scan([task()], 60))[0].failed == {}


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff" * 12,
        frame(99, b"[true,[]]"),
        frame(1, b"[true,[]]"),
        frame(1, b"{}"),
        frame(1, b'[true,[[{"a@1":[1]},{}]]]'),
    ],
)
async def test_a_bad_answer_is_a_connection_lost(runtime, pool_of, bad):
    async def lie(server, number, request, writer):
        writer.write(bad)

    async with Scripted(runtime / "a", lie) as server:
        pool, told = pool_of(server)
        assert (await pool.scan([task()], 30))[0].failed == {"a@1": "error"}
        assert told == ["lost", "retry", "lost", "error"]


async def test_a_text_too_large_for_a_frame_is_an_error(runtime, pool_of):
    async with Scripted(runtime / "a", answer) as server:
        pool, _ = pool_of(server, frame_limit=1000)
        assert (await pool.scan([task("x" * 2000)], 30))[0].failed == {"a@1": "error"}
        assert (await pool.scan([task("x")], 30))[0].failed == {}


async def test_a_cancelled_scan_leaves_room_and_its_late_answer_harms_nobody(runtime, pool_of):
    held = []

    async def hold(server, number, request, writer):
        held.append((number, request, writer))
        if len(held) == 2:
            for number, request, writer in held:
                await answer(server, number, request, writer)

    async with Scripted(runtime / "a", hold) as server:
        pool, told = pool_of(server)
        scan = asyncio.create_task(pool.scan([task("one")], 60))
        await server.arrived.get()
        scan.cancel()
        await asyncio.wait([scan])
        assert pool.outstanding == 0
        assert (await pool.scan([task("two")], 60))[0].failed == {}
        assert told == []


async def test_open_scans_end_where_they_are_when_the_generation_changes(runtime, pool_of):
    released = asyncio.Event()

    async def later(server, number, request, writer):
        await released.wait()
        await answer(server, number, request, writer)

    async with Scripted(runtime / "a", later) as old, Scripted(runtime / "b", answer) as new:
        pool, told = pool_of(old)
        scan = asyncio.create_task(pool.scan([task("one")], 60))
        await old.arrived.get()
        pool.switch([new.path], names=())
        assert (await pool.scan([task("two")], 60))[0].failed == {}
        released.set()
        assert (await scan)[0].failed == {}
        assert (old.texts, new.texts) == (["one"], ["two"])
        assert told == []


async def test_close_ends_open_scans(runtime, pool_of):
    async with Scripted(runtime / "a", never) as server:
        pool, _ = pool_of(server)
        scan = asyncio.create_task(pool.scan([task()], 60))
        await server.arrived.get()
        pool.close()
        assert (await scan)[0].failed == {"a@1": "error"}


async def test_the_deadline_travels_as_a_moment_of_the_shared_clock(runtime, pool_of):
    seen = []

    async def look(server, number, request: Request, writer):
        seen.append(request.deadline)
        await answer(server, number, request, writer)

    async with Scripted(runtime / "a", look) as server:
        pool, _ = pool_of(server, clock=lambda: 1000.0)
        await pool.scan([task()], 7)
    assert seen == [1007.0]
