"""The worker processes, one a slot: kept up, looked after, and renewed without a dropped stream.

Rules
1. A worker that ends is replaced, with back-off; where a replacement cannot boot, the program ends with the reason.
2. One that does not answer three times in a row is killed, which is rule 1.
3. To renew is to start the successor first and to let the old one drain when it serves: the listening socket is
   shared, so nobody is refused meanwhile, and streams go on to their end. A successor that cannot boot changes nothing.
4. A worker above the memory limit is renewed.
5. For a lone worker another stands by, its code loaded and nothing else: it takes the place of one that ends. It begins
   to stand by when the lone one has served for a while, and never takes part in a renewal: that may bring other code.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from proxy.control import Handler, Message
from proxy.supervisor.children import BootError, Handed, Worker
from proxy.supervisor.memory import resident_bytes
from proxy.supervisor.spreading import catch_up

logger = logging.getLogger("hushgate.supervisor")
_BACKOFF = (0.1, 0.5, 1.0, 2.0, 5.0)
_MISSES = 3
_YOUNG = 10.0  # seconds: one that ends sooner makes the next start wait longer
_SPARE_AFTER = 10.0  # seconds that a lone worker has served before another stands by
_LEAVE = 600.0  # seconds that one has for its streams when another serves already: nobody waits for it
_HOLD = 60.0  # seconds between two renewals of a slot for its memory


class Crew:
    """All workers of one supervisor. `boot(slot)` makes the boot message of a slot, `tell(event)` hears of
    `restarted`, `killed` and `renewed`, `left(name)` of a worker that is gone, `fatal(error)` ends the program.
    `keys` is the folder that workers are kept out of."""

    def __init__(
        self,
        size: int,
        listener: socket.socket,
        handle: Callable[[int], Handler],
        boot: Callable[[int], Message],
        *,
        drain: float,
        keys: Path = Path("keys"),
        memory_limit: int = 0,
        tell: Callable[[str], None] = lambda event: None,  # noqa: ARG005
        left: Callable[[str], None] = lambda name: None,  # noqa: ARG005
        fatal: Callable[[BaseException], None] = lambda error: None,  # noqa: ARG005
        period: float = 2.0,
        patience: float = 5.0,
        spare_after: float = _SPARE_AFTER,
        resident: Callable[[int], int] = resident_bytes,
    ) -> None:
        self._size = size
        self._listener = listener
        self._handle = handle
        self._boot = boot
        self._drain = drain
        self._keys = keys
        self._memory_limit = memory_limit
        self._tell = tell
        self._left = left
        self._fatal = fatal
        self._period = period
        self._patience = patience
        self._spare_after = spare_after
        self._spare: Worker | None = None
        self._resident = resident
        self._serving: dict[int, Worker] = {}
        self._leaving: set[Worker] = set()
        self._deaths: dict[int, int] = {}
        self._misses: dict[Worker, int] = {}
        self._renewed: dict[int, float] = {}
        self._hiring: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def serving(self) -> Sequence[Worker]:
        """Return the workers that take connections, by slot."""
        return tuple(self._serving.values())

    @property
    def all(self) -> Sequence[Worker]:
        """Return the workers that serve and those that drain."""
        return (*self._serving.values(), *self._leaving)

    @property
    def spare(self) -> Worker | None:
        """Return the worker that stands by."""
        return self._spare

    async def start(self) -> None:
        """Start one worker a slot and look after them from now on; adopted ones drain then. Raises BootError."""
        for slot in range(self._size):
            if slot in self._serving:
                await self._renew(slot)
            else:
                await self._hire(slot)
        for worker in [each for each in self.serving if each.slot >= self._size]:
            self._serving.pop(worker.slot)
            self._leaving.add(worker)
            self._spawn(worker.stop(max(self._drain, _LEAVE)))
        self._spawn(self._looking())

    async def adopt(self, handed: Sequence[Handed]) -> Sequence[Worker]:
        """Take over the workers of an earlier program, before `start`; return them. Raises OSError."""
        adopted = []
        for each in handed:
            worker = Worker(each.slot, self._listener, self._handle, self._keys)
            await worker.adopt(each)
            if each.leaving:
                self._leaving.add(worker)
                self._spawn(worker.stop(max(self._drain, _LEAVE)))
            else:
                self._serving[each.slot] = worker
            self._spawn(self._watch(worker))
            adopted.append(worker)
        return adopted

    async def hand_over(self) -> tuple[Handed, ...]:
        """Leave all workers to the next program; they go on serving."""
        async with contextlib.AsyncExitStack() as stack:
            for slot in range(self._size):
                await stack.enter_async_context(self._hiring[slot])
            self._stopping = True
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._dismiss_spare()
            serving = [await worker.hand_over(leaving=False) for worker in self.serving if not worker.gone]
            leaving = [await worker.hand_over(leaving=True) for worker in self._leaving if not worker.gone]
        return (*serving, *leaving)

    async def renew(self) -> None:
        """Put a new generation in place of the one that serves, slot by slot (rule 3)."""
        for slot in range(self._size):
            await self._renew(slot)

    async def stop(self) -> None:
        """Let all drain, then end them."""
        self._stopping = True
        await self._dismiss_spare()
        await asyncio.gather(*(worker.stop(self._drain) for worker in self.all))
        for task in self._tasks:
            task.cancel()

    async def _hire(self, slot: int, spare: Worker | None = None) -> Worker:
        worker = spare or Worker(slot, self._listener, self._handle, self._keys)
        boot = self._boot(slot)
        try:
            await worker.start(boot)
        except BootError:
            await worker.stop(0)
            raise
        self._serving[slot] = worker
        self._spawn(self._watch(worker))
        await catch_up(worker, boot, self._boot(slot))
        return worker

    async def _watch(self, worker: Worker) -> None:
        """Wait for a worker's end; replace it, unless another serves in its place."""
        code = await worker.ended()
        self._misses.pop(worker, None)
        self._left(worker.name)
        self._leaving.discard(worker)
        async with self._hiring[worker.slot]:
            if not self._stopping and self._serving[worker.slot] is worker:
                await self._replace(worker, code)

    async def _replace(self, worker: Worker, code: int) -> None:
        slot = worker.slot
        young = time.monotonic() - worker.started < _YOUNG
        deaths = self._deaths[slot] = self._deaths.get(slot, 0) + 1 if young else 0
        logger.error("worker %d ended with code %s and is restarted", slot, code)
        self._tell("restarted")
        await asyncio.sleep(_BACKOFF[min(deaths, len(_BACKOFF) - 1)])
        if self._stopping:
            return
        try:
            if not await self._promote(slot):
                await self._hire(slot)
        except BootError as error:
            self._fatal(error)

    async def _promote(self, slot: int) -> bool:
        """Let the worker that stands by serve; tell whether it does."""
        spare, self._spare = self._spare, None
        if spare is None:
            return False
        try:
            await self._hire(slot, spare)
        except BootError:
            logger.warning("the worker that stood by is of no use; another is started")
            return False
        return True

    async def _keep_spare(self) -> None:
        """Have a worker stand by for a lone one (rule 5)."""
        if self._spare is not None and self._spare.gone:
            self._spare = None
        if self._size > 1 or self._spare is not None or self._stopping:
            return
        if time.monotonic() - self._serving[0].started >= self._spare_after and self._serving[0].ready:
            spare = Worker(0, self._listener, self._handle, self._keys)
            await spare.stand_by()
            self._spare = spare
            if self._stopping:
                await self._dismiss_spare()

    async def _dismiss_spare(self) -> None:
        """End the one that stands by."""
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.kill()
            await spare.ended()

    async def _renew(self, slot: int) -> None:
        async with self._hiring[slot]:
            await self._dismiss_spare()  # it has loaded what may be older code
            old = self._serving[slot]
            try:
                await self._hire(slot)
            except BootError as error:
                logger.error("worker %d stays, as its successor does not start: %s", slot, error)
                return
        self._leaving.add(old)
        self._tell("renewed")
        self._spawn(old.stop(max(self._drain, _LEAVE)))

    async def _looking(self) -> None:
        while not self._stopping:
            await asyncio.sleep(self._period)
            await asyncio.gather(*(self._look(worker) for worker in self.serving))
            try:
                await self._keep_spare()
            except OSError as error:
                logger.warning("no worker can stand by: %s", error.strerror)

    async def _look(self, worker: Worker) -> None:
        """Kill a worker that does not answer, renew one that has grown too large."""
        if not worker.ready:
            return
        answered = await worker.ask({"health": True}, timeout=self._patience) is not None
        self._misses[worker] = 0 if answered else self._misses.get(worker, 0) + 1
        if self._misses[worker] >= _MISSES and worker.ready:
            logger.error("worker %d does not answer and is killed", worker.slot)
            self._tell("killed")
            worker.kill()
            return
        size = self._resident(worker.pid) if self._memory_limit else 0
        now = time.monotonic()
        if size > self._memory_limit and now - self._renewed.get(worker.slot, -_HOLD) >= _HOLD:
            self._renewed[worker.slot] = now
            logger.warning("worker %d holds %d MiB and is renewed", worker.slot, size >> 20)
            await self._renew(worker.slot)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
