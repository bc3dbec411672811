"""Events in, Prometheus's text out: every metric in one table, and the merger of what several processes expose.

Rules
1. Label sets are bounded: a value outside its fixed set, or beyond the cap of its label, becomes `other`. Nothing
   that a user wrote is a label.
2. Each process exposes only the metrics of its scope; the supervisor's are nobody's twice.
3. Merged counters and histograms are sums that never fall: what a process counted before it ended is carried on.
   Merged gauges get a label `worker`; the supervisor's own do not.

Source of the text format: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import Metric as Family
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"
Scope = Literal["worker", "supervisor", "both"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ACTIONS = ("allow", "monitor", "coach", "redact", "tokenise", "block", "route", "overload")
_CATEGORIES = ("pii", "secret", "code", "label", "fingerprint", "opaque")
_ACTIVITIES = (
    *("chat", "completion", "embedding", "upload", "fine_tune", "image", "audio", "realtime"),
    *("agent_tool", "auth", "telemetry", "asset"),
)

LABELS: dict[str, tuple[str, ...] | int] = {
    "service": 200,
    "rule": 500,
    "entity": 400,
    "revision": 50,
    "activity": _ACTIVITIES,
    "action": _ACTIONS,
    "mode": ("enforce", "shadow"),
    "category": _CATEGORIES,
    "stage": ("decode", "detect", "decide", "total"),
    "direction": ("up", "down"),
    "type": 20,
    "answer": ("asked", "limited", "justify", "redact", "cancel"),
    "outcome": ("passed", "inspected", "refused", "failed"),
    "result": ("hit", "miss", "partial"),
    "reason": 30,
    "detector": 60,
    "state": ("done", "timeout", "names_timeout", "error", "media"),
    "dialect": 150,
    "inspected": ("full", "partial", "none"),
    "confidence": ("suspected", "confirmed", "listed"),
    "version": 5,
    "evidence": 50,
}
"""The values of each label, or how many different ones it may have in one metric of one process."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table. `scope` says which processes expose it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    scope: Scope = "worker"


def _counter(name: str, text: str, *labels: str, scope: Scope = "worker") -> Metric:
    return Metric(f"hushgate_{name}_total", "counter", text, labels, scope=scope)


def _gauge(name: str, text: str, *labels: str, scope: Scope = "worker") -> Metric:
    return Metric(f"hushgate_{name}", "gauge", text, labels, scope=scope)


