"""A judged exchange in, what two reviewers shall be able to read of it out: each finding with the words around it."""

from collections.abc import Sequence
from typing import Any, Protocol

from detectors.finding import Finding
from policies.model import Verdict
from proxy.exchange import Prompt

AROUND = 60  # characters on each side
LONGEST = 600  # characters of a finding
MOST = 20  # findings


class Decoded(Protocol):
    """A request that was read."""

    @property
    def prompt(self) -> Prompt:
        """Return its text."""


class Judged(Protocol):
    """What was found and decided about one exchange (`proxy.judging.inspection.Judged`)."""

    @property
    def decoded(self) -> Decoded:
        """Return its text."""

    @property
    def findings(self) -> Sequence[tuple[int, Finding]]:
        """Return `(part number, finding)` pairs."""

    @property
    def verdict(self) -> Verdict:
        """Return what was decided."""


def snippets(judged: Judged) -> list[dict[str, Any]]:
    """Return at most `MOST` snippets, the surest findings first; none where no rule matched.

    A finding in a file has no text here: only where it was found is said.
    """
    if not judged.verdict.rules and not (judged.verdict.would and judged.verdict.would.rules):
        return []
    parts = judged.decoded.prompt.parts
    surest = sorted(judged.findings, key=lambda pair: -pair[1].score)[:MOST]
    found = []
    for number, finding in surest:
        part = parts[number]
        end = min(finding.end, finding.start + LONGEST)
        found.append(
            {
                "entity": finding.entity,
                "score": round(finding.score, 2),
                "where": part.path,
                "value": part.text[finding.start : end],
                "before": part.text[max(0, finding.start - AROUND) : finding.start],
                "after": part.text[finding.end : finding.end + AROUND],
                "cut": end < finding.end,
            }
        )
    return found
