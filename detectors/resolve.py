"""Overlapping findings in, one answer a place out: the more certain finding wins its characters.

Rules
1. Findings of different categories never suppress each other, except that a secret of at least `CERTAIN` wins over a
   personal datum that shares a character with it: a phone number inside a key is part of the key, and the tail of a
   password with the host behind it is no e-mail address.
2. Code, labels, documents and opaque payloads are statements about a stretch: they suppress nothing and stay.
3. Within `pii` and within `secret`, of two that share a character the higher score wins, then the longer, then the
   earlier, then the entity's name: the result does not depend on the order of the input.
4. Findings in one run that was decoded as a whole all stand where the run stands. They share a character where they do
   in what the run says: a blob with a hundred addresses in it is a hundred findings.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from detectors.finding import Finding

CERTAIN = 0.5
_STRETCH = frozenset({"code", "label", "fingerprint", "opaque"})


def resolve(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand, ordered by position."""
    kept: list[Finding] = []
    secrets: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        pool = kept if finding.category in _STRETCH else secrets if finding.category == "secret" else others
        pool.append(finding)
    standing = _standing(secrets)
    certain = _Taken()
    for secret in standing:
        if secret.score >= CERTAIN:
            certain.add(*_where(secret))
    kept += standing
    kept += _standing(finding for finding in others if certain.free(*_where(finding)))
    return tuple(sorted(set(kept), key=_place))


def _place(finding: Finding) -> tuple[object, ...]:
    """Return a total order: a set has none of its own, and the answer must not differ from process to process."""
    first = (finding.start, finding.end, finding.inside, finding.entity, finding.detector)
    return (*first, finding.category, finding.score, finding.kind, finding.language, finding.digest, finding.evidence)


def _standing(findings: Iterable[Finding]) -> list[Finding]:
    taken = _Taken()
    return [finding for finding in sorted(findings, key=_rank) if taken.add(*_where(finding))]


def _rank(finding: Finding) -> tuple[object, ...]:
    where = _where(finding)
    return (-finding.score, where[-2] - where[-1], where, finding.entity, finding.detector)


def _where(finding: Finding) -> tuple[int, ...]:
    return (finding.start, finding.end, *finding.inside)


class _Taken:
    """The characters that findings have taken: of the text, and of the text of each run that was decoded as a whole."""

    def __init__(self) -> None:
        self._spans = _Spans()
        self._runs: dict[tuple[int, int], _Taken] = {}

    def free(self, start: int, end: int, *inside: int) -> bool:
        """Tell whether no character of `start..end` is taken, or none of what stands inside the run there."""
        run = self._runs.get((start, end)) if inside else None
        return run.free(*inside) if run else self._spans.free(start, end)

    def add(self, start: int, end: int, *inside: int) -> bool:
        """Take the characters if they are free; tell whether they were."""
        if not inside:
            return self._spans.add(start, end)
        if (start, end) not in self._runs:
            if not self._spans.add(start, end):
                return False
            self._runs[start, end] = _Taken()
        return self._runs[start, end].add(*inside)


class _Spans:
    """Disjoint spans, kept sorted by start."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def free(self, start: int, end: int) -> bool:
        """Tell whether no character of `start..end` is taken; an empty span counts as one character."""
        i = bisect_right(self._starts, start)
        if i and self._ends[i - 1] > start:
            return False
        return bisect_left(self._starts, max(end, start + 1)) <= i

    def add(self, start: int, end: int) -> bool:
        """Take `start..end` if it is free; tell whether it was."""
        if not self.free(start, end):
            return False
        i = bisect_right(self._starts, start)
        self._starts.insert(i, start)
        self._ends.insert(i, max(end, start + 1))
        return True
