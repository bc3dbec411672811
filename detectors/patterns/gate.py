"""A text's bytes in, the numbers of the patterns that may match it out: one Hyperscan pass.

Rules
1. Hyperscan says which expressions fire, not where. Exact matching is done elsewhere, so the gate may say too much,
   never too little: a last repeat is cut to its minimum, and a text that fires very often counts as firing all.
   (HS_FLAG_SINGLEMATCH would report less, but makes some pairs of expressions take quadratic time.)
2. Scratch space belongs to one scan of one process: it is made after the fork and lent from a pool.
3. An expression that Hyperscan refuses is compiled as a prefilter; if that fails too, it always counts as fired.

Intel Hyperscan developer guide: https://intel.github.io/hyperscan/dev-reference/
"""

import os
import platform
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from detectors.patterns.store import Store

hs: Any = None
with suppress(ImportError):  # no wheel for this platform: the engine then relies on keywords alone
    hs = import_module("hyperscan")

_BLOCK = 1  # HS_MODE_BLOCK
_FORMAT = "1"  # of what we make of the expressions; another way of compiling them is another number
_FEW = 1000
_LAST_REPEAT = re.compile(r"(?<!\\)\{([1-9]\d*),\d*\}(\)?)\Z")
_PADDING = re.compile(r"=\{0,\d\}(\)?)\Z")


class Gate:
    """A compiled database for a sequence of expressions."""

    def __init__(self, database: Any, always: frozenset[int], count: int) -> None:
        self._database = database
        self._always = always
        self._count = count
        self._pool: list[Any] = []
        self._pid = 0

    def fired(self, data: bytes) -> set[int]:
        """Return the numbers of the expressions that may match `data`. Linear in its length."""
        reports: list[int] = []
        most = _FEW + len(data) // 8

        def note(number: int, *_: object) -> bool:
            reports.append(number)
            return len(reports) > most

        return set(self._always).union(reports) if self._scan(data, note) else set(range(self._count))

    def places(self, data: bytes) -> dict[int, list[int]] | None:
        """Return, for each expression that may match, where in `data` matches may end; None where nobody counted.

        Linear in the length of `data`. An expression that is not gated is there with no place.
        """
        found: dict[int, list[int]] = {number: [] for number in self._always}
        left = _FEW + len(data) // 8

        def note(number: int, _: int, end: int, *__: object) -> bool:
            nonlocal left
            ends = found.get(number)
            if ends is None:
                found[number] = [end]
            else:
                ends.append(end)
            left -= 1
            return left < 0

        return found if self._scan(data, note) else None

    def _scan(self, data: bytes, note: Callable[..., bool]) -> bool:
        """Call `note` for each report until it wants no more; tell whether it heard all."""
        if not data or self._database is None:
            return True
        scratch = self._borrow()
        try:
            self._database.scan(data, match_event_handler=note, scratch=scratch)
        except hs.ScanTerminated:
            return False
        finally:
            self._pool.append(scratch)
        return True

    def _borrow(self) -> Any:
        if self._pid != os.getpid():
            self._pid, self._pool = os.getpid(), []
        return self._pool.pop() if self._pool else hs.Scratch(self._database)


def available() -> bool:
    """Tell whether Hyperscan can be used here."""
    return hs is not None


def compile_gate(expressions: Sequence[str], cache: Path | None = None) -> Gate:
    """Return the gate for `expressions`, from `cache` where it holds the database for this library and processor."""
    store = Store(cache, "patterns") if cache is not None else None
    key = fingerprint(expressions)
    database = always = None
    if store is not None and (kept := store.read(key)) is not None:
        database, always = _restore(kept)
    if always is None:
        database, always = _compile(expressions)
        if store is not None and database is not None:
            store.write(key, _numbers(always) + hs.dumpb(database))
    return Gate(database, always, len(expressions))


def fingerprint(expressions: Sequence[str]) -> str:
    """Return a hash of the expressions, the library's version and the processor's features, in hex."""
    digest = sha256()
    for field in (_FORMAT, _version(), platform.machine(), _features(), *expressions):
        digest.update(field.encode("utf-8", "surrogatepass") + b"\x00")
    return digest.hexdigest()


def _compile(expressions: Sequence[str]) -> tuple[Any, frozenset[int]]:
    expressions = [_shortened(expression) for expression in expressions]
    flags = [hs.HS_FLAG_ALLOWEMPTY] * len(expressions)
    numbers = list(range(len(expressions)))
    try:
        return (_build(expressions, numbers, flags) if expressions else None), frozenset()
    except hs.error:
        pass
    kept: list[int] = []
    for number in numbers:
        if not _accepts(expressions[number], flags[number]):
            flags[number] |= hs.HS_FLAG_PREFILTER
            if not _accepts(expressions[number], flags[number]):
                continue
        kept.append(number)
    always = frozenset(numbers) - frozenset(kept)
    database = _build([expressions[n] for n in kept], kept, [flags[n] for n in kept]) if kept else None
    return database, always


def _shortened(expression: str) -> str:
    """Return an expression that matches wherever `expression` does, with fewer ends."""
    return _LAST_REPEAT.sub(r"{\1}\2", _PADDING.sub(r"\1", expression))


def _accepts(expression: str, flags: int) -> bool:
    try:
        _build([expression], [0], [flags])
    except hs.error:
        return False
    return True


def _build(expressions: Sequence[str], numbers: list[int], flags: list[int]) -> Any:
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression.encode() for expression in expressions],
        ids=numbers,
        elements=len(expressions),
        flags=flags,
    )
    return database


def _restore(kept: bytes) -> tuple[Any, frozenset[int] | None]:
    count = int.from_bytes(kept[:4], "big")
    always = frozenset(int.from_bytes(kept[i : i + 4], "big") for i in range(4, 4 + 4 * count, 4))
    try:
        database = hs.loadb(kept[4 + 4 * count :], _BLOCK)
        hs.Scratch(database)  # fails here, not in the first scan, where the database is of another build
    except hs.error:
        return None, None
    return database, always


def _numbers(always: frozenset[int]) -> bytes:
    return b"".join(n.to_bytes(4, "big") for n in (len(always), *sorted(always)))


def _version() -> str:
    try:
        return version("hyperscan")
    except PackageNotFoundError:
        return ""


def _features() -> str:
    """Return the processor's feature flags as Linux lists them; empty elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
