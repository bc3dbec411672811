"""An audit folder and how far it was read before in, the records that came since out: for whoever ships them elsewhere.

A position is a file's number and the bytes of it that were read (unpacked), so that a file may be packed, and records
in it erased, between two looks. Only whole lines are taken.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from proxy.audit.chain import Segment, segments
from proxy.audit.reading import lines

Position = tuple[int, int]


def since(
    folder: Path, at: Mapping[str, Position], most: int = 500
) -> tuple[list[dict[str, Any]], dict[str, Position]]:
    """Return at most about `most` records, of all chains, and the positions behind them. Raises OSError.

    Chains that are gone have no position any more. What is no record (a tombstone, a line that somebody changed) is
    passed over.
    """
    found: list[dict[str, Any]] = []
    now: dict[str, Position] = {}
    for chain, files in segments(folder).items():
        number, offset = at.get(chain, (0, 0))
        for segment in files:
            if segment.number < number or len(found) >= most:
                continue
            if segment.number > number:
                number, offset = segment.number, 0
            for line in _from(segment, offset):
                offset += len(line)
                record = _record(line)
                found += [record] if record else []
                if len(found) >= most:
                    break
        now[chain] = (number, offset)
    return found, now


def _from(segment: Segment, offset: int) -> Iterator[bytes]:
    if segment.packed:
        position = 0
        for line in lines(segment):
            position += len(line)
            if position > offset:
                yield line
        return
    with segment.path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield line


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) and {"id", "ts", "type"} <= record.keys() else None
