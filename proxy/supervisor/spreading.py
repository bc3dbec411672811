"""What changed while workers serve, told to all of them at once: also to one that was starting meanwhile.

A policy is compiled in every worker before any of them decides by it, so that a reload is in force everywhere within
milliseconds, however long it takes to compile.
"""

import asyncio
import logging
import time
from collections.abc import Iterable

from proxy.control import Message
from proxy.supervisor.children import Worker

logger = logging.getLogger("hushgate.supervisor")
_COMMITTED = ("identity", "inspectors")


async def spread(workers: Iterable[Worker], message: Message, timeout: float = 60.0) -> None:
    """Put the `snapshot` of `message` in force, with what else it holds.

    A worker that does not take it over is ended: another takes its place, and begins with what is in force.
    """
    serving = [worker for worker in workers if worker.ready]
    number = time.monotonic_ns()  # rises over supervisors, too: workers outlive them
    texts = {"prepare": number, "snapshot": message["snapshot"]}
    commit = {"commit": number, **{name: message[name] for name in _COMMITTED if name in message}}
    prepared = await asyncio.gather(*(worker.ask(texts, timeout) for worker in serving))
    taken = await asyncio.gather(*(worker.ask(commit, timeout) for worker in serving))
    for worker, ready, applied in zip(serving, prepared, taken, strict=True):
        if worker.ready and not (ready and applied):
            logger.error("worker %d does not take the policy over and is ended", worker.slot)
            worker.kill()


async def catch_up(worker: Worker, booted: Message, now: Message) -> None:
    """Tell a worker that has just started what changed since its boot message was written."""
    if any(booted.get(name) != now.get(name) for name in ("snapshot", *_COMMITTED)):
        await spread((worker,), now)
    if booted.get("remembered") != now.get("remembered"):
        await worker.ask({"remembered": now["remembered"]})
