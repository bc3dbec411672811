"""The files of one chain in, what its records say of themselves out: numbers, links, leaves, tombstones.

A tombstone is a line `{"erased":{"leaf":HEX,"line":HEX},"seq":N}` where a record was taken out on request: `line` is
the hash that the next record names, `leaf` the one in the tree. It counts only with an `audit_erased` record.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from proxy.audit import merkle
from proxy.audit.chain import Segment, first_link, link
from proxy.audit.reading import lines

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Erasure:
    """Records that an `audit_erased` record says were taken out."""

    chain: str
    first: int
    last: int
    number: int  # of the record that says so


@dataclass(slots=True)
class Strand:
    """One chain as it lies there. `faults` are numbers of records and what is wrong at them."""

    chain: str
    leaves: dict[int, bytes] = field(default_factory=dict, repr=False)
    faults: list[tuple[int, str]] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    tombstones: set[int] = field(default_factory=set)
    last: int = 0
    torn: int = 0  # bytes of a line without an end


def read_strand(chain: str, files: Sequence[Segment]) -> Strand:
    """Read a chain. Raises OSError."""
    strand = Strand(chain)
    before = first_link(chain)
    for segment in files:
        try:
            for line in lines(segment):
                if line.endswith(b"\n"):
                    before = _take(strand, line[:-1], before)
                else:
                    strand.torn += len(line)
        except OSError as error:
            if not str(error).startswith(segment.path.name):
                raise
            strand.faults.append((strand.last + 1, str(error)))
    return strand


def _take(strand: Strand, line: bytes, before: str) -> str:
    """Take in one line and return its link."""
    try:
        record = orjson.loads(line)
        number = int(record["seq"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        strand.last += 1
        strand.leaves[strand.last] = merkle.leaf(line)
        strand.faults.append((strand.last, "is no record: it was changed"))
        return link(line)
    if number <= strand.last:
        strand.faults.append((number, f"stands after record {strand.last}: moved or repeated"))
        strand.leaves.setdefault(number, merkle.leaf(line))
        return link(line)
    if number != strand.last + 1:
        gap = f"record {strand.last + 1}" if number == strand.last + 2 else f"records {strand.last + 1} to {number - 1}"
        strand.faults.append((number, f"follows {gap} that is missing"))
    tomb = _tombstone(record)
    if tomb:
        strand.tombstones.add(number)
        strand.leaves[number], result = tomb
    else:
        strand.leaves[number], result = merkle.leaf(line), link(line)
        _linked(strand, record, number, before)
        _erasure(strand, record)
    strand.last = number
    return result


def _linked(strand: Strand, record: dict[str, object], number: int, before: str) -> None:
    chain = record.get("chain")
    named = chain.get("prev") if isinstance(chain, dict) else None
    if f"{record.get('node')}-{record.get('slot')}-{record.get('boot')}" != strand.chain:
        strand.faults.append((number, "belongs to another chain"))
    elif named != before and number == strand.last + 1:
        other = f"record {number - 1}" if number > 1 else "its chain"
        strand.faults.append((number, f"names another hash for {other}: one of the two was changed"))


def _erasure(strand: Strand, record: dict[str, object]) -> None:
    if record.get("type") == "audit_erased":
        try:
            span = Erasure(
                str(record["chain_of"]), int(str(record["first"])), int(str(record["last"])), strand.last + 1
            )
        except (KeyError, ValueError):
            return
        strand.erasures.append(span)


def _tombstone(record: dict[str, object]) -> tuple[bytes, str] | None:
    stone = record.get("erased")
    if not isinstance(stone, dict) or set(record) != {"erased", "seq"}:
        return None
    leaf, line = str(stone.get("leaf")), str(stone.get("line"))
    return (bytes.fromhex(leaf), line) if _HEX.fullmatch(leaf) and _HEX.fullmatch(line) else None
