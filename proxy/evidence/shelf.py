"""Sealed boxes in and out of `STATE/evidence/DAY/EVENT.sealed`; days that are over go as a whole.

A box is whole on disk before it has its name, so that a crash leaves a sealed piece at most, which goes with its day.
"""

import contextlib
import os
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = "evidence"
_EVENT = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Shelf:
    """The evidence of one state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER

    def put(self, event: str, box: bytes) -> None:
        """Write a box, mode 0600, on disk when this returns. Raises OSError, ValueError for what is no event."""
        _checked(event)
        day = self._folder / datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d")
        day.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = day / f".{event}.new"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(box)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(day / f"{event}.sealed")
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise
        _sync(day)

    def get(self, event: str) -> bytes:
        """Return a box. Raises FileNotFoundError, OSError, ValueError for what is no event."""
        return self._find(event).read_bytes()

    def remove(self, event: str) -> bool:
        """Take a box away; tell whether there was one. Raises OSError, ValueError for what is no event."""
        try:
            path = self._find(event)
        except FileNotFoundError:
            return False
        path.unlink()
        _sync(path.parent)
        return True

    def expire(self, days: float, now: datetime | None = None) -> list[str]:
        """Erase the days that lie more than `days` back, and return them. Raises OSError."""
        if not self._folder.is_dir():
            return []
        oldest = ((now or datetime.now(UTC)) - timedelta(days=days)).strftime("%Y-%m-%d")
        over = [path for path in self._folder.iterdir() if _DAY.fullmatch(path.name) and path.name < oldest]
        for path in over:
            shutil.rmtree(path)
        return sorted(path.name for path in over)

    def _find(self, event: str) -> Path:
        _checked(event)
        for path in self._folder.glob(f"*/{event}.sealed"):
            return path
        raise FileNotFoundError(f"there is no evidence of {event}")


def _checked(event: str) -> None:
    if not _EVENT.fullmatch(event):
        raise ValueError("this is no event id")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
