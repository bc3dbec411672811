"""Faults of the machine: its disk, and whatever ends the program."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scene import Scene, family

DISK_MB = 96


@contextlib.contextmanager
def small_disk(image: Path, folder: Path) -> Iterator[Path | None]:
    """Mount a disk of its own at `folder`; None where that cannot be done (it takes root and a loop device)."""
    folder.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(DISK_MB * 2**20)
    commands = (["mkfs.ext4", "-q", "-F", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(folder)])
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _disk(scene: Scene) -> Path:
    if scene.disk is None:
        pytest.skip("a disk cannot be mounted here")
    return scene.disk


@contextlib.contextmanager
def disk_full(scene: Scene) -> Iterator[None]:
    """Leave no byte free for a second."""
    ballast = _disk(scene) / "ballast"
    try:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            for size in (2**20, 2**12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        time.sleep(1)
    finally:
        ballast.unlink()
    yield


@contextlib.contextmanager
def disk_stalls(scene: Scene) -> Iterator[None]:
    """Let no write end for three seconds."""
    disk = _disk(scene)
    frozen = subprocess.run(["fsfreeze", "-f", str(disk)], check=False, capture_output=True)
    try:
        if frozen.returncode:
            pytest.skip("fsfreeze does not work here")
        time.sleep(3)
    finally:
        subprocess.run(["fsfreeze", "-u", str(disk)], check=False, capture_output=True)
    yield


@contextlib.contextmanager
def killed_and_started(scene: Scene) -> Iterator[float]:
    """Kill the supervisor, wait until all it had started is gone, start it again; say when it was killed."""
    processes = family(scene.proxy.process.pid)
    scene.proxy.process.kill()
    scene.proxy.process.wait()
    begun = time.monotonic()
    while any(map(_alive, processes)):
        time.sleep(0.02)
    scene.proxy.again()
    yield begun


@contextlib.contextmanager
def stopped_and_started(scene: Scene) -> Iterator[float]:
    """Stop as a service manager does, and start again; say when it was told to stop."""
    begun = time.monotonic()
    scene.proxy.process.send_signal(signal.SIGTERM)
    scene.proxy.process.wait()
    scene.proxy.again()
    yield begun


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
