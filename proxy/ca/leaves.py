"""Leaf certificates that a worker has asked for: kept while they are fresh, each host asked for once at a time."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

Leaf = bytes
"""A certificate chain in PEM; its key is the worker's leaf key."""

_JUMP = 3600.0  # seconds; leaves are dated back further


class LeafCache:
    """The least recently used of `size` leaves goes first; a leaf is asked for anew after `seconds`, and when the wall
    clock has jumped: what is valid is told by that one."""

    def __init__(
        self,
        sign: Callable[[str], Awaitable[Leaf]],
        size: int = 2000,
        seconds: float = 24 * 3600,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._sign = sign
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._wall = wall
        self._skew = wall() - clock()
        self._leaves: OrderedDict[str, tuple[float, asyncio.Future[Leaf]]] = OrderedDict()

    async def get(self, host: str) -> Leaf:
        """Return the leaf for `host`. Raises what signing raises; a failure is not kept."""
        skew = self._wall() - self._clock()
        if abs(skew - self._skew) > _JUMP:
            self._leaves.clear()
            self._skew = skew
        known = self._leaves.get(host)
        if known is None or known[0] <= self._clock():
            task = asyncio.ensure_future(self._sign(host))
            task.add_done_callback(lambda done: self._forget(host, done))
            known = self._leaves[host] = (self._clock() + self._seconds, task)
        self._leaves.move_to_end(host)
        while len(self._leaves) > self._size:
            self._leaves.popitem(last=False)
        return await asyncio.shield(known[1])

    def _forget(self, host: str, done: "asyncio.Future[Leaf]") -> None:
        """Drop a leaf that could not be made."""
        kept = self._leaves.get(host)
        if kept is not None and kept[1] is done and (done.cancelled() or done.exception() is not None):
            del self._leaves[host]
