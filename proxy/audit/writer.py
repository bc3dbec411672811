"""Audit records in, lines on disk out: one chain a process and start, many records a sync, nothing lost in silence.

Rules
1. A line is RFC 8785 canonical JSON of what `audit.schema.json` knows of the record, tied to the line before
   (`proxy.audit.chain`); files are mode 0600, only grow, and can be read while they do.
2. One thread writes. What has come together meanwhile goes out in one write and one fdatasync (group commit).
3. Who waits is told: `strict` waits for the disk always; `ack` where the caller says that it acts on the record
   (a refusal, a redaction); `async` syncs once a second and waits only for the write of such records. Records that
   nobody waits for gather for 10 ms before they wake the thread: waking it for each costs more than the record.
4. What cannot be written raises OSError in whoever waits, is counted, and leaves an `audit_gap` record as soon as there
   is room again. The queue is bounded: a full one is an error too.
5. A disk that stalls is an error as well: nobody waits longer than 5 s, and once a commit has taken that long nobody
   waits at all. While the disk is in trouble `ack` waits for every record, so that none slips by. A record that came
   to disk a second or more after its caller had gone on leaves an `audit_gap` of reason `late`.
6. `on_failure` says who hears of 4 and 5: with `refuse_ai` the caller (which refuses the request), with
   `allow_flagged` nobody: the gap and the metrics say it.
"""

import asyncio
import contextlib
import errno
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from proxy.audit import canonical, upkeep
from proxy.audit.chain import Chain, first_link, fresh_chain, link
from proxy.audit.gaps import Gaps
from proxy.audit.heading import Record
from proxy.audit.journal import Journal
from proxy.audit.schema import allowed
from proxy.audit.settings import AuditSettings, Durability

GATHER = 0.01  # seconds that records wait for company where nobody waits for them
LATE = 1.0  # seconds after which a record that nobody waits for is late
STALLED = 5.0  # seconds that anybody waits for the disk
_QUEUE = 20_000  # records
_BATCH = 1_000  # records of one commit
_SYNC = 1.0  # seconds between syncs of `async`


_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


@dataclass(slots=True)
class _Queued:
    record: Record = field(repr=False)
    waiter: _Waiter | None = None
    done: "Future[None]" = field(default_factory=Future, repr=False)
    born: float = field(default_factory=time.monotonic)
    released: bool = False  # the caller went on without it


