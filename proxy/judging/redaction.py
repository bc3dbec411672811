"""What a verdict takes out of a request in, edits out: one replacement a stretch, however many findings overlap in it.

Rules
1. A stretch that a redaction touches gets a label; one that only has to be tokenised gets a placeholder.
2. Of a value that was split over several parts the first piece gets the label or placeholder, which stands for all of
   it; the others become empty.
3. A placeholder is nobody's data: findings inside one are none, and what is found around one ends at its brackets.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from detectors.base import REST
from detectors.finding import Finding
from proxy import placeholder
from proxy.exchange import Edit, Part
from proxy.placeholder import Issuer

_ENTITY = re.compile(r"\[[A-Z_]+_[A-Z2-7]{6,}\]")  # no digits in its name: no number hides in the form of a placeholder


@dataclass(frozen=True, slots=True)
class Cut:
    """Take a finding out of a part: for good, or for a placeholder that is put back (`restore`) or not.

    `label` stands in its place instead of the standard one; `{entity}` in it is the kind of the finding.
    """

    part: int
    finding: Finding
    tokenise: bool = False
    restore: bool = False
    label: str = ""


@dataclass(slots=True)
class _Stretch:
    part: int
    start: int
    end: int
    cuts: list[Cut]

    @property
    def surest(self) -> Finding:
        return max((cut.finding for cut in self.cuts), key=_sureness)

    @property
    def label(self) -> str:
        """Return what stands in its place: as the rule that redacts the surest says, else the standard label."""
        surest = max((c for c in self.cuts if not c.tokenise), key=lambda c: _sureness(c.finding), default=None)
        return (surest.label if surest else "").replace("{entity}", self.surest.entity) or label(self.surest.entity)

    @property
    def rest(self) -> bool:
        return REST in self.surest.evidence


def label(entity: str) -> str:
    """Return what stands in the text instead of a value: the same each time, so that prompt caches keep hitting."""
    return f"[REDACTED_{entity}]"


def edits(cuts: Iterable[Cut], parts: Sequence[Part], issuer: Issuer | None = None) -> list[Edit]:
    """Return the edits that make the cuts. Without an issuer nothing can be put back, and everything gets a label."""
    result: list[Edit] = []
    stretches = _stretches(cuts)
    for number, stretch in enumerate(stretches):
        new = ""
        if not stretch.rest:
            new = stretch.label
            if issuer is not None and all(cut.tokenise for cut in stretch.cuts):
                value = _text(stretch, parts) + "".join(_text(s, parts) for s in _followers(stretches, number))
                keep = all(cut.restore for cut in stretch.cuts)
                new = issuer.issue(stretch.surest.entity, value, keep=keep)
        result.append(Edit(stretch.part, stretch.start, stretch.end, new))
    return result


def without_placeholders(text: str, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings in `text` that are not of our own making, each cut back to before or after a placeholder."""
    found = [each for each in placeholder.find(text) if _ENTITY.fullmatch(each.token)] if findings else []
    return [kept for finding in findings if (kept := _beside(finding, found)) is not None] if found else list(findings)


def _beside(finding: Finding, found: Sequence[placeholder.Found]) -> Finding | None:
    for each in found:
        if finding.category not in ("pii", "secret") or each.end <= finding.start or finding.end <= each.start:
            continue
        if each.start <= finding.start:
            finding = replace(finding, start=min(each.end, finding.end))
        elif finding.end <= each.end:
            finding = replace(finding, end=each.start)
        if finding.start >= finding.end:
            return None
    return finding


def _sureness(finding: Finding) -> tuple[bool, float, int, str]:
    return finding.category == "secret", finding.score, finding.end - finding.start, finding.entity


def _stretches(cuts: Iterable[Cut]) -> list[_Stretch]:
    result: list[_Stretch] = []
    for cut in sorted(cuts, key=lambda cut: (cut.part, cut.finding.start, cut.finding.end)):
        if result and result[-1].part == cut.part and cut.finding.start < result[-1].end:
            result[-1].cuts.append(cut)
            result[-1].end = max(result[-1].end, cut.finding.end)
        else:
            result.append(_Stretch(cut.part, cut.finding.start, cut.finding.end, [cut]))
    return result


def _followers(stretches: Sequence[_Stretch], number: int) -> Iterable[_Stretch]:
    """Yield the further pieces of the value that begins in stretch `number`."""
    if "seam" in stretches[number].surest.evidence:
        for stretch in stretches[number + 1 :]:
            if not stretch.rest or stretch.surest.digest != stretches[number].surest.digest:
                return
            yield stretch


def _text(stretch: _Stretch, parts: Sequence[Part]) -> str:
    return parts[stretch.part].text[stretch.start : stretch.end]
