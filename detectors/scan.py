"""Texts and detectors in, reports out: runs each detector on each text, within a deadline, one failing alone.

A file is read once, by the detector of cost `file`; the others look at its text. What of it could not be read is a
finding of its own, so that it is known the next time as well: see `unread`.

Where one of the detectors is a viewer (detectors/views), each of the others runs on every reading of the text, too, and
what it finds there is reported where it stands in the text. A detector that fails or runs late on any reading has
failed; what it found until then is reported as well, and not to be kept for another time.
"""

import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from detectors.base import Detector, File, Opened, Reader, Source, View, Viewer, Views
from detectors.finding import Digester, Finding, no_digest
from detectors.placing import finds_code, finds_values, placed


@dataclass(frozen=True, slots=True)
class Task:
    """One text and the names of the detectors to run on it."""

    source: Source
    detectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one task: findings by detector, a reason by detector that did not finish.

    Reasons are `timeout`, `names_timeout`, `language` and `error` (keys of a policy's `on_unknown`), `media` where
    nobody reads files. A detector that stands in both did not read all of the text. `seconds` is how long each took.
    """

    findings: dict[str, tuple[Finding, ...]]
    failed: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class _Work:
    """A task on a text, once its file was read, and the other readings of the text."""

    source: Source
    detectors: tuple[str, ...]
    report: Report
    views: Sequence[View] = field(default_factory=tuple)
    gleaned: int = -1


LATE = {"names": "names_timeout", "language": "language"}
"""Cost to the reason for which a detector that ran out of time has failed; any other: `timeout`."""

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
        self._of_values = frozenset(name for name, detector in self._detectors.items() if finds_values(detector))
        self._of_code = frozenset(name for name, detector in self._detectors.items() if finds_code(detector))
        running = self._detectors.values()
        self._reader = next((d for d in running if isinstance(d, Reader)), None)
        self._viewer = next((d for d in running if isinstance(d, Viewer)), None)
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
        works = [self._read(task, Report({}, {}), deadline) for task in tasks]
        for work in works:
            self._view(work, deadline)
        for cost in ("structured", "fingerprint", "language", "names"):
            for work in works:
                for name in work.detectors:
                    detector = self._detectors.get(name)
                    if detector is None:
                        work.report.failed[name] = "error"
                    elif detector.cost == cost:
                        began = time.perf_counter()
                        self._run(detector, work, deadline)
                        work.report.seconds[name] = time.perf_counter() - began
        return [work.report for work in works]

    def _read(self, task: Task, report: Report, deadline: float) -> _Work:
        """Return a task on a file as one on its text; any other as it is."""
        file = task.source.file
        if file is None:
            return _Work(task.source, task.detectors, report)
        reader = self._reader
        if reader is None:
            report.failed.update(dict.fromkeys(task.detectors, "media"))
            return _Work(Source(""), (), report)
        began = time.perf_counter()
        opened = self._open(reader, file, deadline)
        if reader.name in task.detectors:
            report.seconds[reader.name] = time.perf_counter() - began
            if opened.late or "error" in opened.unread:
                report.failed[reader.name] = "timeout" if opened.late else "error"
            else:
                missed = tuple(unread(reason, reader.name) for reason in opened.unread)
                report.findings[reader.name] = (*opened.findings, *missed)
        names = tuple(name for name in task.detectors if name != reader.name)
        return _Work(Source(opened.text, task.source.hint), names, report, gleaned=opened.gleaned)

    def _open(self, reader: Reader, file: File, deadline: float) -> Opened:
        opened = self._opened.get(file)
        if opened is None:
            try:
                opened = reader.open(file, deadline, self._clock)
            except Exception:  # noqa: BLE001 - the boundary: a reader fails alone, its file never leaves in a traceback
                opened = Opened("", unread=("error",))
            self._opened[file] = opened
        return opened

    def _view(self, work: _Work, deadline: float) -> None:
        """Read a text otherwise; where that fails every detector has failed: none saw all of the text."""
        viewer = self._viewer
        if viewer is None or not work.detectors:
            return
        opener = partial(self._open, self._reader, deadline=deadline) if self._reader else _no_file
        late = self._late(viewer, deadline)
        began = time.perf_counter()
        try:
            read = Views() if late else viewer.views(work.source, opener, lambda: self._clock() >= deadline)
        except TimeoutError:
            late = "timeout"
        except Exception:  # noqa: BLE001 - the boundary: as above
            late = "error"
        if late:
            work.report.failed.update(dict.fromkeys(work.detectors, late))
            work.detectors = () if late != "error" else work.detectors
            return
        work.views = read.views
        if viewer.name in work.detectors:
            work.report.seconds[viewer.name] = time.perf_counter() - began
            work.report.findings[viewer.name] = tuple(read.opaque)
            work.detectors = tuple(name for name in work.detectors if name != viewer.name)

    def _run(self, detector: Detector, work: _Work, deadline: float) -> None:
        name, report = detector.name, work.report
        found: list[Finding] = []
        late = ""
        for view in (None, *work.views):
            late = self._late(detector, deadline)
            if late:
                break
            if view is not None and detector.cost == "language":
                break  # what is written otherwise is no prose
            if view is not None and view.joined and (detector.cost == "names" or name not in self._of_values):
                continue
            if view is not None and name in self._of_code and not view.lines:
                continue
            try:
                found.extend(self._found(detector, work.source, view, found))
            except Exception:  # noqa: BLE001 - the boundary: a detector fails alone, its text never leaves in a traceback
                late = "error"
                break
        if work.gleaned >= 0:
            found = [finding for finding in found if finding.start < work.gleaned or _is_value(finding, detector)]
        late = late or self._late(detector, deadline, done=True)
        if late:
            report.failed[name] = late
        if found or name not in report.failed:
            report.findings[name] = tuple(found)

    def _found(self, detector: Detector, source: Source, view: View | None, known: Sequence[Finding]) -> list[Finding]:
        if view is None:
            return list(detector.detect(source, self._digest))
        seen = detector.detect(Source(view.text, source.hint), self._digest)
        return [piece for finding in seen for piece in placed(finding, view, known)]

    def _late(self, detector: Detector, deadline: float, *, done: bool = False) -> str:
        now = self._clock()
        if now < deadline or (done and now == deadline):
            return ""
        return LATE.get(detector.cost, "timeout")


def _is_value(finding: Finding, detector: Detector) -> bool:
    """Tell whether a finding needs no lines or sentences around it: sound and pictures are full of what looks like."""
    return finding.category != "code" and detector.cost not in ("names", "language")


def _no_file(file: File) -> None:
    """Read no file: there is nobody who does."""