class AuditWriter:
    """Appends records to one chain. `write` is for an event loop, `append` for anybody."""

    def __init__(
        self,
        journal: Journal,
        chain: Chain,
        durability: Durability = "ack",
        *,
        on_failure: str = "refuse_ai",
        heartbeat: float = 0.0,
        observe: Callable[[str, bool], None] = lambda kind, written: None,  # noqa: ARG005
        committed: Callable[[float], None] = lambda seconds: None,  # noqa: ARG005
        limit: int = _QUEUE,
        stalled: float = STALLED,
    ) -> None:
        """`observe(type, written)` is called for each record, `committed` for each commit, by the writer's thread.

        `heartbeat` is in seconds; 0 writes none.
        """
        self.durability = durability
        self._journal = journal
        self._chain = chain
        self._forgiving = on_failure == "allow_flagged"
        self._heartbeat = heartbeat
        self._observe = observe
        self._committed = committed
        self._stalled = stalled
        self._limit = limit
        self._queue: deque[_Queued] = deque()
        self._wake = threading.Event()
        self._gathering = False  # the thread will be woken
        self._lock = threading.Lock()
        self._gaps = Gaps()
        self._closed = False
        self._failing = False  # the last commit failed
        self._since = 0.0  # when the commit under way began; 0 between commits
        now = time.monotonic()
        self._synced, self._beat = now, now + heartbeat
        self._seq, self._prev = 0, first_link(chain.name)  # of the last whole line; the writer's thread alone counts
        self._records = self._errors = 0
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        slot: str,
        settings: AuditSettings | None = None,
        observe: Callable[[str, bool], None] = lambda kind, written: None,  # noqa: ARG005
        committed: Callable[[float], None] = lambda seconds: None,  # noqa: ARG005
    ) -> "AuditWriter":
        """Begin a new chain in `folder`, made (0700) if need be. Raises OSError."""
        wanted = settings or AuditSettings()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        chain, journal = _begun(folder, slot, wanted)
        return cls(
            journal,
            chain,
            wanted.durability,
            on_failure=wanted.on_failure,
            heartbeat=wanted.heartbeat,
            observe=observe,
            committed=committed,
        )

    @property
    def path(self) -> Path:
        """Return the file that is written now."""
        return self._journal.path

    @property
    def chain(self) -> str:
        """Return the name of the chain."""
        return self._chain.name

    @property
    def lag(self) -> float:
        """Return for how long the commit under way has been going on, in seconds."""
        since = self._since
        return time.monotonic() - since if since else 0.0

    @property
    def queued(self) -> int:
        """Return how many records wait."""
        return len(self._queue)

    async def write(self, record: Record, *, wait: bool) -> None:
        """Write one record, and wait for it as rules 3 and 5 say. Raises OSError where it is known not to be there."""
        troubled = not self._forgiving and (self._failing or self.lag > LATE)
        if not (wait or troubled or self.durability == "strict"):
            item = self._enqueue(record, calm=True)
            item.released = True
            error = item.done.exception() if item.done.done() else None
        else:
            loop = asyncio.get_running_loop()
            waiter = loop.create_future()
            item = self._enqueue(record, waiter=(loop, waiter))
            if not item.done.done():
                timer = loop.call_later(0.0 if self.lag > self._stalled else self._stalled, _finish, (waiter,))
                try:
                    await waiter
                finally:
                    timer.cancel()
            item.released = not item.done.done()
            error = item.done.exception() if item.done.done() else _silent()
        if error is not None and not self._forgiving:
            raise error

    def append(self, record: Record) -> "Future[None]":
        """Queue a record; the future ends when it is on disk (`async`: written), or with OSError."""
        return self._enqueue(record).done

    def _enqueue(self, record: Record, *, calm: bool = False, waiter: _Waiter | None = None) -> _Queued:
        """Queue a record and see to it that the thread wakes: now, or soon where the caller is `calm`."""
        item = _Queued(record, waiter)
        item.done.set_running_or_notify_cancel()  # nobody can cancel it: the writer is to end it
        with self._lock:
            room = not self._closed and len(self._queue) < self._limit
            if room:
                self._queue.append(item)
        if not room:
            self._lose(item, OSError("the audit log takes no more records"))
        elif not calm:
            self._wake.set()
        elif not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER, self._wake.set)
        return item

    async def close(self, seconds: float = STALLED) -> None:
        """Write what is queued, sync, close; give up after `seconds` on a disk that does not answer."""
        self._shut()
        await asyncio.to_thread(self._thread.join, seconds)

    def end(self) -> None:
        """Do what `close` does, in this thread, for as long as it takes."""
        self._shut()
        self._thread.join()

    def _shut(self) -> None:
        with self._lock:
            self._closed = True
        self._wake.set()

    def _run(self) -> None:
        for batch in self._batches():
            self._commit(batch)
            if self._gaps and not self._failing:
                self._commit(())
        self._synced = 0.0
        self._commit(())
        self._journal.close()

    def _batches(self) -> Iterator[list[_Queued]]:
        """Yield what has come together; an empty batch where a sync is due."""
        while True:
            self._wake.wait(self._idle())
            self._wake.clear()
            self._gathering = False
            ended = self._closed
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), _BATCH))]
            if self._heartbeat and time.monotonic() >= self._beat:
                self._beat = time.monotonic() + self._heartbeat
                batch.append(_Queued(upkeep.heartbeat(self._records, self._errors)))
            if self._queue:
                self._wake.set()
            yield batch
            if ended and not self._queue:
                return

    def _idle(self) -> float | None:
        """Return how long the thread may sleep."""
        waits = [_SYNC] if self.durability == "async" or self._failing else []
        if self._heartbeat:
            waits.append(max(0.0, self._beat - time.monotonic()))
        return min(waits, default=None)

    def _commit(self, batch: Sequence[_Queued]) -> None:
        """Write the records of gaps, where there are some, and a batch; or lose both, and begin a gap."""
        self._since = time.monotonic()
        before = self._seq, self._prev
        gaps = self._gaps.take()
        lines = [self._line(gap) for gap in gaps]
        fit = [item for item in batch if self._render(item, lines)]
        try:
            if lines or self.durability == "async":
                self._flush(b"".join(lines))
        except OSError as error:
            self._failing = True
            self._seq, self._prev = before
            self._journal.cut()
            self._gaps.put_back(gaps)
            for item in fit:
                self._lose(item, OSError(error.errno, f"the audit log cannot be written: {error.strerror}"))
        else:
            self._failing = False
            for _ in gaps:
                self._observe("audit_gap", True)
            for item in fit:
                self._kept(item)
            self._journal.turn()
        self._committed(self.lag)
        self._since = 0.0
        _wake(batch)

    def _kept(self, item: _Queued) -> None:
        self._records += 1
        if item.released and time.monotonic() - item.born >= LATE:
            self._gaps.add("late", str(item.record["id"]))
        self._observe(str(item.record["type"]), True)
        item.done.set_result(None)

    def _render(self, item: _Queued, lines: list[bytes]) -> bool:
        """Add one line to `lines`; tell whether that could be done."""
        try:
            lines.append(self._line(item.record))
        except Exception as error:  # noqa: BLE001 - the boundary: one bad record must not stop the trail, nor be shown
            self._lose(item, OSError(f"an audit record cannot be written ({type(error).__name__})"))
            return False
        return True

    def _line(self, record: Record) -> bytes:
        chain = self._chain
        whole = allowed(record)
        whole |= {"v": 1, "seq": self._seq + 1, "node": chain.node, "slot": chain.slot, "boot": chain.boot}
        whole["chain"] = {"prev": self._prev}
        line = canonical.of_plain(whole)
        self._seq, self._prev = self._seq + 1, link(line)
        return line + b"\n"

    def _flush(self, lines: bytes) -> None:
        """Write lines, and sync where it is time. Raises OSError."""
        self._journal.append(lines)
        if self.durability != "async" or time.monotonic() - self._synced >= _SYNC:
            self._journal.sync()
            self._synced = time.monotonic()
        self._journal.keep()

    def _lose(self, item: _Queued, error: OSError) -> None:
        """Count a lost record and tell whoever waits."""
        self._errors += 1
        self._gaps.add("unwritable", str(item.record.get("id", "")))
        self._observe(str(item.record.get("type", "")), False)
        item.done.set_exception(error)


def _begun(folder: Path, slot: str, wanted: AuditSettings) -> tuple[Chain, Journal]:
    while True:
        chain = fresh_chain(wanted.node or socket.gethostname(), slot)
        with contextlib.suppress(FileExistsError):
            return chain, Journal(
                folder, chain, segment_bytes=wanted.segment_bytes, segment_seconds=wanted.segment_seconds
            )


def _silent() -> OSError:
    return OSError(errno.ETIMEDOUT, "the audit log cannot be written: the disk does not answer")


def _wake(batch: Sequence[_Queued]) -> None:
    """Tell those who wait, each loop once: a wake-up for each costs more than the record."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for item in batch:
        if item.waiter is not None:
            waiting.setdefault(item.waiter[0], []).append(item.waiter[1])
    for loop, waiters in waiting.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_finish, waiters)


def _finish(waiters: Sequence["asyncio.Future[None]"]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
