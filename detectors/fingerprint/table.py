"""Rows of records in, the arrays of a table index out; and an index asked: which records stand in a text.

Rules
1. Each value is BLAKE2b of its shape and normal form under the index key, and that with the number of its column as one
   block of AES-256; the row's number stands beside it. So a form in a text is hashed once for all columns.
2. A record is there where a value of a primary column stands in the text and, within `NEAR` characters, values of
   other columns of the same row: `need` columns in all.
3. A primary value that stands in more than `COMMON` rows identifies nobody.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice, takewhile
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.fingerprint.cells import Cell, cell, strong, weak
from detectors.fingerprint.sieve import known, sieve
from detectors.fingerprint.store import Index, subkey
from detectors.fingerprint.tokens import Words
from detectors.fingerprint.winnowing import keyed

NEAR = 300
COMMON = 50
_MOST = 200  # records that are named for one text
_TOGETHER = 64  # neighbouring hits whose surroundings are read at once
_BATCH = 1 << 16

Candidate = tuple[Cell, int, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """A value of an indexed record in a text: which row, where, and how many of the row's columns are there."""

    row: int
    start: int
    end: int
    columns: int


class _Hasher:
    """What values of a table are hashed with."""

    def __init__(self, key: bytes) -> None:
        self._base = blake2b(key=subkey(key, "cells"), digest_size=8)
        self._key = subkey(key, "columns")

    def forms(self, forms: Iterable[Cell]) -> Words:
        """Return one hash a normal form."""
        found = bytearray()
        for shape, form in forms:
            one = self._base.copy()
            one.update(f"{shape}\0{form}".encode("utf-8", "replace"))
            found += one.digest()
        return np.frombuffer(bytes(found), "<u8").astype(np.uint64)

    def cells(self, forms: Words, columns: Words) -> Words:
        """Return the hashes of forms as values of columns: both as long."""
        return keyed(forms, self._key, columns)


def arrays(rows: Iterable[Sequence[str]], key: bytes) -> tuple[dict[str, NDArray[Any]], int]:
    """Return `cells` in order, the row of each and their sieve, and the number of rows."""
    hasher = _Hasher(key)
    columns, owners = array("Q"), array("I")
    hashes: list[Words] = []
    number = 0
    forms: list[Cell] = []
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            form = cell(value)
            if form is not None:
                forms.append(form)
                columns.append(column)
                owners.append(number - 1)
        if len(forms) > _BATCH:
            hashes.append(hasher.forms(forms))
            forms.clear()
    hashes.append(hasher.forms(forms))
    cells = hasher.cells(np.concatenate(hashes), np.array(columns, np.uint64))
    numbers = np.array(owners, np.uint32)
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
        self._hasher = _Hasher(key)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return self._columns

    def find(self, text: str) -> list[Hit]:
        """Return the values of records that stand in `text`, by position."""
        candidates = list(strong(text))
        if not candidates or not len(self._cells):
            return []
        candidates.sort(key=lambda candidate: candidate[1:])
        hits = [hit for hit in self._known(candidates, self._primary) if len(hit.rows) <= COMMON]
        found: dict[tuple[int, int, int], Hit] = {}
        records: set[tuple[int, int]] = set()
        for first in range(0, len(hits), _TOGETHER):
            if len(records) >= _MOST:
                break
            self._confirm(text, candidates, hits[first : first + _TOGETHER], found, records)
        return sorted(found.values(), key=lambda hit: (hit.start, hit.end, hit.row))

    def _confirm(
        self,
        text: str,
        candidates: Sequence[Candidate],
        hits: Sequence["_Known"],
        found: dict[tuple[int, int, int], Hit],
        records: set[tuple[int, int]],
    ) -> None:
        """Look for other columns of the rows of neighbouring hits around them; take in those that are enough."""
        first, last = max(0, hits[0].start - NEAR), min(len(text), max(hit.end for hit in hits) + NEAR)
        low = bisect_left(candidates, first, key=itemgetter(1))
        around = list(takewhile(lambda candidate: candidate[2] <= last, islice(candidates, low, None)))
        around += [(form, first + start, first + end) for form, start, end in weak(text[first:last])]
        wanted = np.unique(np.concatenate([hit.rows for hit in hits]))
        by_row: dict[int, list[tuple[int, int, int]]] = {}
        for value in self._known(around, range(self._columns)):
            at = np.minimum(np.searchsorted(value.rows, wanted), len(value.rows) - 1)
            for row in wanted[value.rows[at] == wanted].tolist():
                by_row.setdefault(row, []).append((value.start, value.end, value.column))
        for hit in hits:
            for row in hit.rows.tolist():
                if len(records) < _MOST and (row, hit.start // NEAR) not in records:
                    self._take(row, hit, by_row.get(row, ()), found, records)

    def _take(
        self,
        row: int,
        hit: "_Known",
        values: Sequence[tuple[int, int, int]],
        found: dict[tuple[int, int, int], Hit],
        records: set[tuple[int, int]],
    ) -> None:
        near = [value for value in values if hit.start - NEAR <= value[0] and value[1] <= hit.end + NEAR]
        columns = len({column for _, _, column in near})
        if columns >= self._need:
            records.add((row, hit.start // NEAR))
            for start, end, _ in near:
                found[row, start, end] = Hit(row, start, end, columns)

    def _known(self, candidates: Sequence[Candidate], columns: Sequence[int]) -> list["_Known"]:
        """Return which of the candidates are values of which of the columns, and of which rows."""
        forms = self._hasher.forms(form for form, _, _ in candidates)
        asked = np.repeat(forms, len(columns))
        cells = self._hasher.cells(asked, np.tile(np.array(columns, np.uint64), len(candidates)))
        numbers = known(cells, self._cells, self._sieve)
        left, right = (np.searchsorted(self._cells, cells[numbers], side).tolist() for side in ("left", "right"))
        values = []
        for number, low, high in zip(numbers.tolist(), left, right, strict=True):
            _, start, end = candidates[number // len(columns)]
            values.append(_Known(start, end, columns[number % len(columns)], self._rows[low:high]))
        return values


class _Known(NamedTuple):
    start: int
    end: int
    column: int
    rows: NDArray[np.uint32]


def described(columns: Sequence[str], primary: Sequence[str], need: int) -> Mapping[str, object]:
    """Return the note of a table index. Raises ValueError where a primary column is none of the columns."""
    wrong = [name for name in primary if name not in columns]
    if wrong or not primary:
        raise ValueError(f"{wrong[0]!r} is none of the columns {', '.join(columns)}" if wrong else "no primary column")
    if not 2 <= need <= len(columns):
        raise ValueError(f"between 2 and {len(columns)} columns are needed for a match, not {need}")
    return {"columns": list(columns), "primary": [columns.index(name) for name in primary], "need": need}
