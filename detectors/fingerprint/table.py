"""Rows of records in, the arrays of a table index out; and an index asked: which records stand in a text.

Rules
1. Each value is BLAKE2b of its column, shape and normal form under the index key; the row's number stands beside it.
2. A record is there where a value of a primary column stands in the text and, within `NEAR` characters, values of
   other columns of the same row: `need` columns in all.
3. A primary value that stands in more than `COMMON` rows identifies nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.fingerprint.cells import Cell, cell, strong, weak
from detectors.fingerprint.sieve import known, sieve
from detectors.fingerprint.store import Index, subkey

NEAR = 300
COMMON = 50
_MOST = 200  # records that are named for one text


@dataclass(frozen=True, slots=True)
class Hit:
    """A value of an indexed record in a text: which row, where, and how many of the row's columns are there."""

    row: int
    start: int
    end: int
    columns: int


def hasher(key: bytes) -> "blake2b":
    """Return the keyed hash that values of a table are hashed with."""
    return blake2b(key=subkey(key, "cells"), digest_size=8)


def digest(base: "blake2b", column: int, value: Cell) -> int:
    """Return the 64-bit hash of one value of one column."""
    one = base.copy()
    one.update(f"{column}\0{value[0]}\0{value[1]}".encode("utf-8", "replace"))
    return int.from_bytes(one.digest(), "little")


def arrays(rows: Iterable[Sequence[str]], key: bytes) -> tuple[dict[str, NDArray[Any]], int]:
    """Return `cells` in order, the row of each and their sieve, and the number of rows."""
    base = hasher(key)
    hashes: list[int] = []
    owners: list[int] = []
    number = 0
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            form = cell(value)
            if form is not None:
                hashes.append(digest(base, column, form))
                owners.append(number - 1)
    cells, numbers = np.array(hashes, np.uint64), np.array(owners, np.uint32)
    order = np.lexsort((numbers, cells))
    return {"cells": cells[order], "rows": numbers[order], "sieve": sieve(cells)}, number


class Table:
    """A table index, ready to be asked. `index.note` has `columns`, `primary` (numbers of columns) and `need`."""

    def __init__(self, index: Index, key: bytes) -> None:
        self.name = index.name
        self._cells = index.arrays["cells"]
        self._rows = index.arrays["rows"]
        self._sieve = index.arrays["sieve"]
        self._columns: int = len(index.note["columns"])
        self._primary: tuple[int, ...] = tuple(index.note["primary"])
        self._need: int = index.note["need"]
        self._base = hasher(key)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return self._columns

    def find(self, text: str) -> list[Hit]:
        """Return the values of records that stand in `text`, by position."""
        candidates = list(strong(text))
        if not candidates or not len(self._cells):
            return []
        asked = [(column, *candidate) for candidate in candidates for column in self._primary]
        hashes = np.array([digest(self._base, column, value) for column, value, _, _ in asked], np.uint64)
        found: dict[tuple[int, int, int], Hit] = {}
        records: set[tuple[int, int]] = set()
        for at in known(hashes, self._cells, self._sieve).tolist():
            column, _, start, end = asked[at]
            rows = self._rows_of(int(hashes[at]))
            if len(rows) > COMMON or len(records) >= _MOST:
                continue
            for row in rows.tolist():
                if (row, start // NEAR) not in records and self._confirm(text, row, column, start, end, found):
                    records.add((row, start // NEAR))
        return sorted(found.values(), key=lambda hit: (hit.start, hit.end, hit.row))

    def _confirm(
        self, text: str, row: int, column: int, start: int, end: int, found: dict[tuple[int, int, int], Hit]
    ) -> bool:
        """Look for other columns of a row around one of its values; take them in where they are enough."""
        first, last = max(0, start - NEAR), min(len(text), end + NEAR)
        columns = {column: [(start, end)]}
        around = text[first:last]
        for value, begins, ends in (*strong(around), *weak(around)):
            for other in range(self._columns):
                if other != column and self._has(digest(self._base, other, value), row):
                    columns.setdefault(other, []).append((first + begins, first + ends))
        if len(columns) < self._need:
            return False
        for places in columns.values():
            for begins, ends in places:
                found[row, begins, ends] = Hit(row, begins, ends, len(columns))
        return True

    def _rows_of(self, value: int) -> NDArray[np.uint32]:
        asked = np.uint64(value)
        left, right = np.searchsorted(self._cells, asked, "left"), np.searchsorted(self._cells, asked, "right")
        return np.asarray(self._rows[left:right])

    def _has(self, value: int, row: int) -> bool:
        rows = self._rows_of(value)
        at = int(np.searchsorted(rows, np.uint32(row)))
        return at < len(rows) and int(rows[at]) == row


def described(columns: Sequence[str], primary: Sequence[str], need: int) -> Mapping[str, object]:
    """Return the note of a table index. Raises ValueError where a primary column is none of the columns."""
    wrong = [name for name in primary if name not in columns]
    if wrong or not primary:
        raise ValueError(f"{wrong[0]!r} is none of the columns {', '.join(columns)}" if wrong else "no primary column")
    if not 2 <= need <= len(columns):
        raise ValueError(f"between 2 and {len(columns)} columns are needed for a match, not {need}")
    return {"columns": list(columns), "primary": [columns.index(name) for name in primary], "need": need}
