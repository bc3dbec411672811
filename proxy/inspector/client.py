"""Tasks in, reports out, by whichever inspector is least busy; whatever happens to inspectors, there is an answer.

Rules
1. `scan` raises nothing. What was not scanned stands in the reports with a reason: `timeout` or `names_timeout` where
   the deadline passed, `error` otherwise. None means no room: the caller answers 503 and asks no policy.
2. An inspector works in the order of arrival, so when it dies only the oldest of our jobs there can have killed it.
   That job gets a second chance, with another inspector if there is one, and no third: one text must not end them
   all. The younger jobs did not run and are simply sent again.
3. Never more than `max_in_flight` jobs are open for each inspector, counting those that wait for a connection.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from detectors.scan import Report, Task
from proxy.inspector.job import Job
from proxy.inspector.link import Link
from proxy.inspector.wire import FRAME_LIMIT, WireError

EVENTS = ("overload", "lost", "retry", "timeout", "error", "resent")
"""What `observe` may be told: refused for want of room; an inspector lost with work in it; a job given its second
chance; a job ended by the deadline; a job ended otherwise; a younger job sent again."""

_PATIENCE = 0.5  # seconds past the deadline: an inspector has 0.25 s to answer, then the kernel ends it
_REPLACED = 1.0  # seconds within which an inspector that ended is back


class InspectorPool:
    """The worker's side of the inspectors. `names` are the detectors whose lateness is a `names_timeout`."""

    def __init__(
        self,
        paths: Sequence[Path],
        max_in_flight: int = 32,
        *,
        names: Container[str] = (),
        observe: Callable[[str], None] = lambda _: None,
        frame_limit: int = FRAME_LIMIT,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_in_flight = max_in_flight
        self._names = names
        self._observe = observe
        self._frame_limit = frame_limit
        self._patience = patience
        self._clock = clock
        self._links = self._make(paths)
        self._retired: list[Link] = []
        self._waiting: deque[Job] = deque()
        self._where: dict[Job, Link] = {}
        self._outstanding = 0
        self._timer: asyncio.TimerHandle | None = None

    def _make(self, paths: Sequence[Path]) -> list[Link]:
        return [Link(path, self, self._frame_limit, self._clock) for path in paths]

    def start(self) -> None:
        """Begin to connect, in a running event loop; `scan` does so too."""
        for link in self._links:
            link.connect()

    @property
    def healthy(self) -> bool:
        """Tell whether an inspector is connected and has not just failed over and over."""
        return any(link.connected and not link.breaker.open for link in self._links)

    @property
    def outstanding(self) -> int:
        """Return how many scans are open."""
        return self._outstanding

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        """Return one report a task within `timeout_s` seconds and a little; None where there is no room."""
        if self._outstanding >= self._max_in_flight * len(self._links):
            self._observe("overload")
            return None
        now = self._clock()
        job = Job(tasks, now + timeout_s, asyncio.get_running_loop().create_future(), born=now)
        self._outstanding += 1
        try:
            self._waiting.append(job)
            self.freed()
            await asyncio.wait((job.done,), timeout=timeout_s + self._patience)
            if not job.done.done():
                self._end(job)
                if job in self._where:
                    self._where[job].abandon(job)
        finally:
            job.done.cancel()
            self._where.pop(job, None)
            self._outstanding -= 1
        return job.reports

    def freed(self) -> None:
        """Send what waits to whoever has room."""
        while self._waiting:
            job = self._waiting[0]
            if job.done.done():
                self._waiting.popleft()
                continue
            link = self._choose(self._where.get(job))
            if link is not None:
                self._waiting.popleft()
                self._send(job, link)
            elif all(other.breaker.open for other in self._links) and self._clock() - job.born > _REPLACED:
                self._waiting.popleft()
                self._end(job)
            else:
                # Nobody has room, or every inspector has just failed: one bad text must not fail its neighbours, so
                # they wait for the replacement.
                self._look_again()
                break
        self.start()

    def _look_again(self) -> None:
        if self._timer is None or self._timer.when() <= asyncio.get_running_loop().time():
            self._timer = asyncio.get_running_loop().call_later(0.02, self.freed)

    def _choose(self, not_again: Link | None) -> Link | None:
        fit = [link for link in self._links if link.room(self._max_in_flight) > 0]
        return min(fit, key=lambda link: (link is not_again, *link.load), default=None)

    def _send(self, job: Job, link: Link) -> None:
        self._where[job] = link
        try:
            link.send(job)
        except WireError:
            self._end(job)

    def lost(self, link: Link, jobs: list[Job]) -> None:
        """Give the oldest job its second chance and send the others again, in their order."""
        if jobs:
            self._observe("lost")
            jobs[0].strikes += 1
        again = []
        for job in jobs:
            if job.done.done():
                continue
            if job.strikes > 1 or self._clock() >= job.deadline:
                self._end(job)
            else:
                self._observe("retry" if job is jobs[0] else "resent")
                again.append(job)
        self._waiting.extendleft(reversed(again))
        if link in self._retired:
            self._retired.remove(link)
        self.freed()

    def _end(self, job: Job) -> None:
        reason = "timeout" if self._clock() >= job.deadline else "error"
        self._observe(reason)
        job.end(reason, self._names)

    def switch(self, paths: Sequence[Path], names: Container[str]) -> None:
        """Use another generation of inspectors from now on; the jobs that are open end where they are."""
        old, self._links, self._names = self._links, self._make(paths), names
        for link in old:
            if link.connected:
                self._retired.append(link)
            link.retire()
        self.freed()

    def close(self) -> None:
        """Close all connections; open scans end with `error`."""
        links, self._links = [*self._links, *self._retired], []
        for job in list(self._where):
            self._end(job)
        for link in links:
            link.close()
