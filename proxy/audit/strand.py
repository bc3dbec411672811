"""The files of one chain in, what its records say of themselves out: numbers, links, leaves, tombstones, erasures.

Files are read one after the other, as somebody asks for records in them: of a trail of any length, the leaves of one
file a chain are held at a time.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from proxy.audit import merkle, tombstone
from proxy.audit.chain import Segment, first_link, link
from proxy.audit.reading import lines

_ERASERS = ("-supervisor-", "-cli-")  # the slots that write down what was erased


@dataclass(frozen=True, slots=True)
class Erasure:
    """Records of `chain` that record `number` of the chain `told_in` says were taken out."""

    chain: str
    first: int
    last: int
    told_in: str
    number: int


class Strand:
    """One chain as it lies there. `faults` are numbers of records and what is wrong at them."""

    def __init__(self, chain: str, files: Sequence[Segment], read: Callable[[int], None] = lambda count: None) -> None:  # noqa: ARG005
        """`read` hears after each file how many records it held."""
        self.chain = chain
        self.faults: list[tuple[int, str]] = []
        self.tombstones: list[int] = []
        self.last = 0
        self.records = 0
        self.torn = 0  # bytes of a line without an end
        self._files = deque(files)
        self._told = read
        self._leaves: dict[int, bytes] = {}
        self._asked = 0
        self._before = first_link(chain)

    def leaf(self, number: int) -> bytes | None:
        """Return the leaf of a record, once, in rising order; None where it is not there. Raises OSError."""
        while number > self.last and self._files:
            self._read()
        self._asked = number
        return self._leaves.pop(number, None)

    def finish(self) -> None:
        """Read what nobody asked for. Raises OSError."""
        while self._files:
            self._leaves.clear()
            self._read()
        self._leaves.clear()

    def _read(self) -> None:
        segment = self._files.popleft()
        before = self.records
        try:
            for line in lines(segment):
                if line.endswith(b"\n"):
                    self._before = self._take(line[:-1])
                    self.records += 1
                else:
                    self.torn += len(line)
        except OSError as error:
            if not str(error).startswith(segment.path.name):
                raise
            self.faults.append((self.last + 1, str(error)))
        self._told(self.records - before)

    def _take(self, line: bytes) -> str:
        """Take in one line and return its link."""
        try:
            record = orjson.loads(line)
            number = int(record["seq"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            self.last += 1
            self._keep(self.last, merkle.leaf(line))
            self.faults.append((self.last, "is no record: it was changed"))
            return link(line)
        if number <= self.last:
            self.faults.append((number, f"stands after record {self.last}: moved or repeated"))
            self._keep(number, merkle.leaf(line))
            return link(line)
        if number != self.last + 1:
            gap = f"record {self.last + 1}" if number == self.last + 2 else f"records {self.last + 1} to {number - 1}"
            self.faults.append((number, f"follows {gap} that is missing"))
        stone = tombstone.read(record)
        if stone:
            self.tombstones.append(number)
            self._keep(number, stone.leaf)
        else:
            self._keep(number, merkle.leaf(line))
            self._linked(record, number)
        self.last = number
        return stone.line if stone else link(line)

    def _keep(self, number: int, leaf: bytes) -> None:
        if number > self._asked:
            self._leaves.setdefault(number, leaf)

    def _linked(self, record: dict[str, Any], number: int) -> None:
        chain = record.get("chain")
        named = chain.get("prev") if isinstance(chain, dict) else None
        if f"{record.get('node')}-{record.get('slot')}-{record.get('boot')}" != self.chain:
            self.faults.append((number, "belongs to another chain"))
        elif named != self._before and number == self.last + 1:
            other = f"record {number - 1}" if number > 1 else "its chain"
            self.faults.append((number, f"names another hash for {other}: one of the two was changed"))


def erasures(chains: dict[str, list[Segment]]) -> Iterator[Erasure]:
    """Yield what records say was taken out. Raises OSError."""
    for chain, files in chains.items():
        if not any(slot in chain for slot in _ERASERS):
            continue
        for segment in files:
            try:
                yield from _told(chain, segment)
            except OSError as error:
                if not str(error).startswith(segment.path.name):
                    raise


def _told(chain: str, segment: Segment) -> Iterator[Erasure]:
    for line in lines(segment):
        if b'"type":"audit_erased"' in line:
            try:
                record = orjson.loads(line)
                first, last, number = int(record["first"]), int(record["last"]), int(record["seq"])
                yield Erasure(str(record["chain_of"]), first, last, chain, number)
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
                continue
