"""`hushgate bench detect`: text of three sizes in, the time of our detectors and of others' out, in turns.

Rules
1. Times are processor time of this thread, after one run that is not counted. Each round has a text of its own, so
   that nothing is remembered, and all scanners read the same one after the other.
2. Goals are those of one core of a server that does nothing else.
"""

import time
from collections.abc import Callable, Iterator, Sequence

from detectors.base import Source
from detectors.load import Settings, load
from detectors.scan import Scanner, Task
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure, ratio
from proxy.bench.hostile import HOSTILE
from proxy.bench.peers import absent, installed
from proxy.bench.prompts import prompts

Scan = Callable[[str], object]

_SIZES = (2_000, 20_000, 100_000)
_STRUCTURED = ("secrets", "pii")
_EVERYTHING = ("views", "secrets", "pii", "labels", "code")
_GOALS = {"structured": (0.5, 3.0, 15.0), "views": (1.5, 10.0, 45.0)}
_PEER_LIMIT = 20_000  # characters: peers that take a second beyond that are not waited for
_WHOLE = (*_EVERYTHING, "documents")
_HOSTILE_SIZES = (62_500, 250_000, 1_000_000)
_FEW = 2  # rounds of texts that take seconds
_LINEAR = 40.0  # sixteen times the text may take that many times as long: cache effects, not another exponent


def run(parts: Sequence[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Yield the figures of the parts named (`structured`, `views`, `hostile`), of all without names.

    Raises ValueError for a name that there is not.
    """
    for name in parts:
        if name not in PARTS:
            raise ValueError(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    for name in parts or PARTS:
        tell(f"{name}: {(PARTS[name].__doc__ or '').splitlines()[0]}")
        for line in absent() if name == "structured" else ():
            tell(line)
        yield from PARTS[name](effort)


def structured(effort: Effort) -> Iterator[Figure]:
    """Secrets and structured personal data, beside the peers that are installed."""
    yield from _sizes("structured", "secrets and personal data", ours(_STRUCTURED), installed(), effort)


def views(effort: Effort) -> Iterator[Figure]:
    """The same with hidden values in the text, all its readings, markings and code."""
    yield from _sizes("views", "with views, markings and code", ours(_EVERYTHING), {}, effort)


def hostile(effort: Effort) -> Iterator[Figure]:
    """Texts that are made to be slow, of 62 kB, 250 kB and 1 MB: how many times as long sixteen times as much takes."""
    scan = ours(_WHOLE)
    sizes = tuple(effort.of(size) for size in _HOSTILE_SIZES)
    scan(prompts(sizes[0], effort.seed))
    for name, make in HOSTILE.items():
        texts = [make(size) for size in sizes]
        rounds = [[_timed(scan, text) for text in texts] for _ in range(min(effort.rounds, _FEW))]
        for number, size in enumerate(sizes):
            yield Figure("hostile", f"{name}, {size / 1000:g} kB", "ms", tuple(times[number] for times in rounds))
        yield ratio("hostile", f"{name}, ×16", [times[-1] for times in rounds], [times[0] for times in rounds], _LINEAR)


PARTS: dict[str, Callable[[Effort], Iterator[Figure]]] = {"structured": structured, "views": views, "hostile": hostile}


def ours(families: Sequence[str]) -> Scan:
    """Return a function that scans a text with detectors of these families."""
    scanner = Scanner(load(Settings(families=tuple(families))))
    names = tuple(detector.name for detector in scanner.detectors)
    return lambda text: scanner.run([Task(Source(text), names)])


def _sizes(part: str, what: str, scan: Scan, peers: dict[str, Scan], effort: Effort) -> Iterator[Figure]:
    for size, goal in zip(_SIZES, _GOALS[part], strict=True):
        own: list[float] = []
        others: dict[str, list[float]] = {name: [] for name in peers if size <= _PEER_LIMIT or effort.scale >= 1}
        scan(prompts(size, effort.seed))
        for round_ in range(effort.rounds):
            text = prompts(size, effort.seed + 1 + round_, hidden=part == "views")
            own.append(_timed(scan, text))
            for name, values in others.items():
                values.append(_timed(peers[name], text))
        label = f"{size // 1000} kB"
        yield Figure(part, f"{what}, {label}", "ms", tuple(own), goal)
        for name, values in others.items():
            yield Figure(part, f"{name}, {label}", "ms", tuple(values))
            yield ratio(part, f"{name} ÷ hushgate, {label}", values, own)


def _timed(scan: Scan, text: str) -> float:
    """Return milliseconds of processor time of this thread."""
    start = time.thread_time()
    scan(text)
    return max((time.thread_time() - start) * 1000, 1e-3)
