"""Listening sockets in, one inspector process on each, for as long as the supervisor holds its end of the control.

Rules
1. The zygote loads and warms the detectors once, freezes its heap and stays single-threaded: a fork costs
   milliseconds and shares the memory. Scratch, sockets and the keyed digester are made after the fork.
2. A dead inspector is forked anew at once; one that keeps dying within a second of its birth has to wait.
3. One that is not heard of when it said it would be is killed, and forked anew.
4. The control socket ends the zygote, and with it its inspectors, when the supervisor closes it or dies.
5. Nobody reads the standard streams. What there is to say goes to the control, one line of JSON each: `ready`,
   `failed`, `restart`. No line holds a text.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

import orjson

from detectors.base import Detector, Source
from detectors.finding import keyed_digester
from detectors.load import load
from detectors.scan import Scanner, Task
from proxy import hardening
from proxy.inspector.alive import Alive
from proxy.inspector.child import Inspector
from proxy.inspector.settings import InspectorSettings

SAMPLE = (
    "Dear Ms Jane Roe, please send the invoice to jane.roe@example.com or call +44 20 7946 0958 before 3 May.\n"
    "password = 'correct horse'\ndef total(rows):\n    return sum(row.price for row in rows)\n"
    "IBAN GB33BUKB20201555555555, card 4111 1111 1111 1111, CONFIDENTIAL"
)
"""What every detector is run on before the fork, so that lazy tables are shared: no datum of anybody."""

_EARLY = 1.0  # seconds of life below which a death counts as early
_FREE = 3  # early deaths in a row that cost no wait
_LOOK = 3.0  # seconds between two looks at who is alive
_LONGEST = 5.0  # seconds of the longest wait


class Zygote:
    """Keeps one inspector alive on each listening socket."""

    def __init__(
        self, control: socket.socket, listeners: Sequence[socket.socket], settings: InspectorSettings, key: bytes
    ) -> None:
        self._control = control
        self._listeners = listeners
        self._settings = settings
        self._key = key
        self._detectors: tuple[Detector, ...] = ()
        self._slots: dict[int, int] = {}  # pid to slot
        self._born = [0.0] * len(listeners)
        self._early = [0] * len(listeners)
        self._due: dict[int, tuple[float, int]] = {}  # slot to the moment of its next fork, and how the last one ended
        self._ears = socket.socketpair()
        self._alive = Alive(len(listeners))

    def run(self) -> int:
        """Serve until the control ends. Returns the exit code: 0, or 1 where the detectors cannot be loaded."""
        try:
            self._detectors = load(self._settings.detection)
            _warm(self._detectors)
        except Exception as error:  # noqa: BLE001 - the boundary: no text was seen yet, the supervisor reports it
            self._say(event="failed", error=f"{type(error).__name__}: {error}")
            return 1
        gc.collect()
        gc.freeze()
        self._listen_for_deaths()
        for slot in range(len(self._listeners)):
            self._fork(slot)
        rows = [[d.name, d.cost, sorted(d.entities)] for d in self._detectors]
        self._say(event="ready", detectors=rows, pids=self._pids())
        self._control.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(self._ears[0], selectors.EVENT_READ)
            while self._turn(selector):
                pass
        for pid in self._slots:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return 0

    def _turn(self, selector: selectors.BaseSelector) -> bool:
        """Wait for a death, a due fork or the end, not for long; tell whether to go on."""
        wait = max(min(self._due.values())[0] - time.monotonic(), 0) if self._due else _LOOK
        for key, _ in selector.select(min(wait, _LOOK)):
            if key.fileobj is self._control:
                with contextlib.suppress(BlockingIOError):
                    if not self._control.recv(4096):
                        return False
            else:
                self._ears[0].recv(4096)
        self._end_silent()
        self._reap()
        for slot, (moment, status) in list(self._due.items()):
            if moment <= time.monotonic():
                del self._due[slot]
                self._fork(slot)
                self._say(event="restart", slot=slot, status=status, pids=self._pids())
        return True

    def _listen_for_deaths(self) -> None:
        for ear in self._ears:
            ear.setblocking(False)
        signal.set_wakeup_fd(self._ears[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _end_silent(self) -> None:
        silent = self._alive.overdue()
        for pid, slot in self._slots.items():
            if slot in silent:
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._slots:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            slot = self._slots.pop(pid)
            self._early[slot] = self._early[slot] + 1 if time.monotonic() - self._born[slot] < _EARLY else 0
            self._due[slot] = (time.monotonic() + backoff(self._early[slot]), os.waitstatus_to_exitcode(status))

    def _pids(self) -> list[int]:
        return sorted(self._slots, key=self._slots.__getitem__)

    def _fork(self, slot: int) -> None:
        self._born[slot] = time.monotonic()
        self._alive.beat(slot, 0.0)
        zygote = os.getpid()
        pid = os.fork()
        if not pid:
            self._become(slot, zygote)
        self._slots[pid] = slot

    def _become(self, slot: int, zygote: int) -> NoReturn:
        """Be the inspector of a slot. Never returns: nothing of the zygote may run in a child."""
        try:
            hardening.die_with_parent()
            if os.getppid() == zygote:
                signal.set_wakeup_fd(-1)
                for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGTERM):
                    signal.signal(number, signal.SIG_DFL)
                for other in (self._control, *self._ears, *self._listeners):
                    if other is not self._listeners[slot]:
                        other.close()
                hardening.forbid_files()
                hardening.give_way()
                scanner = Scanner(self._detectors, keyed_digester(self._key))
                beat = partial(self._alive.beat, slot)
                Inspector(self._listeners[slot], scanner, self._settings, beat).serve()
        finally:
            os._exit(1)

    def _say(self, **event: object) -> None:
        with contextlib.suppress(OSError):  # the supervisor is gone, or does not listen: the next turn finds out
            self._control.sendall(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))


def backoff(early: int) -> float:
    """Return how many seconds to wait before the fork that follows so many early deaths in a row."""
    return 0.0 if early <= _FREE else min(0.1 * 2.0 ** min(early - _FREE - 1, 30), _LONGEST)


def _warm(detectors: Sequence[Detector]) -> None:
    """Run every detector once. Raises RuntimeError where one of them started a thread: threads and forks do not mix."""
    names = tuple(detector.name for detector in detectors)
    for report in Scanner(detectors).run([Task(Source(SAMPLE), names)]):
        if report.failed:
            raise RuntimeError(f"detectors that fail on the sample: {', '.join(report.failed)}")
    if _threads() > 1:
        raise RuntimeError("a detector started a thread")


def _threads() -> int:
    if sys.platform == "linux":
        return len(os.listdir("/proc/self/task"))
    return threading.active_count()
