"""Whole lines in, a chain's files on disk out: appended, synced, cut where a write failed, rotated.

The disk is a collaborator that fails: every method raises OSError, and leaves whole lines only.
"""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from proxy.audit.chain import Chain

sync_file: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


class Journal:
    """The open segment of one chain. One thread uses it."""

    def __init__(
        self,
        folder: Path,
        chain: Chain,
        *,
        segment_bytes: int = 64 * 1024 * 1024,
        segment_seconds: float = 3600.0,
        sync: Callable[[int], None] = sync_file,
    ) -> None:
        """Begin the first segment, which must not exist. Raises OSError."""
        self._folder = folder
        self._chain = chain
        self._limit = segment_bytes
        self._age = segment_seconds
        self._sync = sync
        self._number = self._descriptor = self._size = self._written = 0
        self._born = 0.0
        self._open(0)

    @property
    def path(self) -> Path:
        """Return the file that is written."""
        return self._folder / self._chain.file(self._number)

    def append(self, lines: bytes) -> None:
        """Write whole lines, or nothing of them. Raises OSError."""
        view = memoryview(lines)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            self.cut()
            raise
        self._written = self._size + len(lines)

    def sync(self) -> None:
        """Bring to disk what was written. Raises OSError."""
        self._sync(self._descriptor)

    def keep(self) -> None:
        """Count what was appended as there to stay."""
        self._size = self._written

    def cut(self) -> None:
        """Take out what was appended and not kept."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self._size)
        self._written = self._size

    def turn(self) -> None:
        """Begin the next segment where this one is full or old; go on with this one where that cannot be done."""
        if self._size and (self._size >= self._limit or time.monotonic() - self._born >= self._age):
            old = self._descriptor
            try:
                self._open(self._number + 1)
            except OSError:
                self._born = time.monotonic()  # another time
                return
            os.close(old)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _open(self, number: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._folder / self._chain.file(number), flags, 0o600)
        self._number = number
        self._size = self._written = 0
        self._born = time.monotonic()
        sync_folder(self._folder)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
