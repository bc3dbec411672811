"""A person in, every record that names them out of the trail: found, and, once that is written down and signed, buried.

Rules
1. First an `audit_erased` record for each stretch, then a checkpoint that covers it, then the records go: `verify`
   stays clean throughout, and says how many were erased.
2. In an open file a tombstone takes the place of the line, byte for byte, where it stands; a packed file is packed
   anew.
3. What is under way is written down before, so that a crash in the middle is made good: `make_good`.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import zstandard

from proxy.audit import tombstone
from proxy.audit.chain import Segment, segments
from proxy.audit.custody import alone
from proxy.audit.reading import lines

_UNDER_WAY = ".erasing"


@dataclass(slots=True)
class Found:
    """The records of one person: numbers by chain, and the events that they are of."""

    numbers: dict[str, list[int]] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """Return how many records they are."""
        return sum(map(len, self.numbers.values()))


def find(folder: Path, user: str = "", address: str = "") -> Found:
    """Return the records whose `who` names this user, or this client address. Raises OSError."""
    found = Found()
    needle = orjson.dumps(user or address)
    for chain, files in segments(folder).items():
        for segment in files:
            for line in lines(segment):
                if needle in line and (record := _read(line)) and _named(record, user, address):
                    found.numbers.setdefault(chain, []).append(int(record["seq"]))
                    found.events.add(str(record["id"]))
    return found


def stretches(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield numbers in a row as pairs of the first and the last."""
    first = last = 0
    for number in sorted(numbers):
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield first, last
        first = last = number
    if first:
        yield first, last


def bury(folder: Path, graves: Mapping[str, Collection[int]]) -> int:
    """Put tombstones in the place of records, by number and chain, and return how many. Raises OSError."""
    make_good(folder)
    with alone(folder):
        known = segments(folder)
        return sum(
            _repacked(segment, frozenset(numbers)) if segment.packed else _overwritten(segment, frozenset(numbers))
            for chain, numbers in graves.items()
            for segment in known.get(chain, ())
        )


def make_good(folder: Path) -> None:
    """Finish what a crash left half done; what was not wholly written down had not begun. Raises OSError."""
    under_way = folder / _UNDER_WAY
    with alone(folder), contextlib.suppress(FileNotFoundError):
        try:
            left = orjson.loads(under_way.read_bytes())
            path = folder / Path(str(left["file"])).name
            if path.exists():
                _place(path, left["stones"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            pass
        under_way.unlink()


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) and {"seq", "id", "who"} <= set(record) else None


def _named(record: dict[str, Any], user: str, address: str) -> bool:
    who = record["who"]
    return isinstance(who, dict) and (
        (bool(user) and who.get("user") == user) or (bool(address) and who.get("ip") == address)
    )


def _stone(line: bytes, numbers: frozenset[int]) -> bytes | None:
    """Return what takes the place of a line with its newline; None where it stays."""
    record = _read(line) if line.endswith(b"\n") else None
    number = record["seq"] if record else None
    return tombstone.bury(line[:-1], number) + b"\n" if isinstance(number, int) and number in numbers else None


def _overwritten(segment: Segment, numbers: frozenset[int]) -> int:
    stones, offset = [], 0
    with segment.path.open("rb") as file:
        for line in file:
            stone = _stone(line, numbers)
            stones += [(offset, stone.decode())] if stone else []
            offset += len(line)
    if stones:
        _write_over(segment.path, stones)
    return len(stones)


def _write_over(path: Path, stones: list[tuple[int, str]]) -> None:
    under_way = path.parent / _UNDER_WAY
    handle = os.open(under_way, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps({"file": path.name, "stones": stones}) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    _place(path, stones)
    under_way.unlink()


def _place(path: Path, stones: list[tuple[int, str]]) -> None:
    with path.open("r+b", buffering=0) as file:
        times = os.fstat(file.fileno())
        for offset, stone in stones:
            os.pwrite(file.fileno(), stone.encode(), offset)
        os.fsync(file.fileno())
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _repacked(segment: Segment, numbers: frozenset[int]) -> int:
    if not any(_stone(line, numbers) for line in lines(segment)):
        return 0
    count = 0
    fresh = segment.path.with_name(segment.path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as target:
        with zstandard.ZstdCompressor(level=9, write_checksum=True).stream_writer(target, closefd=False) as packing:
            for line in lines(segment):
                stone = _stone(line, numbers)
                packing.write(stone or line)
                count += stone is not None
        target.flush()
        os.fsync(target.fileno())
    times = segment.path.stat()
    os.utime(fresh, ns=(times.st_atime_ns, times.st_mtime_ns))
    fresh.replace(segment.path)
    return count
