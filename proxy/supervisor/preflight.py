"""Would the program that is on disk now start with the configuration that is there now? Tried before it takes over.

The check runs in a process of its own, from the new code: everything that a start does, up to its first worker.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE

from proxy.ca.reach import open_for
from proxy.config import Config, child_environment
from proxy.inspector.launch import launch, make_runtime
from proxy.inspector.settings import InspectorSettings
from proxy.judging.snapshot import describe
from proxy.keys import open_keys
from proxy.supervisor.detection import wanted
from proxy.supervisor.files import identity_texts, prepare
from proxy.supervisor.handover import arguments

FLAG = "--preflight"
_SECONDS = 240.0
_LINES = 20


async def attempt() -> list[str]:
    """Run the check from the new code; return what it found wrong, line by line: nothing where all is well."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments(sys.orig_argv[1:]), FLAG, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
        )
    except OSError as error:
        return [f"the program cannot be started: {error.strerror}"]
    try:
        _, said = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return [f"the check was not ready within {_SECONDS:g} seconds"]
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return (lines or [f"the check ended with code {process.returncode}"])[-_LINES:] if process.returncode else []


async def check(config: Config) -> None:
    """Try what a start does. Raises SnapshotError, KeysError, LaunchError, AuthorityError, OSError or ValueError."""
    keys = open_keys(config.state)
    open_for(config.state, config.own_host)
    identity_texts(config)
    prepare(config, ())
    await _worker()
    runtime = make_runtime()
    want = wanted(config)
    try:
        generation = await launch(
            InspectorSettings(want.settings), 1, keys.value, runtime, environment=child_environment(),
            keys=config.state / "keys",
        )  # fmt: skip
        try:
            prepare(config, describe(generation.detectors))
        finally:
            await generation.stop()
    finally:
        runtime.rmdir()


async def _worker() -> None:
    """Load a worker's code. Raises ValueError."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-OP", "-c", "import proxy.worker"),
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=child_environment(), cwd="/",
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise ValueError(f"a worker cannot be loaded: {lines[-1] if lines else 'no reason given'}")
