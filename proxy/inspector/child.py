"""Scan requests from many workers in, answers out: one process, one job at a time, in the order of arrival.

Rules
1. A job that is late is answered, not run: the scanner names the detectors that did not start.
2. Before a job the kernel's timer is armed, with SIGALRM at its default: a detector that spins, in Python or in C
   with the GIL held, ends the process at deadline and grace. Nothing of ours has to run for that.
3. Names are scanned after everything else of the job has been answered: who dies over a name loses no secret.
4. Before it waits and before a job it says by when it will be heard of again: the zygote ends whoever is not.
5. An answer is sent before the next job starts, so of one worker's open requests only the oldest can be running.
"""

import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from detectors.base import Source
from detectors.scan import Report, Scanner, Task
from proxy.inspector.settings import InspectorSettings
from proxy.inspector.wire import Answer, FrameReader, Request, WireError, decode_request, encode_answer, frame

_RECEIVE = 256 * 1024  # bytes asked of a socket at once
_UNSENT = 64 * 1024 * 1024  # bytes of answers that a worker may leave unread
_QUIET = 2.0  # seconds of rest between two signs of life
_NOTHING = Task(Source(""), ())


@dataclass(eq=False, slots=True)
class _Worker:
    """One connection from a worker."""

    socket: socket.socket
    reader: FrameReader
    unsent: bytearray = field(default_factory=bytearray, repr=False)
    blocked: bool = False  # the selector watches for room to write
    closed: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    worker: _Worker
    number: int
    payload: bytes = field(repr=False)


class Inspector:
    """Serves one listening socket. `beat` is told in how many seconds it will be called again; `arm` sets a timer."""

    def __init__(
        self,
        listener: socket.socket,
        scanner: Scanner,
        settings: InspectorSettings,
        beat: Callable[[float], object],
        arm: Callable[[float], object] = lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds),
    ) -> None:
        self._listener = listener
        self._scanner = scanner
        self._settings = settings
        self._arm = arm
        self._beat = beat
        self._names = frozenset(d.name for d in scanner.detectors if d.cost == "names")
        self._jobs: deque[_Job] = deque()
        self._waiting = 0  # bytes of the jobs
        self._selector = selectors.DefaultSelector()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, None)

    def serve(self) -> None:
        """Serve until the process is ended."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Read what has arrived (wait for it where there is no job), then do one job."""
        self._beat(_QUIET)
        for key, events in self._selector.select(0 if self._jobs else _QUIET):
            if key.data is None:
                self._accept()
                continue
            worker: _Worker = key.data
            if events & selectors.EVENT_WRITE:
                self._flush(worker)
            if events & selectors.EVENT_READ and self._waiting < self._settings.queue_bytes:
                self._read(worker)
        if self._jobs:
            job = self._jobs.popleft()
            self._waiting -= len(job.payload)
            if not job.worker.closed:
                self._do(job)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # gone again, or no descriptor free: the next turn tries anew
            return
        connection.setblocking(False)
        worker = _Worker(connection, FrameReader(self._settings.frame_limit))
        self._selector.register(connection, selectors.EVENT_READ, worker)

    def _read(self, worker: _Worker) -> None:
        try:
            data = worker.socket.recv(_RECEIVE)
            if not data:
                raise ConnectionResetError
            for number, payload in worker.reader.feed(data):
                self._jobs.append(_Job(worker, number, payload))
                self._waiting += len(payload)
        except BlockingIOError:
            return
        except (OSError, WireError):
            self._close(worker)

    def _do(self, job: _Job) -> None:
        try:
            request = decode_request(job.payload)
        except WireError:
            self._close(job.worker)
            return
        limit = max(request.deadline - time.monotonic(), 0.0) + self._settings.grace_s
        self._beat(limit)
        self._arm(limit)
        for last, tasks in self._phases(request):
            reports = self._scanner.run(tasks, request.deadline)
            self._send(job, Answer(last, tuple(reports)))
        self._arm(0)

    def _phases(self, request: Request) -> Iterator[tuple[bool, Sequence[Task]]]:
        """Yield what to run first and what to run last; once where there is but one of them."""
        late = _only(request.tasks, lambda name: name in self._names)
        soon = _only(request.tasks, lambda name: name not in self._names)
        if any(task.detectors for task in late) and any(task.detectors for task in soon):
            yield False, soon
            yield True, late
        else:
            yield True, request.tasks

    def _send(self, job: _Job, answer: Answer) -> None:
        try:
            payload = frame(job.number, encode_answer(answer), self._settings.frame_limit)
        except WireError:
            failed = tuple(_failed(report) for report in answer.reports)
            payload = frame(job.number, encode_answer(replace(answer, reports=failed)))
        job.worker.unsent += payload
        self._flush(job.worker)

    def _flush(self, worker: _Worker) -> None:
        if worker.closed:
            return
        try:
            while worker.unsent:
                del worker.unsent[: worker.socket.send(worker.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._close(worker)
            return
        if len(worker.unsent) > _UNSENT:
            self._close(worker)
            return
        if worker.blocked != bool(worker.unsent):
            worker.blocked = bool(worker.unsent)
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.blocked else 0)
            self._selector.modify(worker.socket, events, worker)

    def _close(self, worker: _Worker) -> None:
        if not worker.closed:
            worker.closed = True
            self._selector.unregister(worker.socket)
            worker.socket.close()


def _only(tasks: Sequence[Task], wanted: Callable[[str], bool]) -> list[Task]:
    """Return the tasks with the wanted detectors only, in place."""
    chosen = [(task, tuple(name for name in task.detectors if wanted(name))) for task in tasks]
    return [Task(task.source, names) if names else _NOTHING for task, names in chosen]


def _failed(report: Report) -> Report:
    return Report({}, {**dict.fromkeys(report.findings, "error"), **report.failed}, report.seconds)
