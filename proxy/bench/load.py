"""Load for one program: bodies in, timings out; and the bodies."""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator, Sequence

from proxy.bench.accounting import cpu_seconds
from proxy.bench.line import Line, Timing, Way

CHAT = "/v1/chat/completions"
STREAMS = 10  # at a time
_WORDS = (
    "the report says that most of our orders arrive late because a carrier changed its route in spring and nobody told "
    "the warehouse so please write a short and friendly note to the team that explains what we will do about it next"
)


def prose(size: int, seed: int) -> str:
    """Return about `size` characters of ordinary words, others for each seed."""
    vocabulary = _WORDS.split()
    step = 1 + 2 * (seed % 19)
    words: list[str] = [f"note {seed}:"]
    length = len(words[0])
    for number in itertools.count(seed):
        if length >= size:
            return " ".join(words)
        words.append(vocabulary[number * step % len(vocabulary)] + (".\n" if number % 17 == 0 else ""))
        length += len(words[-1]) + 1
    return ""


def chat(*turns: str) -> bytes:
    """Return a request body of Chat Completions: user and assistant by turns."""
    roles = itertools.cycle(("user", "assistant"))
    messages = [{"role": role, "content": text} for role, text in zip(roles, turns, strict=False)]
    return json.dumps({"model": "gpt-bench", "messages": messages}).encode()


async def post_all(
    way: Way,
    bodies: Sequence[bytes],
    lines: int = 1,
    path: str = CHAT,
    ready: Callable[[], None] = lambda: None,
    apart: float = 0.0,
) -> list[Timing]:
    """Post every body once, over so many connections at a time; `ready` is called when all are open.

    Each connection begins `apart` seconds after the one before.

    Raises ValueError where one is not answered 200.
    """
    opened = [await Line.open(way) for _ in range(lines)]
    ready()
    work = iter(bodies)
    timings: list[Timing] = []

    async def run(number: int, line: Line, work: Iterator[bytes]) -> None:
        await asyncio.sleep(number * apart)
        for body in work:
            timing = await line.post(path, body)
            if timing.status != 200:
                raise ValueError(f"a request was answered {timing.status}")
            timings.append(timing)

    try:
        await asyncio.gather(*(run(number, line, work) for number, line in enumerate(opened)))
    finally:
        for line in opened:
            line.close()
    return timings


def stream_all(way: Way, pid: int, bodies: Sequence[bytes], path: str) -> tuple[list[Timing], float]:
    """Post bodies whose answers are event streams, on `STREAMS` connections that are open before and begin 50 ms apart.

    Returns the times, and the CPU seconds that the processes of `pid` (0: none) had meanwhile.
    """
    before: list[float] = []

    def ready() -> None:
        before.append(cpu_seconds(pid) if pid else 0.0)

    timings = asyncio.run(post_all(way, bodies, STREAMS, path, ready, apart=0.05))
    return timings, (cpu_seconds(pid) if pid else 0.0) - before[0]


async def post_while(way: Way, body: bytes, going: Callable[[], bool]) -> list[Timing]:
    """Post a body over and over on one connection, as long as `going` says so."""
    line = await Line.open(way)
    timings = []
    while going():
        timings.append(await line.post(CHAT, body))
    line.close()
    return timings


async def handshakes(way: Way, number: int) -> None:
    """Open and close so many connections, one after the other."""
    for _ in range(number):
        (await Line.open(way)).close()
