"""What was signed: the tree over all records so far, and the head of every chain; as the text of a note and back.

Rules
1. The text is a checkpoint of c2sp.org/tlog-checkpoint: origin, size, root; then lines of ours: `time`, `previous`
   (SHA-256 of the checkpoint line before, so that none can be taken out), and `chain NAME RECORDS HEAD`.
2. A chain is named in every checkpoint until it is named with `ended` at the end of its line.
3. Leaves are records, in this order: checkpoint by checkpoint, in each chain by chain as named, in each from the
   number that the chain had before.
"""

import base64
import binascii
import re
from dataclasses import dataclass

FIRST = "0" * 64
_CHAIN = re.compile(r"chain (\S+) (\d+) ([0-9a-f]{64})( ended)?")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain was signed: `records` of it, the last of which has the hash `head` (see `chain.link`)."""

    chain: str
    records: int
    head: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`size` leaves under `root` (32 bytes), at a time (as records have it)."""

    origin: str
    size: int
    root: bytes
    time: str
    previous: str
    heads: tuple[Head, ...]

    def text(self) -> str:
        """Return the text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        lines += [f"time {self.time}", f"previous {self.previous}"]
        for head in self.heads:
            lines.append(f"chain {head.chain} {head.records} {head.head}{' ended' if head.ended else ''}")
        return "\n".join(lines) + "\n"


def read(text: str) -> Checkpoint:
    """Return the checkpoint whose text this is. Raises ValueError."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 5 or not lines[1].isdigit() or not lines[3].startswith("time ") or lines[4][:9] != "previous ":
        raise ValueError("this is no checkpoint of hushgate")
    heads = []
    for line in lines[5:]:
        found = _CHAIN.fullmatch(line)
        if found is None:
            raise ValueError("a line of this checkpoint is unknown")
        heads.append(Head(found[1], int(found[2]), found[3], bool(found[4])))
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error:
        raise ValueError("the root of this checkpoint cannot be read") from None
    return Checkpoint(lines[0], int(lines[1]), root, lines[3][5:], lines[4][9:], tuple(heads))
