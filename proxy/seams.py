"""Neighbouring parts in, the short texts across their seams out: a value split over two parts is found all the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from detectors.base import Source
from detectors.finding import Finding
from proxy.exchange import Part

REACH = 256  # characters taken from each side
_CATEGORIES = frozenset({"pii", "secret"})


@dataclass(frozen=True, slots=True)
class Seam:
    """The place where part `left` ends and part `right` begins, read as one text without a separator."""

    left: int
    right: int
    tail: int  # characters of the text that belong to the left part
    source: Source = field(repr=False)


def seams(parts: Sequence[Part]) -> list[Seam]:
    """Return the seams between neighbouring parts of one group, in order; empty and object-key parts do not count."""
    found: list[Seam] = []
    before: int | None = None
    for number, part in enumerate(parts):
        if not part.group or not part.text or part.path.endswith("~"):
            continue
        if before is not None and parts[before].group == part.group:
            tail = parts[before].text[-REACH:]
            found.append(Seam(before, number, len(tail), Source(tail + part.text[:REACH])))
        before = number
    return found


def split(seam: Seam, parts: Sequence[Part], finding: Finding) -> tuple[Finding, Finding] | None:
    """Return a finding's two halves, in the left and in the right part; None where it does not cross the seam."""
    if finding.category not in _CATEGORIES or not finding.start < seam.tail < finding.end:
        return None
    length = len(parts[seam.left].text)
    evidence = (*finding.evidence, "seam")
    left = replace(finding, start=length - seam.tail + finding.start, end=length, evidence=evidence)
    right = replace(finding, start=0, end=finding.end - seam.tail, evidence=evidence)
    return left, right
