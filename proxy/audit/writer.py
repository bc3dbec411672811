"""Audit records in, lines on disk out: one file a process and start, many records a sync, nothing lost in silence.

Rules
1. A line is RFC 8785 canonical JSON of what `audit.schema.json` knows of the record; the file is mode 0600 and only
   grows, and can be read while it does.
2. One thread writes. What has come together meanwhile goes out in one write and one fdatasync (group commit).
3. Who waits is told: `strict` waits for the disk always; `ack` where the caller says that it acts on the record
   (a refusal, a redaction), else 5 ms; `async` syncs once a second and waits only for the write of such records.
4. What cannot be written raises OSError in whoever waits, is counted, and leaves an `audit_gap` record in the file as
   soon as there is room again. A line that was written in part is cut off. The queue is bounded: a full one is an
   error too.
"""

import asyncio
import contextlib
import io
import os
import queue
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import rfc8785
import structlog

from proxy.audit import record as records
from proxy.audit.schema import allowed

Durability = Literal["ack", "strict", "async"]
_sync_file: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
DURABILITIES: tuple[Durability, ...] = ("ack", "strict", "async")

PATIENCE = 0.005  # seconds that `ack` waits for a record on which nothing is done
_QUEUE = 20_000  # records
_BATCH = 1_000  # records of one commit
_SYNC = 1.0  # seconds between syncs of `async`


@dataclass(frozen=True, slots=True)
class Chain:
    """Whose records a file holds: one start of one process."""

    node: str
    slot: str
    boot: str

    @property
    def file(self) -> str:
        """Return the name of the file."""
        return f"{self.node}-{self.slot}-{self.boot}.jsonl"


