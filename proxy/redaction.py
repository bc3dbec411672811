"""Findings to take out in, edits out: one replacement a stretch, however many findings overlap in it."""

from collections.abc import Iterable, Sequence

from detectors.base import REST
from detectors.finding import Finding
from proxy.exchange import Edit


def label(entity: str) -> str:
    """Return what stands in the text instead of a value: the same each time, so that prompt caches keep hitting."""
    return f"[REDACTED_{entity}]"


def edits(found: Iterable[tuple[int, Finding]]) -> list[Edit]:
    """Return edits for `(part number, finding)` pairs. Overlapping findings become one edit, named by the surest."""
    result: list[Edit] = []
    ordered = sorted(found, key=lambda pair: (pair[0], pair[1].start, pair[1].end))
    stretch: list[Finding] = []
    where = -1
    for part, finding in ordered:
        if stretch and (part != where or finding.start >= max(f.end for f in stretch)):
            result.append(_edit(where, stretch))
            stretch = []
        where = part
        stretch.append(finding)
    if stretch:
        result.append(_edit(where, stretch))
    return result


def _edit(part: int, stretch: Sequence[Finding]) -> Edit:
    surest = max(stretch, key=lambda f: (f.category == "secret", f.score, f.end - f.start, f.entity))
    start = min(f.start for f in stretch)
    end = max(f.end for f in stretch)
    # Of a value that was split over several parts only the first piece gets a label.
    tail = REST in surest.evidence
    return Edit(part, start, end, "" if tail else label(surest.entity))
