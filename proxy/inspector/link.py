"""Jobs in, answers out, over one unix socket to one inspector, connected anew as often as it takes."""

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from proxy.inspector.breaker import Breaker
from proxy.inspector.job import Job
from proxy.inspector.wire import FrameReader, Request, WireError, decode_answer, encode_request, frame

_STUCK = 0.5  # seconds that the oldest job may take before other inspectors are preferred


class Owner(Protocol):
    """Whoever the link works for."""

    def freed(self) -> None:
        """Take note that there may be room again."""

    def lost(self, link: "Link", jobs: list[Job]) -> None:
        """Take back the open jobs, oldest first, of a connection that ended."""


class Link(asyncio.Protocol):
    """The way to one inspector. Everything runs on the event loop that made it."""

    def __init__(self, path: Path, owner: Owner, frame_limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.breaker = Breaker(clock)
        self._owner = owner
        self._frame_limit = frame_limit
        self._clock = clock
        self._numbers = itertools.count(1)
        self._open: dict[int, Job] = {}  # by request number, oldest first
        self._since = 0.0  # since when the oldest job is the oldest
        self._reader = FrameReader(frame_limit)
        self._transport: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._proven = False  # this connection has brought an answer
        self._retired = False

    @property
    def connected(self) -> bool:
        """Tell whether a job can be sent at once."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def load(self) -> tuple[bool, int]:
        """Return how busy the inspector is, to compare with others: stuck on one job or not, jobs open."""
        return bool(self._open) and self._clock() - self._since > _STUCK, len(self._open)

    def room(self, limit: int) -> int:
        """Return how many more jobs the link takes, of `limit` open ones."""
        return 0 if self._retired or not self.connected else self.breaker.room(limit) - len(self._open)

    def connect(self) -> None:
        """Connect in the background, with back-off, unless that is under way or done."""
        if not self._retired and not self.connected and (self._connecting is None or self._connecting.done()):
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.connected and not self._retired:
            await asyncio.sleep(self.breaker.delay)
            try:
                await loop.create_unix_connection(lambda: self, str(self.path))
            except OSError:
                self.breaker.fail()
                self._owner.freed()

    def send(self, job: Job) -> None:
        """Send what is missing of a job. Raises WireError where it cannot be sent at all, as it is too large."""
        number = next(self._numbers)
        payload = encode_request(Request(job.deadline, tuple(job.missing())))
        data = frame(number, payload, self._frame_limit)
        if self._transport is None:
            raise WireError("no connection")
        if not self._open:
            self._since = self._clock()
        self._open[number] = job
        self._transport.write(data)

    def abandon(self, job: Job) -> None:
        """Give up a job that is past its time. Where it was the oldest, the inspector is beyond its own timer."""
        if next(iter(self._open.values()), None) is job and self._transport is not None:
            self._transport.abort()

    def retire(self) -> None:
        """Take no more jobs; close when the open ones are answered."""
        self._retired = True
        if self._transport is not None and not self._open:
            self._transport.close()

    def close(self) -> None:
        """Close now."""
        self._retired = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._reader = FrameReader(self._frame_limit)
        self._proven = False
        if self._retired:
            self._transport.abort()
        self._owner.freed()

    def data_received(self, data: bytes) -> None:
        """Take in answers; a bad one ends the connection."""
        try:
            for number, payload in self._reader.feed(data):
                self._answered(number, payload)
        except WireError:
            if self._transport is not None:
                self._transport.abort()
        self._owner.freed()
        if self._retired:
            self.retire()

    def _answered(self, number: int, payload: bytes) -> None:
        job = self._open.get(number)
        if job is None:
            raise WireError("an answer to no request")
        answer = decode_answer(payload)
        job.learn(answer)
        self.breaker.succeed()
        self._proven = True
        if answer.last:
            del self._open[number]
            self._since = self._clock()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol of asyncio
        """Hand back what is open."""
        self._transport = None
        jobs = list(self._open.values())
        self._open.clear()
        if jobs or not self._proven:
            self.breaker.fail()
        self._owner.lost(self, jobs)
