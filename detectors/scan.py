"""Texts and detectors in, reports out: runs each detector on each text, within a deadline, one failing alone.

A file is read once, by the detector of cost `file`; the others look at its text. What of it could not be read is a
finding of its own, so that it is known the next time as well: see `unread`.
"""

import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from detectors.base import Detector, File, Opened, Reader, Source
from detectors.finding import Digester, Finding, no_digest


@dataclass(frozen=True, slots=True)
class Task:
    """One text and the names of the detectors to run on it."""

    source: Source
    detectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one task: findings by detector that finished, a reason by detector that did not.

    Reasons are `timeout`, `names_timeout` and `error` (keys of a policy's `on_unknown`), `media` where nobody reads
    files.
    """

    findings: dict[str, tuple[Finding, ...]]
    failed: dict[str, str]


_UNREAD = "UNREAD"


def unread(reason: str, detector: str) -> Finding:
    """Return the finding that says that something of a file was not read. It stays between reader and inspection."""
    return Finding(_UNREAD, "opaque", 0, 0, 1.0, detector, evidence=(reason,))


def why_unread(finding: Finding) -> str:
    """Return the reason that a finding of `unread` holds; empty for any other finding."""
    return finding.evidence[0] if finding.entity == _UNREAD and finding.evidence else ""


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
        self._opened: weakref.WeakKeyDictionary[File, Opened] = weakref.WeakKeyDictionary()

    @property
    def detectors(self) -> tuple[Detector, ...]:
        """Return the detectors in the order they run."""
        return tuple(self._detectors.values())

    def run(self, tasks: Sequence[Task], deadline: float = float("inf")) -> list[Report]:
        """Return one report a task. `deadline` is a value of the clock, after which nothing more is started.

        Cheap detectors run on all texts before names and fingerprints start on any.
        """
        reports = [Report({}, {}) for _ in tasks]
        tasks = [self._read(task, report, deadline) for task, report in zip(tasks, reports, strict=True)]
        for cost in ("structured", "fingerprint", "names"):
            for task, report in zip(tasks, reports, strict=True):
                for name in task.detectors:
                    detector = self._detectors.get(name)
                    if detector is None:
                        report.failed[name] = "error"
                    elif detector.cost == cost:
                        self._run(detector, task.source, report, deadline)
        return reports

    def _read(self, task: Task, report: Report, deadline: float) -> Task:
        """Return a task on a file as one on its text; any other as it is."""
        file = task.source.file
        if file is None:
            return task
        reader = next((d for d in self._detectors.values() if isinstance(d, Reader)), None)
        if reader is None:
            report.failed.update(dict.fromkeys(task.detectors, "media"))
            return Task(Source(""), ())
        opened = self._opened.get(file)
        if opened is None:
            try:
                opened = reader.open(file, deadline, self._clock)
            except Exception:  # noqa: BLE001 - the boundary: a reader fails alone, its file never leaves in a traceback
                opened = Opened("", unread=("error",))
            self._opened[file] = opened
        if reader.name in task.detectors:
            if opened.late or "error" in opened.unread:
                report.failed[reader.name] = "timeout" if opened.late else "error"
            else:
                missed = tuple(unread(reason, reader.name) for reason in opened.unread)
                report.findings[reader.name] = (*opened.findings, *missed)
        names = tuple(name for name in task.detectors if name != reader.name)
        return Task(Source(opened.text, task.source.hint), names)

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
