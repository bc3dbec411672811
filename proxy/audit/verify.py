"""An audit folder and the public key in, everything that is wrong with it out, each with its place.

Rules
1. Nothing is believed but the key (and a checkpoint that was carried away, where one is given): checkpoints are checked
   one by one with their links, the tree is grown again, and every record is held against its leaf.
2. A record is named by chain and number. Where several things show one fault, it is told once.
3. Files are read once, in order, and not kept: a trail of any length is checked in the memory of one file a chain.
4. What came after the last checkpoint is held together by the chain only; how many records that are is told.
"""

import bisect
import contextlib
import io
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from proxy.audit import merkle
from proxy.audit.chain import link, segments
from proxy.audit.checkpoint import FIRST, Checkpoint
from proxy.audit.ledger import CHECKPOINTS, LEAVES, NEWEST, signed
from proxy.audit.note import NoteError, Verifier
from proxy.audit.strand import Erasure, Strand, erasures

_LEAF = 32


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: where (a chain, a file), at which record (0: none in particular), and what."""

    where: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.where}{f' record {self.number}' if self.number else ''}: {self.what}"


@dataclass(slots=True)
class Result:
    """What `verify` found."""

    problems: list[Problem] = field(default_factory=list)
    records: int = 0
    chains: int = 0
    checkpoints: int = 0
    signed: int = 0
    erased: int = 0
    unsigned: int = 0
    newest: Checkpoint | None = None


def verify(
    folder: Path,
    verifier: Verifier,
    carried: bytes | None = None,
    progress: Callable[[int], None] = lambda records: None,  # noqa: ARG005
) -> Result:
    """Check a folder. `carried` is a line of checkpoints.jsonl that was kept elsewhere. Raises OSError.

    `progress` hears how many records were read so far.
    """
    doubtful: set[tuple[str, int]] = set()
    while True:
        result, bad = _verified(folder, verifier, carried, progress, doubtful)
        if not bad - doubtful:
            return result
        doubtful |= bad  # records that say what was erased, and were changed themselves: once more without them


def _verified(
    folder: Path,
    verifier: Verifier,
    carried: bytes | None,
    progress: Callable[[int], None],
    doubtful: Container[tuple[str, int]],
) -> tuple[Result, set[tuple[str, int]]]:
    result = Result()
    files = segments(folder)
    count = 0

    def read(records: int) -> None:
        nonlocal count
        count += records
        progress(count)

    strands = {chain: Strand(chain, found, read) for chain, found in files.items()}
    checkpoints = _checkpoints(folder, verifier, result)
    told = [each for each in erasures(files) if (each.told_in, each.number) not in doubtful]
    erased = _Erased(told, checkpoints)
    with contextlib.closing(_leaves(folder, checkpoints, result)) as leaves:
        covered = _Cover(strands, leaves, erased, result)
        for checkpoint in checkpoints:
            covered.check(checkpoint)
    for strand in strands.values():
        strand.finish()
        covered.own(strand)
    result.chains, result.records = len(strands), sum(strand.records for strand in strands.values())
    result.checkpoints, result.newest = len(checkpoints), checkpoints[-1] if checkpoints else None
    result.signed = result.newest.size if result.newest else 0
    result.unsigned = sum(max(0, s.last - covered.reached.get(s.chain, 0)) for s in strands.values())
    if strands and not checkpoints and not any(p.where == CHECKPOINTS for p in result.problems):
        result.problems.append(Problem(CHECKPOINTS, 0, f"is missing; {result.records} records are signed by nobody"))
    _newest(folder, verifier, carried, checkpoints, result)
    return result, {(each.told_in, each.number) for each in told} & covered.bad


def told(problems: Sequence[Problem]) -> list[str]:
    """Return one line a problem; records in a row that share one are one line."""
    found: list[str] = []
    for (_, where, what, _), group in groupby(
        enumerate(problems), lambda pair: (pair[1].number - pair[0], pair[1].where, pair[1].what, not pair[1].number)
    ):
        numbers = [problem.number for _, problem in group]
        if len(numbers) == 1:
            found.append(str(Problem(where, numbers[0], what)))
        else:
            found.append(f"{where} records {numbers[0]} to {numbers[-1]}: {what}")
    return found


class _Erased:
    """Which records were taken out, as records say that were signed themselves."""

    def __init__(self, told: Iterable[Erasure], checkpoints: Sequence[Checkpoint]) -> None:
        signed_to = {head.chain: head.records for checkpoint in checkpoints for head in checkpoint.heads}
        self._spans: dict[str, list[tuple[int, int]]] = {}
        for span in told:
            if span.number <= signed_to.get(span.told_in, 0):
                self._spans.setdefault(span.chain, []).append((span.first, span.last))
        self._spans = {chain: _merged(spans) for chain, spans in self._spans.items()}

    def __contains__(self, record: tuple[str, int]) -> bool:
        chain, number = record
        spans = self._spans.get(chain, [])
        at = bisect.bisect_right(spans, (number, sys.maxsize)) - 1
        return at >= 0 and spans[at][0] <= number <= spans[at][1]


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, none touching another."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _checkpoints(folder: Path, verifier: Verifier, result: Result) -> list[Checkpoint]:
    path = folder / CHECKPOINTS
    found: list[Checkpoint] = []
    previous = FIRST
    data = path.read_bytes() if path.exists() else b""
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            checkpoint = signed(line, verifier).checkpoint
        except NoteError as error:
            result.problems.append(Problem(CHECKPOINTS, 0, f"line {number}: {error}"))
            break
        except ValueError as error:
            result.problems.append(Problem(CHECKPOINTS, 0, f"line {number}: {error}"))
            break
        if checkpoint.previous != previous:
            result.problems.append(Problem(CHECKPOINTS, 0, f"line {number}: a checkpoint before it is missing"))
        previous = link(line)
        found.append(checkpoint)
    return found


class _Leaves:
    """The leaves in their order, where they fit the newest root; `known` False where they cannot be trusted."""

    def __init__(self, path: Path, *, known: bool) -> None:
        self.known = known
        self._file = path.open("rb") if known else None

    def next(self) -> bytes | None:
        """Return the next one; None where none is known."""
        return self._file.read(_LEAF) if self._file else None

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


def _leaves(folder: Path, checkpoints: Sequence[Checkpoint], result: Result) -> _Leaves:
    """Open the leaves, and say where they do not fit the newest root."""
    path = folder / LEAVES
    if not checkpoints:
        return _Leaves(path, known=False)
    tree = merkle.Frontier()
    with path.open("rb") if path.exists() else io.BytesIO() as file:
        while tree.size < checkpoints[-1].size and len(leaf := file.read(_LEAF)) == _LEAF:
            tree.push(leaf)
    fits = tree.size == checkpoints[-1].size and tree.root() == checkpoints[-1].root
    if not fits:
        result.problems.append(Problem(LEAVES, 0, "does not fit the signed root: it was changed or is missing"))
    return _Leaves(path, known=fits)


class _Cover:
    """Holds records against what was signed of them, checkpoint by checkpoint."""

    def __init__(
        self,
        strands: dict[str, Strand],
        leaves: _Leaves,
        erased: _Erased,
        result: Result,
    ) -> None:
        self._strands = strands
        self._leaves = leaves
        self._erasures = erased
        self._result = result
        self._tree = merkle.Frontier()
        self._size = 0
        self._lost = False
        self._told: set[str] = set()
        self.reached: dict[str, int] = {}
        self.bad: set[tuple[str, int]] = set()

    def check(self, checkpoint: Checkpoint) -> None:
        """Take in one checkpoint."""
        spans = []
        for head in checkpoint.heads:
            before = self.reached.get(head.chain, 0)
            spans.append((head.chain, before + 1, head.records))
            self.reached[head.chain] = max(before, head.records)
        if self._size + sum(max(0, last - first + 1) for _, first, last in spans) != checkpoint.size:
            self._tell(CHECKPOINTS, 0, f"the checkpoint of {checkpoint.time} does not add up")
            return
        for chain, first, last in spans:
            for number in range(first, last + 1):
                self._leaf(chain, number)
        if not self._leaves.known and not self._lost and self._tree.root() != checkpoint.root:
            self._lost = True
            names = ", ".join(f"{chain} records {first} to {last}" for chain, first, last in spans if last >= first)
            self._tell(CHECKPOINTS, 0, f"what was signed at {checkpoint.time} is not what is there: {names}")

    def _leaf(self, chain: str, number: int) -> None:
        known = self._leaves.next()
        strand = self._strands.get(chain)
        there = strand.leaf(number) if strand else None
        self._size += 1
        if there is None:
            if (chain, number) in self._erasures:
                self._result.erased += 1
            else:
                self._missing(chain, number, strand)
        elif known is not None and there != known:
            self.bad.add((chain, number))
            self._tell(chain, number, "is not what was signed: it was changed")
        if known is None:
            self._tree.push(there or bytes(_LEAF))

    def _missing(self, chain: str, number: int, strand: Strand | None) -> None:
        self.bad.add((chain, number))
        if strand is None:
            self._tell(chain, 0, "was signed, but its files are gone", once=chain)
        elif number > strand.last:
            self._tell(chain, number, "and what followed it is gone: the chain was cut off", once=chain)
        else:
            self._tell(chain, number, "is missing: it was signed")

    def own(self, strand: Strand) -> None:
        """Add what a chain itself shows and the checkpoints have not; to be called last."""
        for number, what in strand.faults:
            near = {(strand.chain, number + step) for step in (-1, 0, 1)}
            if not near & self.bad and (strand.chain, number - 1) not in self._erasures:
                self._result.problems.append(Problem(strand.chain, number, what))
        for number in strand.tombstones:
            if (strand.chain, number) in self._erasures:
                self._result.erased += 1
            else:
                self._result.problems.append(Problem(strand.chain, number, "was taken out, and no record says why"))

    def _tell(self, where: str, number: int, what: str, once: str = "") -> None:
        if once:
            if once in self._told:
                return
            self._told.add(once)
        self._result.problems.append(Problem(where, number, what))


def _newest(
    folder: Path, verifier: Verifier, carried: bytes | None, checkpoints: Sequence[Checkpoint], result: Result
) -> None:
    """Hold the folder against the checkpoint beside it, and one that was carried away."""
    beside = folder.parent / NEWEST
    for name, line in _outside(beside, carried):
        try:
            known = signed(line, verifier).checkpoint
        except ValueError as error:
            result.problems.append(Problem(name, 0, str(error)))
            continue
        if known not in checkpoints:
            there = checkpoints[-1].size if checkpoints else 0
            result.problems.append(
                Problem(name, 0, f"{known.size} records were signed by {known.time}; the folder is an older copy or "
                                 f"was written anew (it has {there} signed)")
            )  # fmt: skip
    if checkpoints and not beside.exists():
        result.problems.append(Problem(str(NEWEST), 0, "is missing beside the audit folder"))


def _outside(beside: Path, carried: bytes | None) -> Iterator[tuple[str, bytes]]:
    if beside.exists():
        yield NEWEST, beside.read_bytes().split(b"\n", 1)[0]
    if carried is not None:
        yield "the given checkpoint", carried.split(b"\n", 1)[0]
