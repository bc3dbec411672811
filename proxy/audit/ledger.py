"""The signed side of an audit folder: what was signed so far, and room for the next checkpoint.

    checkpoints.jsonl    one signed checkpoint a line
    leaves.bin           32 bytes a leaf, in the order of the tree
    ../audit.checkpoint  the newest checkpoint again, beside the folder: an older copy of the folder shows

Rules
1. Leaves are on disk before the checkpoint that covers them, and that before its copy. Leaves beyond the last
   checkpoint are left from a crash and are taken out.
2. Nothing is ever signed on top of something that does not fit: `LedgerError`.
"""

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from proxy.audit import canonical, note
from proxy.audit.chain import link
from proxy.audit.checkpoint import FIRST, Checkpoint, Head, read
from proxy.audit.merkle import Frontier
from proxy.audit.note import NoteError, Signer, Verifier

CHECKPOINTS = "checkpoints.jsonl"
LEAVES = "leaves.bin"
NEWEST = "audit.checkpoint"
_LEAF = 32


class LedgerError(Exception):
    """Checkpoints, leaves and key that do not fit together: what is wrong, and a hint."""

    hint = "hushgate audit verify says where; keep the audit folder as evidence and move it away to start anew"


@dataclass(frozen=True, slots=True)
class Signed:
    """A line of checkpoints.jsonl that the key signed."""

    line: bytes = field(repr=False)
    checkpoint: Checkpoint


def signed(line: bytes, verifier: Verifier) -> Signed:
    """Return what a line of checkpoints.jsonl holds. Raises ValueError (NoteError where the key did not sign it)."""
    line = line.removesuffix(b"\n")
    try:
        text = str(orjson.loads(line)["note"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise ValueError("this is no checkpoint") from None
    return Signed(line, read(note.opened(text, verifier)))


def signed_to(folder: Path, verifier: Verifier) -> dict[str, int]:
    """Return how many records of each chain the key signed. Raises NoteError, OSError, ValueError."""
    path = folder / CHECKPOINTS
    reached: dict[str, int] = {}
    for line in (path.read_bytes() if path.exists() else b"").split(b"\n")[:-1]:
        reached |= {head.chain: head.records for head in signed(line, verifier).checkpoint.heads}
    return reached


class Ledger:
    """One folder's checkpoints, for whoever holds the key."""

    def __init__(self, folder: Path, signer: Signer) -> None:
        """Read what is there. Raises LedgerError, OSError."""
        self._folder = folder
        self._signer = signer
        self.heads: dict[str, Head] = {}
        self._previous = FIRST
        self._line = b""
        last = self._read()
        self._tree = self._grown(last)

    @property
    def size(self) -> int:
        """Return how many records are signed."""
        return self._tree.size

    def sign(self, leaves: list[bytes], heads: list[Head], time: str) -> Checkpoint:
        """Add `leaves`, which the `heads` cover in their order, and sign. Raises OSError; then nothing changed."""
        tree = Frontier(self._tree.size, self._tree.hashes)
        for hashed in leaves:
            tree.push(hashed)
        made = Checkpoint(self._signer.name, tree.size, tree.root(), time, self._previous, tuple(heads))
        whole = {"v": 1, "type": "checkpoint", "ts": time, "note": note.sign(made.text(), self._signer)}
        line = canonical.dumps(whole)
        _append(self._folder / LEAVES, b"".join(leaves), self._tree.size * _LEAF)
        path = self._folder / CHECKPOINTS
        _append(path, line + b"\n", path.stat().st_size if path.exists() else 0)
        self._tree, self._previous, self._line = tree, link(line), line
        self.heads |= {head.chain: head for head in heads}
        self._copy()
        return made

    def _copy(self) -> None:
        """Put the newest checkpoint beside the folder, with the edge of the tree, so that a start need not read all."""
        edge = base64.b64encode(b"".join(self._tree.hashes)).decode()
        path = self._folder.parent / NEWEST
        fresh = path.with_suffix(".new")
        fresh.write_bytes(self._line + b"\n" + canonical.dumps({"edge": edge}) + b"\n")
        fresh.replace(path)

    def _read(self) -> Checkpoint | None:
        last = None
        path = self._folder / CHECKPOINTS
        if not path.exists():
            if (self._folder / LEAVES).exists() or (self._folder.parent / NEWEST).exists():
                raise LedgerError(f"{path} is missing, but records were signed")
            return None
        data = path.read_bytes()
        whole, _, torn = data.rpartition(b"\n")
        if torn:
            os.truncate(path, len(data) - len(torn))
        for number, line in enumerate(whole.split(b"\n") if whole else (), 1):
            try:
                last = signed(line, self._signer.verifier).checkpoint
            except NoteError as error:
                raise LedgerError(f"{path}:{number}: {error}") from None
            except ValueError as error:
                raise LedgerError(f"{path}:{number}: {error}") from None
            if last.previous != self._previous:
                raise LedgerError(f"{path}:{number}: a checkpoint before this one was changed or is missing")
            self._line, self._previous = line, link(line)
            self.heads |= {head.chain: head for head in last.heads}
        return last

    def _grown(self, last: Checkpoint | None) -> Frontier:
        size = last.size if last else 0
        tree = self._edge(size) if last else Frontier()
        if tree is None or (last and tree.root() != last.root):
            tree = Frontier()
            data = (self._folder / LEAVES).read_bytes() if (self._folder / LEAVES).exists() else b""
            for start in range(0, min(len(data), size * _LEAF), _LEAF):
                tree.push(data[start : start + _LEAF])
        if last and tree.root() != last.root:
            raise LedgerError(f"{self._folder / LEAVES} does not fit the last checkpoint")
        return tree

    def _edge(self, size: int) -> Frontier | None:
        """Return the tree as the copy beside the folder has it; None where that is of another checkpoint."""
        try:
            line, rest = (self._folder.parent / NEWEST).read_bytes().split(b"\n", 1)
            edge = base64.b64decode(orjson.loads(rest)["edge"])
            whole = (self._folder / LEAVES).stat().st_size >= size * _LEAF
            hashes = [edge[start : start + _LEAF] for start in range(0, len(edge), _LEAF)]
            return Frontier(size, hashes) if line == self._line and whole else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _append(path: Path, data: bytes, size: int) -> None:
    """Write `data` at the end of a file that is `size` long, cutting off more; on disk when it returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.ftruncate(descriptor, size)
            written = 0
            while written < len(data):
                written += os.pwrite(descriptor, data[written:], size + written)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
