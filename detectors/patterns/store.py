"""Bytes by key in a folder: what is compiled once is read back by the next process.

A file holds the SHA-256 of its content, then the content. A file that is damaged, belongs to somebody else or may be
written by others is not read: the caller compiles anew.
"""

import os
import stat
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_LARGEST = 256 * 1024 * 1024


class Store:
    """Named files in `folder`, whose names begin with `prefix`."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix

    def path(self, key: str) -> Path:
        """Return the file for `key` (hex digits)."""
        return self._folder / f"{self._prefix}-{key}.db"

    def read(self, key: str) -> bytes | None:
        """Return what was written under `key`; None where there is nothing that can be trusted."""
        try:
            descriptor = os.open(self.path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            writable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or writable:
                return None
            data = file.read(_LARGEST)
        return data[32:] if len(data) > 32 and sha256(data[32:]).digest() == data[:32] else None

    def write(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, whole or not at all, readable by us alone. A full disk is no error."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=f".{self._prefix}-", dir=self._folder)  # 0600
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(sha256(content).digest() + content)
                os.replace(name, self.path(key))
            except OSError:
                os.unlink(name)
                raise
