"""What happened in, metrics out: the one place that knows which event moves which metric."""

import time
from collections.abc import Iterable, Sequence

from detectors.scan import Report
from proxy import metrics
from proxy.exchange import Unread
from proxy.judging.inspection import Judged
from proxy.metrics import Metrics


class Tally:
    """Counts for one worker. Raises nothing."""

    def __init__(self, sink: Metrics) -> None:
        self._sink = sink

    def judged(self, judged: Judged) -> None:
        """Count one decision: the request, its rules, its findings, and what was not read."""
        verdict, service = judged.verdict, judged.match.service.id
        self._sink.count(metrics.REQUESTS, service, judged.match.endpoint.activity, str(verdict.action))
        prompt = judged.decoded.prompt
        inspected = ("partial" if prompt.parts else "none") if prompt.unread else "full"
        self._sink.count(metrics.REQUESTS_READ, judged.match.endpoint.dialect, inspected)
        for hit in verdict.rules:
            self._sink.count(metrics.RULE_MATCHES, hit.id, str(hit.action), "enforce")
        for hit in verdict.would.rules if verdict.would else ():
            self._sink.count(metrics.RULE_MATCHES, hit.id, str(hit.action), "shadow")
        for _, finding in judged.findings:
            self._sink.count(metrics.FINDINGS, finding.entity, finding.category)
        for reason in judged.facts.unknown:
            self._sink.count(metrics.UNINSPECTED, service, reason)
        self._bytes(service, len(judged.exchange.body), judged.decoded.prompt.unread)

    def _bytes(self, service: str, size: int, unread: Sequence[Unread]) -> None:
        """Account for every byte of a body once: what was not read first, by its reason, the rest as inspected."""
        left = size
        for miss in unread:
            taken = min(left, miss.bytes)
            left -= taken
            if taken:
                self._sink.count(metrics.REQUEST_BYTES, service, miss.reason, by=taken)
        self._sink.count(metrics.REQUEST_BYTES, service, "inspected", by=left)

    def discovered(self, service: str, confidence: str) -> None:
        """Count what tells of an AI service that nobody listed; `confidence` as in the audit record."""
        self._sink.count(metrics.DISCOVERIES, service, confidence)

    def drifted(self, dialect: str) -> None:
        """Count a fall of the share of words that a dialect's table knows."""
        self._sink.count(metrics.DIALECT_DRIFT, dialect)

    def mapped(self, dialect: str, share: float) -> None:
        """Note the share of words that a dialect's table knew of late."""
        self._sink.set(metrics.DIALECT_SHARE, share, dialect)

    def answered(self, judged: Judged) -> None:
        """Count what was found in an answer, and the rules that it matched; its request was counted."""
        for hit in judged.verdict.rules:
            self._sink.count(metrics.RULE_MATCHES, hit.id, str(hit.action), "enforce")
        for hit in judged.verdict.would.rules if judged.verdict.would else ():
            self._sink.count(metrics.RULE_MATCHES, hit.id, str(hit.action), "shadow")
        for _, finding in judged.findings:
            self._sink.count(metrics.FINDINGS, finding.entity, finding.category)

    def took(self, stage: str, seconds: float) -> None:
        """Note how long a stage of a decision took."""
        self._sink.observe(metrics.DECISION_SECONDS, seconds, stage)

    def cache_lookup(self, result: str, number: int) -> None:
        """Count look-ups in the cache of findings: `hit`, `miss` or `partial`."""
        self._sink.count(metrics.CACHE_LOOKUPS, result, by=number)

    def failed(self, service: str, activity: str) -> None:
        """Count a request that was refused because the inspection failed."""
        self._sink.count(metrics.REQUESTS, service, activity, "block")
        self._sink.count(metrics.UNINSPECTED, service, "error")

    def overloaded(self, service: str, activity: str) -> None:
        """Count a request that was answered 503."""
        self._sink.count(metrics.REQUESTS, service, activity, "overload")
        self._sink.count(metrics.INSPECTOR_OVERLOAD)

    def uninspected(self, service: str, reason: str, size: int = 0) -> None:
        """Count a request that nobody read, and its bytes."""
        self._sink.count(metrics.UNINSPECTED, service, reason)
        self._sink.count(metrics.REQUEST_BYTES, service, reason, by=size)

    def unread(self, service: str, reason: str, size: int) -> None:
        """Count bytes of a request that was counted as unread already."""
        self._sink.count(metrics.REQUEST_BYTES, service, reason, by=size)

    def refused(self, reason: str) -> None:
        """Count a connection or request that was turned away before any policy."""
        self._sink.count(metrics.REFUSED_DESTINATIONS, reason)

    def coached(self, outcome: str) -> None:
        """Count a question: `asked`, `limited` (the user has to wait), `justify`, `redact` or `cancel`."""
        self._sink.count(metrics.COACH, outcome)

    def handshake_failed(self) -> None:
        """Count a client that does not trust our CA, or pins the vendor's."""
        self._sink.count(metrics.TLS_FAILURES)

    def upstream_failed(self, reason: str) -> None:
        """Count an upstream that failed."""
        self._sink.count(metrics.UPSTREAM_ERRORS, reason)

    def tunnel(self, outcome: str, up: int, down: int) -> None:
        """Count a tunnel and its bytes."""
        self._sink.count(metrics.TUNNELS, outcome)
        self._sink.count(metrics.TUNNEL_BYTES, "up", by=up)
        self._sink.count(metrics.TUNNEL_BYTES, "down", by=down)

    def inspector_event(self, event: str) -> None:
        """Count a scan that did not go straight through."""
        self._sink.count(metrics.INSPECTOR_JOBS, event)

    def audited(self, kind: str, good: bool) -> None:
        """Count an audit record that was written, or could not be."""
        if good:
            self._sink.count(metrics.AUDIT_RECORDS, kind)
        else:
            self._sink.count(metrics.AUDIT_ERRORS)

    def audit_committed(self, seconds: float) -> None:
        """Note how long a commit of audit records took."""
        self._sink.observe(metrics.AUDIT_COMMIT_SECONDS, seconds)

    def audit_waits(self, lag: float, queued: int) -> None:
        """Note for how long a commit has been going on, and how many records wait."""
        self._sink.set(metrics.AUDIT_LAG, lag)
        self._sink.set(metrics.AUDIT_QUEUE, queued)

    def audit_signed(self, records: int) -> None:
        """Note that a checkpoint covers so many records."""
        self._sink.set(metrics.AUDIT_SIGNED, records)
        self._sink.set(metrics.AUDIT_CHECKPOINT_TIME, time.time())

    def audit_changed(self) -> None:
        """Count a chain that somebody changed."""
        self._sink.count(metrics.AUDIT_CHANGED)

    def audit_free(self, size: int) -> None:
        """Note how many bytes are free for the audit log."""
        self._sink.set(metrics.AUDIT_FREE, size)

    def scanned(self, reports: Iterable[Report]) -> None:
        """Count what each detector did with each text, and note how long it took for all of them."""
        took: dict[str, float] = {}
        for report in reports:
            for name, seconds in report.seconds.items():
                took[name] = took.get(name, 0.0) + seconds
            for name in report.findings:
                if name not in report.failed:
                    self._sink.count(metrics.DETECTOR_RUNS, name, "done")
            for name, reason in report.failed.items():
                self._sink.count(metrics.DETECTOR_RUNS, name, reason)
        for name, seconds in took.items():
            self._sink.observe(metrics.DETECTOR_SECONDS, seconds, name)

    def open_scans(self, number: int) -> None:
        """Note how many scans are open."""
        self._sink.set(metrics.INSPECTOR_OPEN, number)

    def connections(self, number: int) -> None:
        """Note how many client connections are open."""
        self._sink.set(metrics.CONNECTIONS, number)

    def in_force(self, revision: str) -> None:
        """Note which policy is in force."""
        self._sink.tell(metrics.POLICY_INFO, revision)

    def render(self) -> bytes:
        """Return the text that the supervisor merges."""
        return self._sink.render()