REQUESTS = _counter("requests", "Requests to AI services, by what was done with them.", "service", "activity", "action")
RULE_MATCHES = _counter("rule_matches", "Rules that matched a request.", "rule", "action", "mode")
FINDINGS = _counter("findings", "Findings in requests.", "entity", "category")
UNINSPECTED = _counter(
    "uninspected_requests", "Requests to AI services that were not wholly read, by reason.", "service", "reason"
)
REQUEST_BYTES = _counter(
    "request_bytes", "Bytes sent to AI services: `inspected`, or the reason why they were not.", "service", "reason"
)
DISCOVERIES = _counter(
    "discoveries",
    "Signs of unlisted AI services: suspected by requests, confirmed by answers, or listed.",
    "service",
    "confidence",
)
DIALECT_DRIFT = _counter("dialect_drift", "Falls of the share of words that a dialect's table knows.", "dialect")
DIALECT_SHARE = _gauge("dialect_mapped_ratio", "Share of a dialect's words that its table knows, of late.", "dialect")
DECISION_SECONDS = Metric(
    "hushgate_decision_seconds",
    "histogram",
    "Time that a decision took, by stage, in seconds.",
    ("stage",),
    _SECONDS,
)
CONNECTIONS = _gauge("connections", "Client connections that are open.")
TUNNELS = _counter("tunnels", "Tunnels asked for with CONNECT, by what became of them.", "outcome")
TUNNEL_BYTES = _counter("tunnel_bytes", "Bytes relayed without decryption.", "direction")
CACHE_LOOKUPS = _counter("cache_lookups", "Texts looked up in the cache of findings.", "result")
INSPECTOR_OVERLOAD = _counter("inspector_overload", "Requests answered 503 because the inspectors had no room.")
INSPECTOR_JOBS = _counter("inspector_jobs", "Scans that did not go straight through, by what happened.", "reason")
COACH = _counter("coach", "What users were asked and what they answered.", "answer")
REFUSED_DESTINATIONS = _counter("refused_destinations", "Connections refused by the access lists.", "reason")
UPSTREAM_ERRORS = _counter("upstream_errors", "Upstream connections that failed.", "reason")
TLS_FAILURES = _counter(
    "tls_client_handshake_failures", "TLS handshakes that clients broke off: pinning, or our CA is not trusted."
)
AUDIT_RECORDS = _counter("audit_records", "Audit records written.", "type", scope="both")
AUDIT_ERRORS = _counter("audit_errors", "Audit records that could not be written.", scope="both")
POLICY_INFO = _gauge("policy_info", "1 for the revision of the policy in force.", "revision", scope="both")
POLICY_RELOAD_OK = _gauge(
    "policy_last_reload_successful", "1 where the last reload of the policy was good, else 0.", scope="supervisor"
)
POLICY_RELOAD_TIME = _gauge(
    "policy_last_reload_success_timestamp_seconds", "When the policy was last reloaded well.", scope="supervisor"
)
WORKER_RESTARTS = _counter("worker_restarts", "Workers started anew after they ended.", scope="supervisor")
INSPECTOR_RESTARTS = _counter("inspector_restarts", "Inspectors started anew after they ended.", scope="supervisor")
DETECTOR_RUNS = _counter("detector_runs", "Texts that detectors were run on, by how that ended.", "detector", "state")
DETECTOR_SECONDS = Metric(
    "hushgate_detector_seconds",
    "histogram",
    "Time that a detector took for the texts of one scan, in seconds.",
    ("detector",),
    (0.0001, 0.0005, 0.0025, 0.01, 0.05, 0.25, 1.0, 5.0),
)
REQUESTS_READ = _counter(
    "requests_read", "Requests whose text was looked for, by wire form and how much was read.", "dialect", "inspected"
)
INSPECTOR_OPEN = _gauge("inspector_open_jobs", "Scans that inspectors have not answered yet.")
AUDIT_COMMIT_SECONDS = Metric(
    "hushgate_audit_commit_seconds",
    "histogram",
    "Time that a commit of audit records took, in seconds.",
    (),
    _SECONDS,
    "both",
)
AUDIT_LAG = _gauge("audit_lag_seconds", "For how long the commit under way has been going on.", scope="both")
AUDIT_QUEUE = _gauge("audit_queue_records", "Audit records that wait for the disk.", scope="both")
AUDIT_CHECKPOINT_TIME = _gauge(
    "audit_last_checkpoint_timestamp_seconds", "When the audit log was last signed.", scope="supervisor"
)
AUDIT_SIGNED = _gauge("audit_signed_records", "Audit records that the last checkpoint covers.", scope="supervisor")
AUDIT_CHANGED = _counter(
    "audit_changed_chains", "Chains of the audit log that were changed behind our back.", scope="supervisor"
)
AUDIT_FREE = _gauge("audit_free_bytes", "Free bytes on the disk of the audit log.", scope="supervisor")
BUILD_INFO = _gauge("build_info", "1 for the version that runs.", "version", scope="supervisor")
VENDOR_EVIDENCE = _gauge(
    "vendor_evidence_expiry_timestamp_seconds",
    "When evidence of a vendor's assurance ends (services.yaml).",
    *("service", "evidence"),
    scope="supervisor",
)
CA_EXPIRY = _gauge("ca_expiry_timestamp_seconds", "When our CA certificate expires.", scope="supervisor")

