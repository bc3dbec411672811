"""Findings of one exchange in, the rows of its record out: what, where, how many, how sure; never what it was.

Rules
1. One row for each entity and kind of part (and writable or not, decided or not), so that a rule can be replayed.
2. `by` holds levels of score: [score, findings, different values], highest first, at most eight, none below 0.3.
   A value counts at its highest level only, so what stands at or above a level can be added up.
   Where the levels are tenths, the row is `rounded`: each score lies less than a tenth above its level.
3. Digests stand in the order of their values' levels. Where all are there, a replay counts different values exactly.
4. Source code and documents have a row for each finding: their lines, languages and overlaps do not add up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from detectors.finding import Finding
from proxy.audit import masking
from proxy.exchange import Part

FLOOR = 0.3
LEVELS = 8
ROWS = 200
_DIGESTS = 256
_PLACES = 4
_SINGLE = ("code", "fingerprint")

Row = dict[str, object]


@dataclass(slots=True)
class _Group:
    """Findings that share a row."""

    first: Finding
    part: Part
    scores: list[float] = field(default_factory=list)
    digests: dict[str, float] = field(default_factory=dict)  # to the highest score
    unkeyed: list[float] = field(default_factory=list)  # scores of findings without a digest
    detectors: dict[str, None] = field(default_factory=dict)
    places: dict[str, None] = field(default_factory=dict)


def rows(findings: Iterable[tuple[int, Finding]], parts: Sequence[Part], key: str) -> tuple[list[Row], int]:
    """Return the rows of `(part number, finding)` pairs, and how many findings have none: the least sure, beyond 200.

    `key` names the value key that the digests were made with.
    """
    groups: dict[tuple[object, ...], _Group] = {}
    for number, finding in findings:
        if finding.score < FLOOR:
            continue
        part = parts[number]
        single = len(groups) if finding.category in _SINGLE else -1
        group = groups.setdefault(
            (finding.entity, finding.category, part.kind, part.writable, part.decided, single), _Group(finding, part)
        )
        _add(group, finding, part)
    ordered = sorted(groups.values(), key=lambda group: -max(group.scores))
    omitted = sum(len(group.scores) for group in ordered[ROWS:])
    return [_row(group, key) for group in ordered[:ROWS]], omitted


def _add(group: _Group, finding: Finding, part: Part) -> None:
    group.scores.append(finding.score)
    if finding.digest:
        group.digests[finding.digest] = max(finding.score, group.digests.get(finding.digest, 0.0))
    else:
        group.unkeyed.append(finding.score)
    group.detectors[finding.detector] = None
    group.places[masking.place(part.path)] = None


def _row(group: _Group, key: str) -> Row:
    found = group.first
    digests = sorted(group.digests, key=lambda digest: -group.digests[digest])
    row: Row = {
        "entity": found.entity,
        "category": found.category,
        "count": len(group.scores),
        "distinct": len(group.digests) + len(group.unkeyed),
        "by": levels(group.scores, [*group.digests.values(), *group.unkeyed]),
        "in": group.part.kind,
        "writable": group.part.writable,
        "decided": group.part.decided,
        "detectors": list(group.detectors),
        "where": list(group.places)[:_PLACES],
        "digests": [f"{key}:{digest}" for digest in digests[:_DIGESTS]],
        "rounded": rounded(group.scores),
    }
    if found.category == "code":
        row |= {"language": found.language, "kind": found.kind, "lines": found.lines}
    if found.category == "fingerprint":
        row |= {"source": masking.line(found.source), "overlap": round(found.overlap, 4)}
    return row


def levels(scores: Sequence[float], values: Sequence[float]) -> list[list[float]]:
    """Return `[score, findings, different values]` for each level: the scores themselves, or tenths if too many.

    `values` are the highest scores of the different values. Scores are rounded down, to tenths or to four digits: a
    level never promises more than its findings hold.
    """
    step = _tenth if rounded(scores) else _exact
    counted = {level: [level, 0, 0] for level in sorted(map(step, scores), reverse=True)}
    for score in scores:
        counted[step(score)][1] += 1
    for score in values:
        counted[step(score)][2] += 1
    return list(counted.values())


def rounded(scores: Sequence[float]) -> bool:
    """Tell whether the levels of `scores` are tenths."""
    return len({_exact(score) for score in scores}) > LEVELS


def _exact(score: float) -> float:
    return int(score * 10_000 + 1e-6) / 10_000


def _tenth(score: float) -> float:
    return int(score * 10 + 1e-9) / 10
