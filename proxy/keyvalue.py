"""Small values that the workers of one machine share: a table with expiry, behind a protocol that others can fill.

The only place that knows SQLite. Whoever stores something secret encrypts it first.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

MOST = 100_000  # values of one owner
SHARED = "shared"  # the folder of the state in which the workers' files lie
_BUSY_SECONDS = 2.0
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS kept (
    id BLOB PRIMARY KEY, owner BLOB NOT NULL, expires INTEGER NOT NULL, value BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_owner ON kept (owner, expires);
CREATE INDEX IF NOT EXISTS by_expiry ON kept (expires);
"""
_INSERT = "INSERT OR REPLACE INTO kept (id, owner, expires, value) VALUES (?, ?, ?, ?)"
_TRIM = "DELETE FROM kept WHERE id IN (SELECT id FROM kept WHERE owner = ? ORDER BY expires DESC, id LIMIT -1 OFFSET ?)"
_FIT = """DELETE FROM kept WHERE id IN (SELECT id FROM (
    SELECT id, SUM(LENGTH(value)) OVER (ORDER BY expires DESC, id) AS together FROM kept) WHERE together > ?)"""


class KeyValue(Protocol):
    """Values by id, each with an owner and a time at which it is gone. Ids and owners are opaque bytes."""

    def get(self, id: bytes) -> bytes | None:
        """Return a value; quick enough for an event loop. Raises OSError."""

    def owns(self, owner: bytes) -> bool:
        """Tell whether anything of this owner is kept; as quick. Raises OSError."""

    async def put(self, owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        """Keep values for so many seconds; of one owner, the longest-lived `MOST`. Raises OSError."""

    def close(self) -> None:
        """Let go."""


class SqliteKeyValue:
    """A file that any number of processes open. Reads are in this thread, writes in one of their own."""

    def __init__(
        self, path: Path, clock: Callable[[], float] = time.time, most: int = MOST, most_bytes: int = 0
    ) -> None:
        """`most_bytes`: of all values together, the latest that fit; 0 = no bound. Raises OSError."""
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        self._writing = ThreadPoolExecutor(1, "keyvalue")
        path.touch(0o600, exist_ok=True)
        try:
            self._writer = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
            self._writer.executescript(_SCHEMA)
            self._reader = sqlite3.connect(path, timeout=0.05)
        except sqlite3.Error as error:
            raise OSError(f"{path} is not usable: {error}") from None

    def get(self, id: bytes) -> bytes | None:
        """Return a value that has not expired."""
        row = self._ask("SELECT value FROM kept WHERE id = ? AND expires > ?", id)
        return bytes(row[0]) if row else None

    def owns(self, owner: bytes) -> bool:
        """Tell whether the owner has a value that has not expired."""
        return self._ask("SELECT 1 FROM kept WHERE owner = ? AND expires > ? LIMIT 1", owner) is not None

    async def put(self, owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        """Write, in the other thread."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writing, self._put, owner, dict(values), seconds)

    async def all_of(self, owner: bytes) -> dict[bytes, bytes]:
        """Return all values of an owner that have not expired, by id; read in the other thread. Raises OSError."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._all_of, owner)

    async def forget(self, owner: bytes) -> None:
        """Take all values of an owner away, in the other thread. Raises OSError."""
        await asyncio.get_running_loop().run_in_executor(self._writing, self._forget, owner)

    def close(self) -> None:
        """Close the file."""
        self._writing.shutdown()
        self._writer.close()
        self._reader.close()

    def _ask(self, query: str, key: bytes) -> tuple[bytes, ...] | None:
        try:
            row: tuple[bytes, ...] | None = self._reader.execute(query, (key, self._clock())).fetchone()
        except sqlite3.Error as error:
            raise OSError(type(error).__name__) from None
        return row

    def _put(self, owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        now = self._clock()
        rows = [(id_, owner, int(now + seconds), value) for id_, value in values.items()]
        try:
            with self._writer:
                self._writer.execute("DELETE FROM kept WHERE expires <= ?", (now,))
                self._writer.executemany(
                    "INSERT OR REPLACE INTO kept (id, owner, expires, value) VALUES (?,?,?,?)", rows
                )
                self._writer.execute(_TRIM, (owner, self._most))
                if self._most_bytes:
                    self._writer.execute(_FIT, (self._most_bytes,))
        except sqlite3.Error as error:
            raise OSError(type(error).__name__) from None

    def _all_of(self, owner: bytes) -> dict[bytes, bytes]:
        query = "SELECT id, value FROM kept WHERE owner = ? AND expires > ?"
        try:
            return {bytes(id_): bytes(value) for id_, value in self._writer.execute(query, (owner, self._clock()))}
        except sqlite3.Error as error:
            raise OSError(type(error).__name__) from None

    def _forget(self, owner: bytes) -> None:
        try:
            with self._writer:
                self._writer.execute("DELETE FROM kept WHERE owner = ?", (owner,))
        except sqlite3.Error as error:
            raise OSError(type(error).__name__) from None