METRICS = (
    *(REQUESTS, RULE_MATCHES, FINDINGS, UNINSPECTED, DECISION_SECONDS, CONNECTIONS, TUNNELS, TUNNEL_BYTES),
    *(CACHE_LOOKUPS, INSPECTOR_OVERLOAD, INSPECTOR_JOBS, REFUSED_DESTINATIONS, UPSTREAM_ERRORS, TLS_FAILURES),
    *(REQUEST_BYTES, DISCOVERIES, DIALECT_DRIFT, DIALECT_SHARE),
    COACH,
    *(AUDIT_RECORDS, AUDIT_ERRORS, POLICY_INFO, POLICY_RELOAD_OK, POLICY_RELOAD_TIME),
    *(DETECTOR_SECONDS, DETECTOR_RUNS, REQUESTS_READ, INSPECTOR_OPEN, AUDIT_COMMIT_SECONDS, AUDIT_LAG, AUDIT_QUEUE),
    *(AUDIT_CHECKPOINT_TIME, AUDIT_SIGNED, AUDIT_CHANGED, AUDIT_FREE, BUILD_INFO),
    *(WORKER_RESTARTS, INSPECTOR_RESTARTS, CA_EXPIRY, VENDOR_EVIDENCE),
)
"""Every metric of the product."""


