"""Who writes and the line before in, what ties the next record to it out: one hash chain for each start of a process.

Rules
1. Every record holds `seq`, from 1, and `chain.prev`: SHA-256 (hex) of the whole line before, without its newline.
   The first record's is SHA-256 of the chain's name, so that no file can be passed off as another's.
2. A chain's records lie in segments: `NAME.jsonl`, then `NAME.1.jsonl`, `NAME.2.jsonl` and so on. A segment is never
   renamed while it grows; one that is closed may be compressed: `NAME.jsonl.zst`.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

BOOT_NS = 62_500  # nanoseconds of one step of a boot's number
_FILE = re.compile(
    r"(?P<chain>[A-Za-z0-9._]+-[A-Za-z0-9_]+-[0-9a-f]{12})(?:\.(?P<number>[0-9]{1,9}))?\.jsonl(?P<packed>\.zst)?"
)


@dataclass(frozen=True, slots=True)
class Chain:
    """Whose records a file holds: one start of one process."""

    node: str
    slot: str
    boot: str

    @property
    def name(self) -> str:
        """Return what names the chain, and begins the names of its files."""
        return f"{self.node}-{self.slot}-{self.boot}"

    def file(self, number: int = 0) -> str:
        """Return the name of the file of a segment."""
        return f"{self.name}.{number}.jsonl" if number else f"{self.name}.jsonl"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a chain."""

    chain: str
    number: int
    path: Path

    @property
    def packed(self) -> bool:
        """Tell whether it is compressed (zstd)."""
        return self.path.suffix == ".zst"


def fresh_chain(node: str, slot: str) -> Chain:
    """Return a chain that nobody has written yet. Its boot is the time in sixteenths of a millisecond, in hex."""
    return Chain(plain(node).replace("-", "_"), plain(slot).replace(".", "_"), f"{time.time_ns() // BOOT_NS:012x}")


def plain(name: str) -> str:
    """Return a name that can stand in a file's name."""
    return re.sub(r"[^A-Za-z0-9._]", "_", name)[:64] or "_"


def first_link(chain: str) -> str:
    """Return `chain.prev` of the first record of a chain."""
    return hashlib.sha256(f"hushgate/audit/v1/{chain}".encode()).hexdigest()


def link(line: bytes) -> str:
    """Return `chain.prev` of the record after `line`, which has no newline at its end."""
    return hashlib.sha256(line).hexdigest()


def segments(folder: Path) -> dict[str, list[Segment]]:
    """Return the files of every chain in `folder`, in order. Where a file is there packed and not, the plain one."""
    found: dict[tuple[str, int], Segment] = {}
    for path in sorted(folder.iterdir()):
        name = _FILE.fullmatch(path.name)
        if name:
            key = (name["chain"], int(name["number"] or 0))
            found.setdefault(key, Segment(*key, path))  # `.jsonl` sorts before `.jsonl.zst`
    chains: dict[str, list[Segment]] = {}
    for key in sorted(found):
        chains.setdefault(key[0], []).append(found[key])
    return chains
