"""What is measured of the proxy: one function a row of the table of goals, each taking a stand and giving figures.

Programs that are compared run at the same time and are loaded in turn, the order turning with each round, so that what
else happens on the machine falls on all of them. CPU is that of all processes of a program.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from proxy.bench import load, programs, rivals
from proxy.bench.accounting import cpu_seconds, memory_bytes
from proxy.bench.answers import answers
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure, percentile, ratio
from proxy.bench.line import Line, Way
from proxy.bench.programs import OTHER_HOST, Running, Stand

_EVENTS = 240
_GAP = 0.01


def requests(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """CPU per intercepted request of 2 kB, findings cached, beside mitmdump without an addon."""
    bodies = [load.chat(load.prose(2000, 0))] * effort.of(400)
    with contextlib.ExitStack() as stack:
        running = {
            "hushgate": stack.enter_context(programs.hushgate(stand)),
            "mitmdump -q": stack.enter_context(programs.mitmdump(stand)),
        }
        others = {"Squid, ssl-bump": rivals.bumping_squid, "HAProxy, TLS at both ends": rivals.ending_haproxy}
        running |= rivals.joined(stack, stand, others)
        programs.rest(effort.rest, running.values())
        series = _cpu_rounds(effort, running, bodies, lines=4)
    for name, values in series.items():
        yield Figure("requests", f"{name}: CPU per request", "ms", tuple(1000 * v for v in values))
    yield ratio("requests", "hushgate / mitmdump", series["hushgate"], series["mitmdump -q"], goal=0.65)


def latency(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Latency that is added to a direct call of a clean 4 kB prompt: seen before, and new."""
    number = effort.of(300)
    seen = [load.chat(load.prose(4000, 0))] * number
    added: dict[str, list[float]] = {}
    with programs.direct(stand) as straight, programs.hushgate(stand) as ours:
        asyncio.run(load.post_all(ours.way, seen[:20]))
        programs.rest(effort.rest, (ours,))
        for turn in range(effort.rounds):
            fresh = [load.chat(load.prose(4000, 1 + turn * number + n)) for n in range(number)]
            base = _seconds(straight, seen)
            for name, bodies in (("cached", seen), ("new text", fresh)):
                values = _seconds(ours, bodies)
                for share, word in ((0.5, "p50"), (0.99, "p99")):
                    gap = 1000 * (percentile(values, share) - percentile(base, share))
                    added.setdefault(f"{name}: added {word}", []).append(gap)
    goals = {"cached: added p50": 2, "cached: added p99": 10, "new text: added p50": 6, "new text: added p99": 20}
    for name, gaps in added.items():
        yield Figure("latency", name, "ms", tuple(gaps), goal=goals[name])


