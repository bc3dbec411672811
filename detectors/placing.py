"""A finding in a reading of a text in, the findings out where its value stands in the text."""

from collections.abc import Sequence
from dataclasses import replace

from detectors.base import REST, Detector, View
from detectors.entities import catalogue
from detectors.finding import Finding

_VALUES = frozenset({"pii", "secret"})


def finds_values(detector: Detector) -> bool:
    """Tell whether a detector may find values: others have nothing to say of pieces that were put together."""
    return any(catalogue().get(entity).category in _VALUES for entity in detector.entities)


def finds_code(detector: Detector) -> bool:
    """Tell whether a detector finds code and nothing else."""
    return {catalogue().get(entity).category for entity in detector.entities} == {"code"}


def placed(finding: Finding, view: View, known: Sequence[Finding]) -> list[Finding]:
    """Return a finding in a view as findings in the text; none where what is `known` says the same.

    A value that was put together from several places becomes a finding for each, all but the first with `REST`.
    """
    names = view.names(finding.start, finding.end)
    if not names or (view.joined and (finding.category not in _VALUES or not view.touched(finding.start, finding.end))):
        return []
    codes = (*finding.evidence, *(f"view:{name}" for name in names))
    origin = view.origin(finding.start, finding.end)
    inside = view.inside(finding.start, finding.end) if len(origin) == 1 else ()
    pieces = [
        replace(finding, start=start, end=end, evidence=(*codes, REST) if number else codes, inside=inside)
        for number, (start, end) in enumerate(origin)
    ]
    if any(_said(piece, other, chance=view.chance) for other in known for piece in pieces):
        return []
    return pieces


def _said(piece: Finding, known: Finding, *, chance: bool) -> bool:
    """Tell whether what is known says what the piece says, or is as sure where chance may have joined the piece."""
    if known.category != piece.category or not known.touches(piece):
        return False
    (first, last), (start, end) = _apart(known, piece)
    if end <= first or last <= start:
        return False
    if chance and known.score >= piece.score:
        return True
    return known.entity == piece.entity and first <= start and end <= last


def _apart(known: Finding, piece: Finding) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where both stand in the innermost run that both stand in, or in the text."""
    one, other = ((f.start, f.end, *f.inside) for f in (known, piece))
    at = 0
    while one[at : at + 2] == other[at : at + 2] and at + 2 < min(len(one), len(other)):
        at += 2
    return one[at : at + 2], other[at : at + 2]
