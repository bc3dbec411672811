"""Answers of slow providers, kept for a while, each asked for once however many wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

_REMEMBERED = 8192


class Memory[K, V]:
    """Bounded; the oldest entry goes first. An exception is not kept."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: dict[K, tuple[float, V]] = {}
        self._asked: dict[K, asyncio.Task[V]] = {}

    def get(self, key: K) -> V | None:
        """Return what is known."""
        until, value = self._known.get(key, (0.0, None))
        return cast(V, value) if until > self._clock() else None

    def put(self, key: K, value: V) -> None:
        """Keep an answer."""
        self._known.pop(key, None)
        self._known[key] = (self._clock() + self._seconds, value)
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]

    async def ask(self, key: K, question: Callable[[], Awaitable[V]], keep: Callable[[V], bool]) -> V:
        """Return what is known, else the answer to `question`. Raises what it raises."""
        known = self.get(key)
        if known is not None:
            return known
        task = self._asked.get(key)
        if task is None:
            task = asyncio.ensure_future(self._once(key, question, keep))
            self._asked[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)  # whoever asked first may go away while others wait

    async def _once(self, key: K, question: Callable[[], Awaitable[V]], keep: Callable[[V], bool]) -> V:
        value = await question()
        if keep(value):
            self.put(key, value)
        return value

    def _forget(self, key: K, done: asyncio.Task[V]) -> None:
        self._asked.pop(key, None)
        if not done.cancelled():
            done.exception()  # marked as seen: whoever waited got it too
