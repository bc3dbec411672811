"""The workers' answers in, what the admin pages show out: readiness and metrics of the whole."""

import shutil
from pathlib import Path

from proxy.audit.writer import AuditWriter
from proxy.judging.tally import Tally
from proxy.metrics import Merger, Metrics
from proxy.supervisor.crew import Crew


class Status:
    """Asks each time anew."""

    def __init__(self, crew: Crew, merger: Merger, counters: Metrics, trail: AuditWriter, audit: Path) -> None:
        self._crew = crew
        self._merger = merger
        self._metrics = counters
        self._tally = Tally(counters)
        self._trail = trail
        self._audit = audit

    async def readiness(self, revision: str) -> tuple[bool, list[str]]:
        """Tell whether every worker serves with this policy, and why not."""
        reasons = [f"worker {worker.slot} is not up" for worker in self._crew.serving if not worker.ready]
        for worker in self._crew.serving:
            answer = await worker.ask({"health": True}, timeout=2)
            if answer is None:
                reasons.append(f"worker {worker.slot} does not answer")
            elif answer.get("revision") != revision:
                reasons.append(f"worker {worker.slot} has not taken the policy over")
            elif not answer.get("inspectors"):
                reasons.append("no inspector answers")
        return not reasons, reasons

    async def scrape(self) -> bytes:
        """Return the metrics of all processes as one text."""
        texts = {}
        for worker in reversed(self._crew.all):  # of one slot, the gauges of the worker that serves stand last
            answer = await worker.ask({"metrics": True}, timeout=2)
            if answer is not None:
                texts[worker.name] = str(answer["metrics"]).encode()
        self._tally.audit_waits(self._trail.lag, self._trail.queued)
        self._tally.audit_free(shutil.disk_usage(self._audit).free)
        return self._merger.merge(texts, self._metrics.render())
