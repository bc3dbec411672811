"""Texts and detectors in, reports out: runs each detector on each text, within a deadline, one failing alone."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from detectors.base import Detector, Source
from detectors.finding import Digester, Finding, no_digest


@dataclass(frozen=True, slots=True)
class Task:
    """One text and the names of the detectors to run on it."""

    source: Source
    detectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one task: findings by detector that finished, a reason by detector that did not.

    Reasons are `timeout`, `names_timeout` and `error` (keys of a policy's `on_unknown`).
    """

    findings: dict[str, tuple[Finding, ...]]
    failed: dict[str, str]


class Scanner:
    """Runs detectors in this process. The clock is injected, so that deadlines are tested without waiting.

    Raises ValueError where two detectors have one name: the second would hide the first.
    """

    def __init__(
        self, detectors: Iterable[Detector], digest: Digester = no_digest, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._detectors: dict[str, Detector] = {}
        for detector in detectors:
            if detector.name in self._detectors:
                raise ValueError(f"two detectors are called {detector.name}; give one of them another name")
            self._detectors[detector.name] = detector
        self._digest = digest
        self._clock = clock

    @property
    def detectors(self) -> tuple[Detector, ...]:
        """Return the detectors in the order they run."""
        return tuple(self._detectors.values())

    def run(self, tasks: Sequence[Task], deadline: float = float("inf")) -> list[Report]:
        """Return one report a task. `deadline` is a value of the clock, after which nothing more is started.

        Cheap detectors run on all texts before names and fingerprints start on any.
        """
        reports = [Report({}, {}) for _ in tasks]
        for cost in ("structured", "fingerprint", "names"):
            for task, report in zip(tasks, reports, strict=True):
                for name in task.detectors:
                    detector = self._detectors.get(name)
                    if detector is None:
                        report.failed[name] = "error"
                    elif detector.cost == cost:
                        self._run(detector, task.source, report, deadline)
        return reports

    def _run(self, detector: Detector, source: Source, report: Report, deadline: float) -> None:
        late = "names_timeout" if detector.cost == "names" else "timeout"
        if self._clock() >= deadline:
            report.failed[detector.name] = late
            return
        try:
            found = tuple(detector.detect(source, self._digest))
        except Exception:  # noqa: BLE001 - the boundary: a detector fails alone, its text never leaves in a traceback
            report.failed[detector.name] = "error"
            return
        if self._clock() > deadline:
            report.failed[detector.name] = late
        else:
            report.findings[detector.name] = found