def conversation(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """CPU of a conversation's turn 100 over its turn 2, at 1 kB a turn: clean, and with redactions in its history."""
    number = effort.of(40)
    costs: dict[str, list[float]] = {}
    with programs.hushgate(stand) as ours:
        programs.rest(effort.rest, (ours,))
        for turn in range(effort.rounds):
            for name, extra in (("clean", ""), ("redacted", " my card is 4111 1111 1111 1111")):
                for length in (2, 100):
                    bases = [turn * 10_000_000 + 1000 * n for n in range(number)]
                    talks = [[load.prose(1000, base + at) + extra for at in range(length)] for base in bases]
                    asyncio.run(load.post_all(ours.way, [load.chat(*talk[:-1]) for talk in talks]))
                    spent = _spent(ours, [load.chat(*talk) for talk in talks])
                    costs.setdefault(f"{name} {length}", []).append(spent)
    for name in ("clean", "redacted"):
        early, late = costs[f"{name} 2"], costs[f"{name} 100"]
        yield ratio("conversation", f"{name}: turn 100 over turn 2", late, early, goal=2)
        per_kb = tuple(1000 * (b - a) / 98 for a, b in zip(early, late, strict=True))
        yield Figure("conversation", f"{name}: per kB of old text", "ms", per_kb, goal=0.05)


def streams(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Event streams: delay of the first event that is added to a direct call, and CPU per event beside mitmdump."""
    path = f"{load.CHAT}?events={_EVENTS}&gap={_GAP}"
    bodies = [load.chat(load.prose(500, 0))] * (load.STREAMS * effort.of(4))
    cpu: dict[str, list[float]] = {}
    first: dict[str, list[float]] = {}
    with (
        programs.direct(stand) as straight,
        programs.hushgate(stand) as ours,
        programs.mitmdump(stand, streaming=True) as peer,
    ):
        programs.rest(effort.rest, (ours, peer))
        for turn in range(effort.rounds):
            for name, running in _in_turn({"direct": straight, "hushgate": ours, "mitmdump": peer}, turn):
                timings, used = load.stream_all(running.way, running.pid, bodies, path)
                cpu.setdefault(name, []).append(used / (len(bodies) * _EVENTS))
                first.setdefault(name, []).append(percentile([t.delays[0] for t in timings], 0.5))
    gaps = tuple(1000 * (a - b) for a, b in zip(first["hushgate"], first["direct"], strict=True))
    yield Figure("streams", "first event: added p50", "ms", gaps, goal=1)
    for name in ("hushgate", "mitmdump"):
        yield Figure("streams", f"{name}: CPU per event", "ms", tuple(1000 * value for value in cpu[name]))
    yield ratio("streams", "hushgate / mitmdump, streaming", cpu["hushgate"], cpu["mitmdump"], goal=0.6)


def tunnel(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Hosts that are not inspected: CPU per new connection and per request, beside mitmproxy's and Squid's."""
    bodies = [load.chat(load.prose(500, 0))] * effort.of(600)
    with contextlib.ExitStack() as stack:
        running = {
            "hushgate": stack.enter_context(programs.hushgate(stand, host=OTHER_HOST)),
            "mitmproxy": stack.enter_context(programs.mitmdump(stand, ("--ignore-hosts", ".*"), host=OTHER_HOST)),
        }
        others: dict[str, rivals.Rival] = {"squid": programs.squid, "HAProxy, no CONNECT": rivals.tunnelling_haproxy}
        running |= rivals.joined(stack, stand, others)
        programs.rest(effort.rest, running.values())
        opened = _rounds(effort, running, lambda one: _opening(one, effort.of(200)))
        asked = _cpu_rounds(effort, running, bodies, lines=4)
    for title, series in (("new connection", opened), ("request", asked)):
        for name, values in series.items():
            yield Figure("tunnel", f"{name}: CPU per {title}", "ms", tuple(1000 * value for value in values))
    yield ratio("tunnel", "hushgate / mitmproxy, per connection", opened["hushgate"], opened["mitmproxy"], goal=0.25)
    if "squid" in asked:
        yield ratio("tunnel", "hushgate / Squid, per request", asked["hushgate"], asked["squid"], goal=2)


def workers(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Two workers over one: CPU per request, and throughput as a share of what the CPU shares allow on two cores."""
    bodies = [load.chat(load.prose(2000, 0))] * effort.of(800)
    cpu: dict[str, list[float]] = {}
    rates: dict[str, list[float]] = {}
    ceilings: list[float] = []
    two_each = ("--workers", "2", "--inspectors", "2")
    with programs.hushgate(stand) as one, programs.hushgate(stand, "two", two_each) as two:
        programs.rest(effort.rest, (one, two))
        for turn in range(effort.rounds):
            for name, running in _in_turn({"1 worker": one, "2 workers": two}, turn):
                around, before, begun = time.process_time(), cpu_seconds(running.pid), time.monotonic()
                vendor = cpu_seconds(stand.pid)
                asyncio.run(load.post_all(running.way, bodies, lines=8))
                seconds, used = time.monotonic() - begun, cpu_seconds(running.pid) - before
                others = time.process_time() - around + cpu_seconds(stand.pid) - vendor
                cpu.setdefault(name, []).append(used / len(bodies))
                rates.setdefault(name, []).append(len(bodies) / seconds)
                if running is two:
                    ceilings.append(2 * len(bodies) / (used + others))
    yield ratio("workers", "CPU per request, 2 over 1", cpu["2 workers"], cpu["1 worker"], goal=1.15)
    yield _mitmdump_twice(stand, effort, bodies)
    for name, values in rates.items():
        yield Figure("workers", f"{name}: throughput", "/s", tuple(values))
    yield Figure("workers", "2 workers: ceiling of two cores", "/s", tuple(ceilings))
    yield ratio("workers", "ceiling over throughput of 2", ceilings, rates["2 workers"], goal=1 / 0.9)


def _mitmdump_twice(stand: Stand, effort: Effort, bodies: Sequence[bytes]) -> Figure:
    """Return what two programs cost over one where they share nothing: what the machine itself makes of it."""
    alone: list[float] = []
    both: list[float] = []
    with programs.mitmdump(stand) as one, programs.mitmdump(stand, name="mitmdump-2") as other:
        for _ in range(effort.rounds + 1):
            for spent, running in ((alone, (one,)), (both, (one, other))):
                before = sum(cpu_seconds(each.pid) for each in running)
                asyncio.run(_shared(running, bodies, 8))
                spent.append(sum(cpu_seconds(each.pid) for each in running) - before)
    return ratio("workers", "for comparison: two mitmdump over one", both[1:], alone[1:])


async def _shared(running: Sequence[Running], bodies: Sequence[bytes], lines: int) -> None:
    """Post the bodies, divided among the programs."""
    number = len(running)
    await asyncio.gather(
        *(load.post_all(one.way, bodies[at::number], lines // number) for at, one in enumerate(running))
    )


def bystander(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Unrelated traffic while prompts of 1 MB are inspected: p99 over that of an idle proxy."""
    small = load.chat(load.prose(500, 0))
    seconds = 4 * effort.scale
    idle, busy = [], []
    with programs.hushgate(stand) as ours, ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(int).result()  # it is up
        programs.rest(effort.rest, (ours,))
        other = ours.way_to(OTHER_HOST, stand.roots[OTHER_HOST])
        for turn in range(effort.rounds):
            idle.append(_p99(other, small, _until(time.monotonic() + seconds)))
            large = [load.chat(load.prose(1_000_000, 7 + turn * 100 + n)) for n in range(effort.of(6))]
            posting = pool.submit(_post, ours.way, large)  # by another process: what it computes is nobody's delay
            busy.append(_p99(other, small, _unless(posting.done)))
            posting.result()
    for name, values in (("idle", idle), ("while 1 MB prompts are read", busy)):
        yield Figure("bystander", f"p99 {name}", "ms", tuple(1000 * value for value in values))
    yield ratio("bystander", "busy / idle", busy, idle, goal=1.5)


def memory(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Memory per idle intercepted connection that has made one request."""
    number = effort.of(300)
    values = []
    for turn in range(min(effort.rounds, 3)):
        with programs.hushgate(stand, f"memory-{turn}") as ours:
            asyncio.run(load.post_all(ours.way, [load.chat("warm up")] * 20, lines=10))
            values.append(asyncio.run(_held(ours, number)) / number / 1000)
    yield Figure("memory", "per idle connection", "kB", tuple(values), goal=140)


def start(stand: Stand, effort: Effort) -> Iterator[Figure]:
    """Seconds from start to ready: the first time, and with caches."""
    first: list[float] = []
    again: list[float] = []
    for turn in range(min(effort.rounds, 3)):
        for values in (first, again):
            with programs.hushgate(stand, f"start-{turn}") as ours:
                values.append(ours.ready_seconds)
    yield Figure("start", "first start to ready", "s", tuple(first), goal=30)
    yield Figure("start", "start to ready, cached", "s", tuple(again), goal=4)


SCENARIOS: dict[str, Callable[[Stand, Effort], Iterator[Figure]]] = {
    "requests": requests,
    "latency": latency,
    "conversation": conversation,
    "streams": streams,
    "answers": answers,
    "tunnel": tunnel,
    "workers": workers,
    "bystander": bystander,
    "memory": memory,
    "start": start,
}


def _in_turn(running: dict[str, Running], turn: int) -> list[tuple[str, Running]]:
    items = list(running.items())
    return items if turn % 2 == 0 else items[::-1]


def _rounds(effort: Effort, running: dict[str, Running], measure: Callable[[Running], float]) -> dict[str, list[float]]:
    """Return one value a round for each program, measured by turns after one round that does not count."""
    for one in running.values():
        measure(one)
    series: dict[str, list[float]] = {name: [] for name in running}
    for turn in range(effort.rounds):
        for name, one in _in_turn(running, turn):
            series[name].append(measure(one))
    return series


def _cpu_rounds(
    effort: Effort, running: dict[str, Running], bodies: Sequence[bytes], lines: int
) -> dict[str, list[float]]:
    return _rounds(effort, running, lambda one: _spent(one, bodies, lines))


def _spent(running: Running, bodies: Sequence[bytes], lines: int = 1) -> float:
    """Return the CPU seconds a request."""
    before = cpu_seconds(running.pid)
    asyncio.run(load.post_all(running.way, bodies, lines))
    return (cpu_seconds(running.pid) - before) / len(bodies)


def _opening(running: Running, number: int) -> float:
    """Return the CPU seconds a connection."""
    before = cpu_seconds(running.pid)
    asyncio.run(load.handshakes(running.way, number))
    return (cpu_seconds(running.pid) - before) / number


def _seconds(running: Running, bodies: Sequence[bytes]) -> list[float]:
    return [timing.total for timing in asyncio.run(load.post_all(running.way, bodies))]


def _until(end: float) -> Callable[[], bool]:
    return lambda: time.monotonic() < end


def _unless(done: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: not done()


def _p99(way: Way, body: bytes, going: Callable[[], bool]) -> float:
    """Return the p99 of the times of requests on one connection, in seconds."""
    return percentile([timing.total for timing in asyncio.run(load.post_while(way, body, going))], 0.99)


def _post(way: Way, bodies: Sequence[bytes]) -> None:
    asyncio.run(load.post_all(way, bodies, lines=2))


async def _held(ours: Running, number: int) -> float:
    """Return by how many bytes the program grew while it held so many connections."""
    before = memory_bytes(ours.pid)
    lines = [await Line.open(ours.way) for _ in range(number)]
    for line in lines:
        await line.post(load.CHAT, load.chat("hello"))
    grown = memory_bytes(ours.pid) - before
    for line in lines:
        line.close()
    return grown
