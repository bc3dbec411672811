"""The proxy's own host: a user's words are inspected before they are kept."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from detectors.finding import Finding
from detectors.scan import Report, Task
from proxy.coaching.coachlink import CoachLink
from proxy.judging.ownpages import OwnPages
from proxy.judging.snapshot import DetectorInfo
from proxy.judging.tally import Tally
from proxy.metrics import Metrics


class Scans:
    def __init__(self, reports: list[Report] | None) -> None:
        self.reports = reports
        self.tasks: tuple[Task, ...] = ()

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        self.tasks = tuple(tasks)
        return self.reports


def found(category: str, score: float) -> list[Report]:
    return [Report({"d": (Finding("X", category, 0, 1, score, "d", ""),)}, {})]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reports", "good"),
    [
        ([Report({"d": ()}, {})], True),
        (found("label", 1.0), True),
        (found("pii", 0.3), True),
        (found("pii", 0.9), False),
        (found("secret", 0.9), False),
        ([Report({}, {"d": "timeout"})], False),
        (None, False),
    ],
    ids=["clean", "label", "unsure", "pii", "secret", "late", "busy"],
)
async def test_words_that_hold_protected_data_are_not_kept(reports: list[Report] | None, good: bool) -> None:
    scans = Scans(reports)
    snapshot = SimpleNamespace(detectors=(DetectorInfo("a", "structured"), DetectorInfo("b", "names")))
    link = CoachLink(SimpleNamespace(), "hushgate.internal", [])  # type: ignore[arg-type]
    pages = OwnPages(link, scans, lambda: snapshot, Tally(Metrics("worker")))  # type: ignore[arg-type,return-value]
    assert await pages._clean("words") is good
    assert scans.tasks[0].detectors == ("a",)
