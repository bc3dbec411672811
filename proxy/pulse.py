"""Two scrapes of the metrics in, what a person at the box wants to see out: rates, latency, services, rules."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]
"""Name and sorted labels of a sample to its value, as `proxy.metrics.read` returns them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A service or rule: how often per second now, how often since the start, and its parts by action per second."""

    name: str
    rate: float
    total: float
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pulse:
    """One look. Rates are per second, times seconds (None where nothing was measured)."""

    rates: dict[str, float]
    p50: float | None
    p99: float | None
    services: tuple[Row, ...]
    rules: tuple[Row, ...]
    levels: dict[str, float]
    revision: str
    version: str


_RATES = {
    "requests": ("hushgate_requests_total", {}),
    "block": ("hushgate_requests_total", {"action": "block"}),
    "redact": ("hushgate_requests_total", {"action": "redact"}),
    "overload": ("hushgate_requests_total", {"action": "overload"}),
    "unread": ("hushgate_uninspected_requests_total", {}),
    "findings": ("hushgate_findings_total", {}),
    "tunnels": ("hushgate_tunnels_total", {}),
    "records": ("hushgate_audit_records_total", {}),
    "lost": ("hushgate_audit_errors_total", {}),
    "cache_hits": ("hushgate_cache_lookups_total", {"result": "hit"}),
    "cache": ("hushgate_cache_lookups_total", {}),
    "upstream_errors": ("hushgate_upstream_errors_total", {}),
}
_LEVELS = {
    "connections": "hushgate_connections",
    "open_scans": "hushgate_inspector_open_jobs",
    "audit_lag": "hushgate_audit_lag_seconds",
    "audit_queue": "hushgate_audit_queue_records",
    "signed": "hushgate_audit_signed_records",
    "signed_at": "hushgate_audit_last_checkpoint_timestamp_seconds",
    "reload_ok": "hushgate_policy_last_reload_successful",
    "changed_chains": "hushgate_audit_changed_chains_total",
}


def pulse(before: Samples, now: Samples, seconds: float) -> Pulse:
    """Return what happened between two scrapes that lie `seconds` apart."""
    moved = {key: max(0.0, value - before.get(key, 0.0)) / seconds for key, value in now.items()}
    return Pulse(
        rates={name: _sum(moved, *what) for name, what in _RATES.items()},
        p50=_quantile(0.5, before, now),
        p99=_quantile(0.99, before, now),
        services=_rows("hushgate_requests_total", "service", moved, now),
        rules=_rows("hushgate_rule_matches_total", "rule", moved, now),
        levels={name: _sum(now, metric, {}) for name, metric in _LEVELS.items()},
        revision=_label(now, "hushgate_policy_info", "revision"),
        version=_label(now, "hushgate_build_info", "version"),
    )


def _sum(samples: Samples, name: str, wanted: Mapping[str, str]) -> float:
    return sum(
        value
        for (metric, labels), value in samples.items()
        if metric == name and all((label, text) in labels for label, text in wanted.items())
    )


def _rows(name: str, by: str, moved: Samples, now: Samples) -> tuple[Row, ...]:
    """Return a row for each value of the label `by`, the busiest first."""
    rates: dict[str, float] = defaultdict(float)
    totals: dict[str, float] = defaultdict(float)
    parts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, total in now.items():
        if key[0] == name:
            labels = dict(key[1])
            part = labels.get("mode") if labels.get("mode") == "shadow" else labels["action"]
            rates[labels[by]] += moved[key]
            totals[labels[by]] += total
            parts[labels[by]][str(part)] += total
    rows = [Row(value, rates[value], totals[value], dict(parts[value])) for value in totals]
    return tuple(sorted(rows, key=lambda row: (-row.rate, -row.total, row.name)))


def _label(samples: Samples, name: str, label: str) -> str:
    return next((dict(labels).get(label, "") for (metric, labels) in samples if metric == name), "")


def _quantile(share: float, before: Samples, now: Samples) -> float | None:
    """Return a quantile of the decisions between two scrapes, as histogram_quantile does; of all where none was."""
    for since in (before, {}):
        counts: dict[float, float] = defaultdict(float)
        for key, value in now.items():
            if key[0] == "hushgate_decision_seconds_bucket" and ("stage", "total") in key[1]:
                counts[float(dict(key[1])["le"])] += value - since.get(key, 0.0)
        total = counts.get(float("inf"), 0.0)
        if total > 0:
            return _interpolated(share * total, sorted(counts.items()))
    return None


def _interpolated(rank: float, buckets: list[tuple[float, float]]) -> float:
    bound = below = 0.0
    for upper, count in buckets:
        if count >= rank:
            if upper == float("inf"):
                return bound
            return bound + (upper - bound) * (rank - below) / max(count - below, 1e-9)
        bound, below = upper, count
    return bound