class Metrics:
    """The metrics of one process, in a registry of its own. Any thread may count; one alone may `tell`."""

    def __init__(self, scope: Literal["worker", "supervisor"] = "worker") -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        self._wrappers = {m: self._register(m) for m in METRICS if m.scope in (scope, "both")}
        self._children: dict[tuple[Metric, tuple[str, ...]], MetricWrapperBase] = {}
        self._seen: dict[tuple[Metric, str], set[str]] = {}

    def _register(self, metric: Metric) -> MetricWrapperBase:
        row = (metric.name, metric.help, metric.labels)
        match metric.kind:
            case "histogram":
                return Histogram(*row, buckets=metric.buckets, registry=self._registry)
            case "counter":
                return Counter(*row, registry=self._registry)
            case "gauge":
                return Gauge(*row, registry=self._registry)

    def count(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Add `by` (not below 0) to a counter. Raises KeyError for a metric of another scope."""
        child = self._child(metric, labels)
        if isinstance(child, Counter):
            child.inc(by)

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Add a value to a histogram, in its unit."""
        child = self._child(metric, labels)
        if isinstance(child, Histogram):
            child.observe(value)

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge."""
        child = self._child(metric, labels)
        if isinstance(child, Gauge):
            child.set(value)

    def add(self, metric: Metric, by: float, *labels: str) -> None:
        """Add to a gauge; `by` may be negative."""
        child = self._child(metric, labels)
        if isinstance(child, Gauge):
            child.inc(by)

    def tell(self, metric: Metric, *labels: str) -> None:
        """Set an information gauge to 1 for these labels, and forget the ones before."""
        self.replace(metric, {labels: 1})

    def replace(self, metric: Metric, values: Mapping[tuple[str, ...], float]) -> None:
        """Set a gauge for these labels, and forget the ones before."""
        self._wrappers[metric].clear()
        self._children = {key: child for key, child in list(self._children.items()) if key[0] is not metric}
        self._seen = {key: seen for key, seen in list(self._seen.items()) if key[0] is not metric}
        for labels, value in values.items():
            self.set(metric, value, *labels)

    def render(self) -> bytes:
        """Return the text that Prometheus scrapes."""
        return _render(self._registry.collect())

    def _child(self, metric: Metric, labels: tuple[str, ...]) -> MetricWrapperBase:
        key = (metric, labels)
        child = self._children.get(key)
        if child is None:
            wrapper = self._wrappers[metric]
            folded = tuple(self._fold(metric, *pair) for pair in zip(metric.labels, labels, strict=True))
            child = wrapper.labels(*folded) if folded else wrapper
            if folded == labels:
                self._children[key] = child
        return child

    def _fold(self, metric: Metric, label: str, value: str) -> str:
        allowed = LABELS[label]
        if isinstance(allowed, tuple):
            return value if value in allowed else OTHER
        seen = self._seen.setdefault((metric, label), set())
        if value not in seen and len(seen) >= allowed:
            return OTHER
        seen.add(value)
        return value


_Key = tuple[str, tuple[tuple[str, str], ...]]  # name of the sample, its labels
_Samples = dict[str, dict[_Key, float]]  # by metric


class Merger:
    """Adds up what the processes expose. One for the life of the supervisor, as it remembers the ended ones."""

    def __init__(self) -> None:
        self._last: dict[str, _Samples] = {}
        self._carried: _Samples = {}

    def merge(self, snapshots: Mapping[str, bytes], own: bytes = b"") -> bytes:
        """Return one text for the texts of the workers, by slot, and the supervisor's own.

        A worker that is absent, or whose text cannot be read, keeps its counters and loses its gauges. One whose
        counters fell has been replaced: what they were is carried on.
        """
        gauges: _Samples = {}
        for worker, text in {**snapshots, "": own}.items():
            try:
                sums, levels = _parse(text)
            except ValueError:
                continue
            if _fell(self._last.get(worker, {}), sums):
                self.retire(worker)
            self._last[worker] = sums
            tag = (("worker", worker.partition(".")[0]),) if worker else ()
            for metric, samples in levels.items():
                labelled = {(name, (*labels, *tag)): value for (name, labels), value in samples.items()}
                gauges.setdefault(metric, {}).update(labelled)
        totals: _Samples = {}
        for source in (self._carried, *self._last.values()):
            _add(totals, source)
        return _render(_families({**totals, **gauges}))

    def retire(self, worker: str) -> None:
        """Carry on what a worker that ended had counted when it was last seen."""
        _add(self._carried, self._last.pop(worker, {}))


def read(text: bytes) -> dict[_Key, float]:
    """Return the samples of a scrape by name and sorted labels. Raises ValueError."""
    sums, levels = _parse(text)
    return {key: value for samples in (*sums.values(), *levels.values()) for key, value in samples.items()}


def _parse(text: bytes) -> tuple[_Samples, _Samples]:
    """Return the samples that add up and those that do not. Raises ValueError."""
    sums: _Samples = {}
    levels: _Samples = {}
    for family in text_string_to_metric_families(text.decode()):
        into = sums if family.type in ("counter", "histogram") else levels
        into[family.name] = {(s.name, tuple(sorted(s.labels.items()))): float(s.value) for s in family.samples}
    return sums, levels


def _fell(last: _Samples, now: _Samples) -> bool:
    return any(now.get(metric, {}).get(key, 0.0) < was for metric, keys in last.items() for key, was in keys.items())


def _add(totals: _Samples, more: _Samples) -> None:
    for metric, samples in more.items():
        into = totals.setdefault(metric, {})
        for key, value in samples.items():
            into[key] = into.get(key, 0.0) + value


def _families(samples: _Samples) -> Iterator[Family]:
    """Yield the families of the table that have samples, in its order."""
    for metric in METRICS:
        name = metric.name.removesuffix("_total")
        if name in samples:
            family = Family(name, metric.help, metric.kind)
            for (sample, labels), value in samples[name].items():
                family.add_sample(sample, dict(labels), value)
            yield family


def _render(families: Iterable[Family]) -> bytes:
    """Return the text, without the `_created` series, which are of OpenMetrics and double the size."""
    registry = CollectorRegistry(auto_describe=False)
    kept = []
    for family in families:
        family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        kept.append(family)
    registry.register(_Fixed(tuple(kept)))
    return generate_latest(registry)


@dataclass(frozen=True, slots=True, eq=False)
class _Fixed:
    families: tuple[Family, ...]

    def collect(self) -> Iterable[Family]:
        """Return the families."""
        return self.families
