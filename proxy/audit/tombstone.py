"""A record's line in, what stands in its place once it was taken out, and back: the hashes of it, nothing of its text.

    {"erased":{"leaf":HEX,"line":HEX},"seq":N}

`line` is the hash that the next record names, `leaf` the one in the tree, so that links and proofs of the rest hold. It
counts only with an `audit_erased` record. Blanks fill it up to the length of the line: files keep their size.
"""

import re
from dataclasses import dataclass

import orjson

from proxy.audit import canonical, merkle
from proxy.audit.chain import link

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of record `number`."""

    number: int
    leaf: bytes
    line: str


def bury(line: bytes, number: int) -> bytes:
    """Return what takes the place of `line`, which has no newline. Raises ValueError for one that is too short."""
    whole = {"seq": number, "erased": {"leaf": merkle.leaf(line).hex(), "line": link(line)}}
    stone = canonical.dumps(whole)
    if len(stone) > len(line):
        raise ValueError("this line is shorter than what would take its place")
    return stone.ljust(len(line))


def read(record: object) -> Tombstone | None:
    """Return what a line, parsed, says of a record that was taken out; None where it is none of these."""
    if not isinstance(record, dict) or set(record) != {"erased", "seq"}:
        return None
    stone, number = record["erased"], record["seq"]
    if not isinstance(stone, dict) or not isinstance(number, int):
        return None
    leaf, line = str(stone.get("leaf")), str(stone.get("line"))
    if not _HEX.fullmatch(leaf) or not _HEX.fullmatch(line):
        return None
    return Tombstone(number, bytes.fromhex(leaf), line)


def parse(line: bytes) -> Tombstone | None:
    """Return what `read` does, of a line."""
    if not line.startswith(b'{"erased":'):
        return None
    try:
        return read(orjson.loads(line))
    except orjson.JSONDecodeError:
        return None
