"""The audit folder in, signed checkpoints of it out: follows every chain, whoever writes it, and holds the key.

Rules
1. Only whole lines that are on disk are signed: files are synced before.
2. A chain has ended when its writer cannot write any more: it is quiet and there is a newer one of the same node and
   slot, or this process has only just started. A last line that was cut off is taken out then, and told.
3. A chain that changed is not signed any further, and told; the others are.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from proxy.audit.chain import Segment, segments
from proxy.audit.checkpoint import Checkpoint, Head
from proxy.audit.journal import sync_file
from proxy.audit.ledger import Ledger
from proxy.audit.note import Signer
from proxy.audit.tail import Changed, Tail

_IDLE = 3600.0  # seconds after which a chain of the command line has ended
_QUIET = 180.0  # and one of a process that was followed by another


@dataclass(slots=True)
class Look:
    """What one look found: the checkpoint (None where nothing was new), cut lines, chains that changed."""

    checkpoint: Checkpoint | None = None
    torn: list[tuple[str, int]] = field(default_factory=list)  # chain, bytes
    changed: list[tuple[str, str]] = field(default_factory=list)  # chain, how


class Notary:
    """Signs what others write. One for a folder, used by one thread at a time."""

    def __init__(self, folder: Path, signer: Signer, sync: Callable[[int], None] = sync_file) -> None:
        """Raises LedgerError where what was signed before does not fit, OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._ledger = Ledger(folder, signer)
        self._sync = sync
        self._tails = {chain: Tail(chain, head) for chain, head in self._ledger.heads.items() if not head.ended}
        self._broken: set[str] = set()

    @property
    def size(self) -> int:
        """Return how many records are signed."""
        return self._ledger.size

    def signed_to(self, chain: str) -> Head | None:
        """Return how far a chain is signed."""
        return self._ledger.heads.get(chain)

    def look(self, *, starting: bool = False) -> Look:
        """Read what is new and sign it. `starting`: no writer is up yet. Raises OSError."""
        look = Look()
        found = segments(self._folder)
        leaves: list[bytes] = []
        heads: list[Head] = []
        for chain in sorted({*found, *self._tails}):
            known = self._ledger.heads.get(chain)
            if chain in self._broken or (known and known.ended):
                continue
            tail = self._tails.setdefault(chain, Tail(chain))
            try:
                added = self._follow(tail, found, look, starting=starting)
            except Changed as error:
                self._broken.add(chain)
                look.changed.append((chain, str(error)))
                continue
            except PermissionError:
                continue  # a chain of the command line, written by another user
            leaves += added
            heads.append(tail.at)
        if leaves or any(self._ledger.heads.get(head.chain) != head for head in heads):
            now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            try:
                look.checkpoint = self._ledger.sign(leaves, heads, now)
            except OSError:
                self._tails = {chain: Tail(chain, head) for chain, head in self._ledger.heads.items() if not head.ended}
                raise
        self._tails = {chain: tail for chain, tail in self._tails.items() if not tail.ended}
        return look

    def _follow(self, tail: Tail, found: dict[str, list[Segment]], look: Look, *, starting: bool) -> list[bytes]:
        files = found.get(tail.chain, [])
        added = tail.follow(files, self._sync)
        if starting or _superseded(tail.chain, found):
            size = tail.torn(files)
            added += tail.follow(files, self._sync)  # what was written between the two
            tail.ended = True
            if size:
                look.torn.append((tail.chain, size))
        return added


def _superseded(chain: str, found: dict[str, list[Segment]]) -> bool:
    """Tell whether nobody writes this chain any more. Whoever is well writes a sign of life each minute."""
    files = found.get(chain)
    if not files:
        return False
    quiet = time.time() - files[-1].path.stat().st_mtime
    writer, _, boot = chain.rpartition("-")
    if writer.endswith("-cli"):
        return quiet > _IDLE
    return quiet > _QUIET and any(
        other.rpartition("-")[0] == writer and other.rpartition("-")[2] > boot for other in found
    )
