"""One worker process: started with what it inherits, told what it needs, asked, drained, ended."""

import asyncio
import base64
import itertools
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from proxy.adopted import Adopted
from proxy.config import child_environment
from proxy.control import Control, Handler, Held, Message

BOOT_SECONDS = 120.0


class BootError(Exception):
    """A worker that did not come up: the program ends, it does not loop."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A worker between two supervisors. `unread` in base64; `leaving`: it was told to drain."""

    slot: int
    number: int
    pid: int
    descriptor: int
    unread: str = field(repr=False)
    asked: int
    leaving: bool


class Worker:
    """One process and the wire to it. `slot` is the place it fills; a worker is started once."""

    _numbers = itertools.count(1)

    def __init__(
        self, slot: int, listener: socket.socket, handle: Callable[[int], Handler], keys: Path = Path("keys")
    ) -> None:
        """`keys` is the folder that the process is kept out of, where the kernel can."""
        self.slot = slot
        self.number = next(Worker._numbers)
        self.control: Control | None = None
        self.process: asyncio.subprocess.Process | Adopted | None = None
        self.started = 0.0
        self.ready = False
        self._listener = listener
        self._keys = keys.resolve()
        self._handle = handle
        self._reading: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """Return what it is called in metrics: slot and number."""
        return f"{self.slot}.{self.number}"

    async def adopt(self, handed: Handed) -> None:
        """Be a worker that an earlier program of this process started. Raises OSError."""
        self.number = handed.number
        Worker._numbers = itertools.count(max(next(Worker._numbers), handed.number + 1))
        self.process = Adopted(handed.pid)
        held = Held(handed.descriptor, base64.b64decode(handed.unread), handed.asked)
        self.control = await Control.resumed(held, self._handle(self.slot))
        self._reading = asyncio.create_task(self.control.run())
        self.started = time.monotonic()
        self.ready = True

    async def hand_over(self, *, leaving: bool) -> Handed:
        """Leave it to the next program."""
        held = await self._wire.hold()
        unread = base64.b64encode(held.unread).decode()
        return Handed(self.slot, self.number, self.pid, held.descriptor, unread, held.asked, leaving)

    async def stand_by(self) -> None:
        """Start the process, which loads its code and waits to be told more."""
        ours, theirs = socket.socketpair()
        self.process = await asyncio.create_subprocess_exec(
            *command("proxy.worker"),
            str(self._listener.fileno()),
            str(theirs.fileno()),
            str(self._keys),
            pass_fds=(self._listener.fileno(), theirs.fileno()),
            stdin=subprocess.DEVNULL,
            env=child_environment(),
            cwd="/",
            start_new_session=True,
            preexec_fn=no_core_dump,
        )
        theirs.close()
        self.control = await Control.over(ours, self._handle(self.slot))
        self._reading = asyncio.create_task(self.control.run())

    async def start(self, boot: Message) -> None:
        """Start the process, where it does not stand by, and wait until it serves. Raises BootError."""
        self.started = time.monotonic()
        if self.control is None:
            await self.stand_by()
        try:
            answer = await self._wire.ask({"boot": boot}, timeout=BOOT_SECONDS)
        except (TimeoutError, ConnectionError):
            raise BootError(f"worker {self.slot} did not start; its log lines say why") from None
        if not answer.get("ready"):
            raise BootError(f"worker {self.slot} did not start: {answer.get('error', 'no reason given')}")
        self.ready = True

    @property
    def _wire(self) -> Control:
        if self.control is None:
            raise ConnectionError("the worker was not started")
        return self.control

    @property
    def pid(self) -> int:
        """Return the process id, 0 before the start."""
        return self.process.pid if self.process else 0

    @property
    def gone(self) -> bool:
        """Tell whether the process has ended."""
        return self.process is not None and self.process.returncode is not None

    def kill(self) -> None:
        """End the process at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def ask(self, message: Message, timeout: float = 5.0) -> Message | None:
        """Ask the worker; None where it is gone or too slow."""
        if self.control is None or not self.ready:
            return None
        try:
            return await self.control.ask(message, timeout)
        except (TimeoutError, ConnectionError):
            return None

    async def ended(self) -> int:
        """Wait for the process to end and return its exit code."""
        if self.process is None:
            return 0
        code = await self.process.wait()
        self.ready = False
        return code

    async def stop(self, seconds: float) -> None:
        """Let it drain for `seconds`, then end it."""
        if self.process is None or self.process.returncode is not None:
            return
        if self.control is not None:
            self.control.tell({"drain": seconds})
        try:
            await asyncio.wait_for(self.process.wait(), seconds + 5)
        except TimeoutError:
            self.kill()
            await self.process.wait()


def command(module: str) -> list[str]:
    """Return how a child of ours is started: optimised, without the working directory on its path."""
    return [sys.executable, "-OP", "-m", module]


def no_core_dump() -> None:
    """Keep prompts out of core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
