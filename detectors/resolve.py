"""Overlapping findings in, one answer a place out: the more certain finding wins its characters.

Rules
1. Findings of different categories never suppress each other, except that a secret wins over a personal datum that
   it covers (a phone number inside a key is part of the key).
2. Code, labels, documents and opaque payloads are statements about a stretch: they suppress nothing and stay.
3. Within `pii` and within `secret`, of two that share a character the higher score wins, then the longer, then the
   earlier, then the entity's name: the result does not depend on the order of the input.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from detectors.finding import Finding

_STRETCH = frozenset({"code", "label", "fingerprint", "opaque"})


def resolve(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand, ordered by position."""
    kept: list[Finding] = []
    exact: list[Finding] = []
    for finding in findings:
        (kept if finding.category in _STRETCH else exact).append(finding)
    exact.sort(key=_rank)
    taken = _Spans()
    for finding in exact:
        if taken.add(finding.start, finding.end):
            kept.append(finding)
    return tuple(sorted(set(kept), key=lambda f: (f.start, f.end, f.entity, f.detector)))


def _rank(finding: Finding) -> tuple[bool, float, int, int, str, str]:
    certain_secret = finding.category == "secret" and finding.score >= 0.5
    return (
        not certain_secret,
        -finding.score,
        finding.start - finding.end,
        finding.start,
        finding.entity,
        finding.detector,
    )


class _Spans:
    """Disjoint spans, kept sorted by start."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> bool:
        """Take `start..end` unless a character of it is taken; tell whether it was."""
        i = bisect_right(self._starts, start)
        if i and self._ends[i - 1] > start:
            return False
        if bisect_left(self._starts, max(end, start + 1)) > i:
            return False
        self._starts.insert(i, start)
        self._ends.insert(i, end)
        return True
