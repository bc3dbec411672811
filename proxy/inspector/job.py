"""The tasks of one scan in, its reports out: what of them is answered, lost or late."""

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from detectors.base import Source
from detectors.scan import Report, Task
from proxy.inspector.wire import Answer, WireError


@dataclass(eq=False, slots=True)
class Job:
    """One scan on its way. `strikes` counts how often an inspector died while it may have been running there."""

    tasks: Sequence[Task] = field(repr=False)
    deadline: float
    done: asyncio.Future[None] = field(repr=False)
    reports: list[Report] = field(default_factory=list, repr=False)
    strikes: int = 0
    born: float = 0.0  # by the clock of the deadline

    def __post_init__(self) -> None:
        self.reports = [Report({}, {}) for _ in self.tasks]

    def learn(self, answer: Answer) -> None:
        """Add an answer; the last one ends the job. Raises WireError where it is no answer to this job."""
        if len(answer.reports) != len(self.reports):
            raise WireError("an answer of the wrong length")
        for mine, new in zip(self.reports, answer.reports, strict=True):
            mine.findings.update(new.findings)
            mine.failed.update(new.failed)
            mine.seconds.update(new.seconds)
        if answer.last:
            self.end("error", ())

    def end(self, reason: str, names: Container[str]) -> None:
        """End the job: what has no answer fails with `reason` (of `names`, a timeout is a `names_timeout`)."""
        for task, report in zip(self.missing(), self.reports, strict=True):
            for name in task.detectors:
                report.failed[name] = "names_timeout" if reason == "timeout" and name in names else reason
        if not self.done.done():
            self.done.set_result(None)

    def missing(self) -> list[Task]:
        """Return the tasks with the detectors that nothing is known of, in place; without text where there are none."""
        left = []
        for task, report in zip(self.tasks, self.reports, strict=True):
            names = tuple(n for n in task.detectors if n not in report.findings and n not in report.failed)
            left.append(Task(task.source, names) if names else Task(Source(""), ()))
        return left