@dataclass(frozen=True, slots=True)
class _Queued:
    record: records.Record = field(repr=False)
    done: "Future[None]" = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Records that were lost: how many, and the event ids of the first and the last."""

    count: int = 0
    first: str = ""
    last: str = ""

    def __add__(self, later: "_Gap") -> "_Gap":
        if not self.count or not later.count:
            return self if self.count else later
        return _Gap(self.count + later.count, self.first, later.last)


class AuditWriter:
    """Appends records to one file. `write` is for an event loop, `append` for anybody."""

    def __init__(
        self,
        path: Path,
        chain: Chain,
        durability: Durability = "ack",
        *,
        observe: Callable[[str, bool], None] = lambda kind, written: None,  # noqa: ARG005
        sync: Callable[[int], None] = _sync_file,
        limit: int = _QUEUE,
    ) -> None:
        """`observe(type, written)` is called for each record, mostly by the writer's thread. Raises OSError."""
        self.path = path
        self.durability = durability
        self._chain = chain
        self._observe = observe
        self._sync = sync
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = 0  # bytes of whole lines
        self._synced = time.monotonic()
        self._buffer = io.BytesIO()
        self._logger = _logger(self._buffer)
        self._queue: queue.Queue[_Queued | None] = queue.Queue(limit)
        self._lock = threading.Lock()
        self._seq = 0  # of the last whole line; the writer's thread alone counts
        self._gap = _Gap()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        node: str | None,
        slot: str,
        durability: str = "ack",
        observe: Callable[[str, bool], None] = lambda kind, written: None,  # noqa: ARG005
    ) -> "AuditWriter":
        """Begin a new file in `folder`, made (0700) if need be. `node` None is the host's name. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        chain = Chain(_plain(node or socket.gethostname()), _plain(slot), _boot())
        writer = cls(folder / chain.file, chain, cast(Durability, durability), observe=observe)
        _sync_folder(folder)
        return writer

    async def write(self, record: records.Record, *, wait: bool) -> None:
        """Write one record, and wait for it as rule 3 says. Raises OSError where it is known not to be written."""
        done = asyncio.wrap_future(self.append(record))
        if wait or self.durability == "strict":
            await done
            return
        done.add_done_callback(_forget)
        if self.durability == "ack":
            await asyncio.wait((done,), timeout=PATIENCE)
        if done.done():
            done.result()

    def append(self, record: records.Record) -> "Future[None]":
        """Queue a record; the future ends when it is on disk (`async`: written), or with OSError."""
        item = _Queued(record, Future())
        item.done.set_running_or_notify_cancel()  # nobody can cancel it: the writer is to end it
        with self._lock:
            if not self._closed:
                with contextlib.suppress(queue.Full):
                    self._queue.put_nowait(item)
                    return item.done
        self._lose(item, OSError("the audit log takes no more records"))
        return item.done

    async def close(self) -> None:
        """Write what is queued, sync, close."""
        await asyncio.to_thread(self.end)

    def end(self) -> None:
        """Do what `close` does, in this thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._queue.put(None)
        self._thread.join()
        os.close(self._descriptor)

    def _run(self) -> None:
        for batch in self._batches():
            self._commit(batch)
        self._synced = 0.0
        self._commit(())

    def _batches(self) -> Iterator[list[_Queued]]:
        """Yield what has come together; an empty batch where a sync is due."""
        ended = False
        while not ended:
            batch: list[_Queued] = []
            try:
                item = self._queue.get(timeout=_SYNC if self.durability == "async" else None)
                while item is not None:
                    batch.append(item)
                    if len(batch) == _BATCH:
                        break
                    item = self._queue.get_nowait()
                ended = item is None
            except queue.Empty:
                pass
            yield batch

    def _commit(self, batch: Sequence[_Queued]) -> None:
        """Write the record of a gap, where there is one, and a batch; or lose both, and begin a gap."""
        before = self._seq
        with self._lock:
            gap, self._gap = self._gap, _Gap()
        if gap.count:
            self._log(records.audit_gap(gap.count, gap.first, gap.last))
        fit = [item for item in batch if self._render(item)]
        try:
            self._flush()
        except OSError as error:
            self._seq = before
            self._cut()
            with self._lock:
                self._gap = gap + self._gap
            for item in fit:
                self._lose(item, OSError(error.errno, f"the audit log cannot be written: {error.strerror}"))
        else:
            for item in fit:
                self._observe(str(item.record["type"]), True)
                item.done.set_result(None)

    def _render(self, item: _Queued) -> bool:
        """Put one line into the buffer; tell whether that could be done."""
        try:
            self._log(item.record)
        except Exception as error:  # noqa: BLE001 - the boundary: one bad record must not stop the trail, nor be shown
            self._lose(item, OSError(f"an audit record cannot be written ({type(error).__name__})"))
            return False
        return True

    def _log(self, record: records.Record) -> None:
        chain = self._chain
        self._logger.msg(**record, v=1, seq=self._seq + 1, node=chain.node, slot=chain.slot, boot=chain.boot)
        self._seq += 1

    def _flush(self) -> None:
        """Write the buffer, and sync where it is time. Raises OSError."""
        lines = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        _write(self._descriptor, lines)
        if self.durability != "async" or time.monotonic() - self._synced >= _SYNC:
            self._sync(self._descriptor)
            self._synced = time.monotonic()
        self._size += len(lines)

    def _cut(self) -> None:
        """Cut off what was written in part."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self._size)

    def _lose(self, item: _Queued, error: OSError) -> None:
        """Count a lost record and tell whoever waits."""
        event = str(item.record.get("id", ""))
        with self._lock:
            self._gap += _Gap(1, event, event)
        self._observe(str(item.record.get("type", "")), False)
        item.done.set_exception(error)


def _logger(file: io.BytesIO) -> Any:
    """Return the logger whose lines are records: known keys only, canonical JSON, to `file`."""
    return structlog.wrap_logger(
        structlog.BytesLogger(cast(Any, file)),
        processors=[_known, _canonical],
        wrapper_class=structlog.BoundLogger,
        context_class=dict,
    ).bind()


def _known(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ARG001
    return allowed(dict(event))


def _canonical(logger: object, method: str, event: structlog.typing.EventDict) -> bytes:  # noqa: ARG001
    return rfc8785.dumps(dict(event))


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _forget(done: "asyncio.Future[None]") -> None:
    """Take note of an exception that nobody waits for: it is counted, and stands in the gap's record."""
    if not done.cancelled():
        done.exception()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]", "_", name)[:64] or "_"


def _boot() -> str:
    """Return what names one start: the second it was made in (hex, so that files sort), and four random digits."""
    return f"{int(time.time()):08x}{secrets.token_hex(2)}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
