"""Closed files of an audit folder in, the same folder with less on the disk out: compressed, and erased when old.

Rules
1. Only what is signed whole is touched: its leaves stay, so that proofs of the rest still hold.
2. What is erased is written down before, by whoever is asked to: an `audit_erased` record that `verify` looks for.
3. A file is closed when its chain has gone on to the next one or has ended; shippers get `SETTLE` seconds to read it.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from proxy.audit.chain import Segment, segments
from proxy.audit.checkpoint import Head
from proxy.audit.reading import lines, pack

SETTLE = 300.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Expired:
    """A file that is old enough to go, and which records it holds."""

    segment: Segment
    first: int
    last: int


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else packs, erases or buries in a folder, and keep others from it. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def packed(folder: Path, signed_to: Callable[[str], Head | None], settle: float = SETTLE) -> list[Path]:
    """Compress what is closed and signed, and return the new files. Raises OSError."""
    settled = time.time() - settle
    with alone(folder):
        plain = _closed(folder, signed_to, lambda segment: not segment.packed and _changed(segment) <= settled)
        return [pack(segment.path) for segment in plain]


def expired(folder: Path, signed_to: Callable[[str], Head | None], days: float) -> list[Expired]:
    """Return the closed and signed files whose last record is older than `days`. Raises OSError."""
    old = time.time() - days * _DAY
    return [
        Expired(segment, *_span(segment))
        for segment in _closed(folder, signed_to, lambda segment: _changed(segment) < old)
    ]


def _closed(
    folder: Path, signed_to: Callable[[str], Head | None], wanted: Callable[[Segment], bool]
) -> Iterator[Segment]:
    """Yield the wanted files that are closed and signed whole. No other is read: this runs every minute."""
    for chain, files in segments(folder).items():
        head = signed_to(chain)
        for segment in files:
            closed = head is not None and (segment is not files[-1] or head.ended)
            if closed and wanted(segment) and _span(segment)[1] <= (head.records if head else 0):
                yield segment


def _changed(segment: Segment) -> float:
    return segment.path.stat().st_mtime


def _span(segment: Segment) -> tuple[int, int]:
    """Return the numbers of the first and the last record of a file."""
    first = last = b""
    for line in lines(segment):
        first, last = first or line, line
    return _number(first), _number(last)


def _number(line: bytes) -> int:
    try:
        return int(orjson.loads(line)["seq"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 1 << 62  # not ours to touch
