"""Settings and a private folder in, a running generation of inspectors out: the supervisor's side of the zygote.

Rules
1. The supervisor makes the listening sockets and keeps them: a zygote that ends is replaced behind the same paths, and
   whoever connects meanwhile waits instead of being refused.
2. The key and the settings travel through pipes, never as arguments or environment, and the environment is made anew.
3. A generation never changes its detectors. For new ones: launch another, point the workers to its paths
   (`InspectorPool.switch`), stop the old one when their open scans have had their time.
4. Launch from a thread that stays: on Linux the kernel ends the zygote with the thread that started it.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from detectors.base import Cost
from proxy.inspector.retired import Left
from proxy.inspector.settings import InspectorSettings, to_json
from proxy.inspector.zygote import backoff

_PATH_LIMIT = 100  # bytes; sun_path holds 104 on macOS, 108 on Linux (unix(7)), with its NUL
_SINGLE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


class LaunchError(Exception):
    """The inspectors cannot be started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A detector that the inspectors have loaded."""

    name: str
    cost: Cost
    entities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Restart:
    """An inspector (or, with slot -1, the zygote) ended and is started anew. `status` below 0 is minus a signal."""

    slot: int
    status: int


def make_runtime(parent: Path | None = None) -> Path:
    """Make a private folder (0700) for sockets, in `parent` or the temporary folder. Raises LaunchError."""
    folder = Path(tempfile.mkdtemp(prefix="hushgate-", dir=parent))
    if len(os.fsencode(folder)) > _PATH_LIMIT - 16:
        folder.rmdir()
        raise LaunchError("the path of the runtime folder is too long for a unix socket: name a shorter one")
    return folder


class Generation:
    """Inspectors with the same detectors: one listening socket each, a zygote behind them. Made by `launch`."""

    def __init__(
        self,
        settings: InspectorSettings,
        count: int,
        *,
        key: bytes,
        runtime: Path,
        observe: Callable[[Restart], None],
        environment: Mapping[str, str],
        keys: Path | None = None,
    ) -> None:
        self._settings = settings
        self._key = key
        self._observe = observe
        self._secluded = () if keys is None else ("--keys", str(keys.resolve()))
        self._environment = {"LANG": "C.UTF-8", **_SINGLE, **environment}
        stem = secrets.token_hex(3)
        self.paths = tuple(runtime / f"{stem}-{slot}" for slot in range(count))
        self.detectors: tuple[Loaded, ...] = ()
        self.pids: tuple[int, ...] = ()
        self._listeners = [_listen(path) for path in self.paths]
        self._process: Process | None = None
        self._control: asyncio.StreamWriter | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Return the process id of the zygote."""
        return self._process.pid if self._process else 0

    async def start(self, ready_s: float) -> None:
        """Start the zygote and wait until its inspectors are ready. Raises LaunchError."""
        control = await self._spawn(ready_s)
        self._watch = asyncio.create_task(self._watching(control, ready_s))

    async def stop(self) -> None:
        """End the zygote and its inspectors, and remove the sockets."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait((self._watch,))
        await self._end()
        for listener in self._listeners:
            listener.close()
        for path in self.paths:
            path.unlink(missing_ok=True)

    async def hand_over(self) -> Left:
        """Leave the inspectors to the next program of this process: they go on, no zygote is started any more."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait((self._watch,))
        control = -1 if self._control is None else os.dup(self._control.get_extra_info("socket").fileno())
        os.set_inheritable(control, True)
        return Left(self.pid, control, tuple(map(str, self.paths)))

    async def _spawn(self, ready_s: float) -> asyncio.StreamReader:
        pipes = (_pipe(to_json(self._settings)), _pipe(self._key))
        ours, theirs = socket.socketpair()
        listening = [listener.fileno() for listener in self._listeners]
        numbers = (theirs.fileno(), *pipes, *listening)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-OP", "-m", "proxy.inspector"),
                *("--control", str(theirs.fileno()), "--settings", str(pipes[0]), "--key", str(pipes[1])),
                *self._secluded,
                *("--listen", *map(str, listening)),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                pass_fds=numbers,
                env=self._environment,
            )
        except OSError as error:
            ours.close()
            raise LaunchError(f"the inspector cannot be started: {error.strerror}") from None
        finally:
            theirs.close()
            for number in pipes:
                os.close(number)
        reader, self._control = await asyncio.open_connection(sock=ours)
        try:
            await self._ready(reader, ready_s)
        except LaunchError:
            await self._end()
            raise
        return reader

    async def _ready(self, reader: asyncio.StreamReader, ready_s: float) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), ready_s)
        except TimeoutError:
            raise LaunchError(f"the inspector was not ready within {ready_s:g} seconds") from None
        if not line:
            raise LaunchError("the inspector ended before it was ready: run `python -OP -m proxy.inspector -h` to see")
        event: dict[str, Any] = orjson.loads(line)
        if event["event"] != "ready":
            raise LaunchError(str(event["error"]))
        self.detectors = tuple(Loaded(name, cost, frozenset(ids)) for name, cost, ids in event["detectors"])
        self.pids = tuple(event["pids"])

    async def _watching(self, control: asyncio.StreamReader, ready_s: float) -> None:
        """Pass on what the zygote says; when it ends, start another, with back-off."""
        failures = 0
        while True:
            async for line in control:
                event = orjson.loads(line)
                self.pids = tuple(event["pids"])
                self._observe(Restart(event["slot"], event["status"]))
            while True:
                status = await self._end()
                self._observe(Restart(-1, status))
                await asyncio.sleep(backoff(failures))
                try:
                    control = await self._spawn(ready_s)
                except LaunchError:
                    failures += 1
                else:
                    failures = 0
                    break

    async def _end(self) -> int:
        """Close the control, which ends the zygote; kill it where that is not enough. Return its exit status."""
        if self._control is not None:
            self._control.close()
            with contextlib.suppress(OSError):
                await self._control.wait_closed()
        if self._process is None:
            return 0
        try:
            return await asyncio.wait_for(self._process.wait(), 2)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()


async def launch(
    settings: InspectorSettings,
    count: int,
    key: bytes,
    runtime: Path,
    *,
    observe: Callable[[Restart], None] = lambda _: None,
    environment: Mapping[str, str] | None = None,
    keys: Path | None = None,
    ready_s: float = 180,
) -> Generation:
    """Start `count` inspectors behind sockets in `runtime` (see `make_runtime`) and wait until they are ready.

    `key` is the value key (digests of findings). `observe` hears of restarts. `environment` is added to the almost
    empty one that the processes get; `keys` is the folder that they are kept out of. Raises LaunchError, after
    `ready_s` seconds at the latest.
    """
    generation = Generation(
        settings, count, key=key, runtime=runtime, observe=observe, environment=environment or {}, keys=keys
    )
    started = False
    try:
        await generation.start(ready_s)
        started = True
    finally:
        if not started:
            await generation.stop()
    return generation


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(128)
    return listener


def _pipe(blob: bytes) -> int:
    """Return the reading end of a pipe that holds `blob` and ends behind it. Raises LaunchError."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        if os.write(writing, blob) == len(blob):
            return reading
    except BlockingIOError:
        pass
    finally:
        os.close(writing)
    os.close(reading)
    raise LaunchError("the settings of the detectors are too long (64 KiB)")
