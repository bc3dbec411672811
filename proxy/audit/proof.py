"""An event in, its record with a proof out that it is among the signed ones; and the check of such a proof.

A proof shows one record to somebody who may see no other: the line itself, its place in the tree, the hashes beside its
way to the root, and the signed checkpoint with that root.
"""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from proxy.audit import merkle
from proxy.audit.chain import segments
from proxy.audit.ledger import CHECKPOINTS, LEAVES, signed
from proxy.audit.note import Verifier
from proxy.audit.reading import lines

_LEAF = 32


class ProofError(Exception):
    """A proof that cannot be made, or does not hold: why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies."""

    chain: str
    number: int
    line: bytes


def places(folder: Path, event: str) -> list[Place]:
    """Return every record of an event (its decision, its outcome, …). Raises OSError."""
    found = []
    for chain, files in segments(folder).items():
        number = 0
        for segment in files:
            for line in lines(segment):
                number += 1
                if event.encode() in line:
                    record = orjson.loads(line)
                    if record.get("id") == event:
                        found.append(Place(chain, int(record["seq"]), line.rstrip(b"\n")))
    return found


def prove(folder: Path, place: Place, verifier: Verifier) -> dict[str, Any]:
    """Return the proof of one record against the newest checkpoint. Raises ProofError, OSError."""
    path = folder / CHECKPOINTS
    rows = [signed(line, verifier) for line in (path.read_bytes() if path.exists() else b"").split(b"\n")[:-1]]
    index, reached = None, 0
    known: dict[str, int] = {}
    for row in rows:
        for head in row.checkpoint.heads:
            before = known.get(head.chain, 0)
            if head.chain == place.chain and before < place.number <= head.records:
                index = reached + place.number - before - 1
            reached += head.records - before
            known[head.chain] = head.records
    if index is None:
        raise ProofError("this record is not signed yet; the next checkpoint covers it")
    newest = rows[-1].checkpoint
    data = (folder / LEAVES).read_bytes()
    leaves = [data[start : start + _LEAF] for start in range(0, newest.size * _LEAF, _LEAF)]
    if leaves[index] != merkle.leaf(place.line) or merkle.root(leaves) != newest.root:
        raise ProofError("this record is not what was signed; hushgate audit verify says more")
    return {
        "record": place.line.decode(),
        "index": index,
        "size": newest.size,
        "path": [base64.b64encode(hashed).decode() for hashed in merkle.path(index, leaves)],
        "checkpoint": orjson.loads(rows[-1].line)["note"],
    }


def check(proof: dict[str, Any], verifier: Verifier) -> dict[str, Any]:
    """Return the record that a proof proves. Raises ProofError."""
    try:
        line = str(proof["record"]).encode()
        note = orjson.dumps({"note": str(proof["checkpoint"])})
        path = [base64.b64decode(hashed, validate=True) for hashed in proof["path"]]
        index, size = int(proof["index"]), int(proof["size"])
        checkpoint = signed(note, verifier).checkpoint
        record: dict[str, Any] = orjson.loads(line)
    except (ValueError, KeyError, TypeError) as error:
        raise ProofError(str(error) if isinstance(error, ValueError) else "this is no proof") from None
    if size != checkpoint.size or not merkle.included(merkle.leaf(line), index, size, path, checkpoint.root):
        raise ProofError("the record is not among those that were signed")
    return record
