"""Writes deploy/grafana/dashboards/{soc,tuning,operations}.json from the tables below; a test compares.

A panel is a row of text: kind, title, unit, width, then `legend | expression` for each line. I stands for the selector of
instances, S for that of services, R for the rate window. overview.json is drawn by hand.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "grafana" / "dashboards"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
I = 'instance=~"$instance"'  # noqa: E741
S = f'{I},service=~"$service"'
R = "[$__rate_interval]"
T = "[$__range]"

Panel = tuple[str, str, str, int, list[tuple[str, str]], str]


def stat(title: str, unit: str, expr: str, help_: str, width: int = 4) -> Panel:
    return ("stat", title, unit, width, [("", expr)], help_)


def series(title: str, unit: str, *lines: tuple[str, str], help_: str = "", width: int = 12) -> Panel:
    return ("timeseries", title, unit, width, list(lines), help_)


def bars(title: str, unit: str, legend: str, expr: str, help_: str = "", width: int = 8) -> Panel:
    return ("bargauge", title, unit, width, [(legend, expr)], help_)


def p(quantile: str, metric: str, by: str = "", more: str = "") -> str:
    group = f"le, {by}" if by else "le"
    return f"histogram_quantile({quantile}, sum by ({group}) (rate({metric}_bucket{{{I}{more}}}{R})))"


BOARDS: dict[str, tuple[str, str, list[Panel | str]]] = {
    "soc": ("hushgate: SOC", "What leaves, what was stopped, what nobody could read, and whether the record can be trusted.", [
        "How much is seen",
        stat("Read whole", "percentunit", f'sum(increase(hushgate_requests_read_total{{{I},inspected="full"}}{T})) / sum(increase(hushgate_requests_read_total{{{I}}}{T}))', "Share of the AI requests that were read to the last byte."),
        stat("Not wholly read", "short", f"sum(increase(hushgate_uninspected_requests_total{{{S}}}{T})) or vector(0)", "Requests of which something was not read; the policy decided about them."),
        stat("Refused", "short", f'sum(increase(hushgate_requests_total{{{S},action="block"}}{T})) or vector(0)', "Requests that a rule stopped."),
        stat("Changed", "short", f'sum(increase(hushgate_requests_total{{{S},action=~"redact|tokenise"}}{T})) or vector(0)', "Requests that went on without what was found in them."),
        stat("Unknown AI services", "short", f'sum(increase(hushgate_requests_total{{{I},service="unknown-ai"}}{T})) or vector(0)', "Requests to services that the catalogue does not know."),
        stat("Records behind the last checkpoint", "short", f"sum(increase(hushgate_audit_records_total{{{I}}}{R})) or vector(0)", "Records that only their chain holds together until they are signed."),
        series("Not wholly read, by reason", "reqps", ("{{reason}}", f"sum by (reason) (rate(hushgate_uninspected_requests_total{{{S}}}{R}))"), help_="A vendor that changed its wire format shows here first."),
        series("Bytes sent, inspected or why not", "Bps", ("{{reason}}", f"sum by (reason) (rate(hushgate_request_bytes_total{{{S}}}{R}))"), help_="Every byte sent to an AI service is in one of these."),
        series("Words on known places, by wire form", "percentunit", ("{{dialect}}", f"min by (dialect) (hushgate_dialect_mapped_ratio{{{I}}})"), help_="A fall means that a vendor changed its form; the requests are then read by the generic reader."),
        stat("Forms that changed", "short", f"sum(increase(hushgate_dialect_drift_total{{{I}}}{T})) or vector(0)", "Falls of the share of words that the table of a wire form knows."),
        stat("Unlisted AI services", "short", f"sum(increase(hushgate_discoveries_total{{{I}}}{T})) or vector(0)", "Requests to hosts that nobody listed and that look like an AI service's; the audit log names them."),
        series("Refused, by service", "reqps", ("{{service}}", f'sum by (service) (rate(hushgate_requests_total{{{S},action="block"}}{R}))')),
        "What is found",
        bars("Entities", "short", "{{entity}}", f"topk(20, sum by (entity) (increase(hushgate_findings_total{{{I}}}{T})))"),
        bars("Rules that stopped or changed something", "short", "{{rule}}", f'topk(20, sum by (rule) (increase(hushgate_rule_matches_total{{{I},mode="enforce",action=~"block|redact|tokenise|coach"}}{T})))'),
        bars("Services", "short", "{{service}}", f"topk(20, sum by (service) (increase(hushgate_requests_total{{{S}}}{T})))"),
        series("Findings by category", "short", ("{{category}}", f"sum by (category) (rate(hushgate_findings_total{{{I}}}{R}))")),
        series("Turned away before any policy", "reqps", ("{{reason}}", f"sum by (reason) (rate(hushgate_refused_destinations_total{{{I}}}{R}))"), help_="Private addresses, metadata services, names that do not agree."),
        "Can the record be trusted",
        stat("Chains that were changed", "short", f"sum(increase(hushgate_audit_changed_chains_total{{{I}}}{T}))", "Somebody wrote into the audit log behind our back: hushgate audit verify."),
        stat("Records lost", "short", f"sum(increase(hushgate_audit_errors_total{{{I}}}{T}))", "Records that could not be written; audit_gap records say which."),
        stat("Since the last checkpoint", "s", f"time() - min(hushgate_audit_last_checkpoint_timestamp_seconds{{{I}}})", "The audit log is signed each minute."),
        stat("Records signed", "short", f"sum(hushgate_audit_signed_records{{{I}}})", "Records that the newest checkpoint covers."),
        stat("TLS broken off", "short", f"sum(increase(hushgate_tls_client_handshake_failures_total{{{I}}}{T}))", "Clients that pin the vendor's certificate or do not trust our CA."),
        stat("Tunnelled unread", "bytes", f"sum(increase(hushgate_tunnel_bytes_total{{{I}}}{T}))", "Bytes to hosts that are no AI services."),
    ]),
    "tuning": ("hushgate: policy tuning", "Which rule bites, which would, and what a change did.", [
        "Rules in force",
        series("Matches of enforced rules", "reqps", ("{{rule}} {{action}}", f'sum by (rule, action) (rate(hushgate_rule_matches_total{{{I},mode="enforce"}}{R}))')),
        series("Matches of shadow rules", "reqps", ("{{rule}} {{action}}", f'sum by (rule, action) (rate(hushgate_rule_matches_total{{{I},mode="shadow"}}{R}))'), help_="What would have been done: look at these before a rule is enforced."),
        bars("Enforced, in the chosen time", "short", "{{rule}} {{action}}", f'topk(25, sum by (rule, action) (increase(hushgate_rule_matches_total{{{I},mode="enforce"}}{T})))', width=12),
        bars("Shadow, in the chosen time", "short", "{{rule}} {{action}}", f'topk(25, sum by (rule, action) (increase(hushgate_rule_matches_total{{{I},mode="shadow"}}{T})))', width=12),
        "How users are served",
        series("Share of requests stopped, by service", "percentunit", ("{{service}}", f'sum by (service) (rate(hushgate_requests_total{{{S},action="block"}}{R})) / sum by (service) (rate(hushgate_requests_total{{{S}}}{R}))'), help_="A service whose share jumps after a reload has a rule that is too strict."),
        series("Requests by activity", "reqps", ("{{activity}}", f"sum by (activity) (rate(hushgate_requests_total{{{S}}}{R}))")),
        series("Requests by action", "reqps", ("{{action}}", f"sum by (action) (rate(hushgate_requests_total{{{S}}}{R}))")),
        series("Entities found", "short", ("{{entity}}", f"topk(12, sum by (entity) (rate(hushgate_findings_total{{{I}}}{R})))")),
        "What is in force",
        series("Revisions", "short", ("{{revision}}", f"count by (revision) (hushgate_policy_info{{{I}}})"), help_="Two at once for long means that a process did not take the new one."),
        stat("Since the last good reload", "s", f"time() - max(hushgate_policy_last_reload_success_timestamp_seconds{{{I}}})", "", 6),
        stat("Last reload", "short", f"min(hushgate_policy_last_reload_successful{{{I}}})", "1 good, 0 refused: hushgate policy check.", 6),
    ]),
    "operations": ("hushgate: operations", "Rate, errors and time of the proxy, its detectors, its disk; and what runs out.", [
        "Proxy",
        series("Requests", "reqps", ("requests", f"sum(rate(hushgate_requests_total{{{S}}}{R}))"), ("503 for want of room", f"sum(rate(hushgate_inspector_overload_total{{{I}}}{R}))")),
        series("Time a decision takes", "s", ("p50 {{stage}}", p("0.5", "hushgate_decision_seconds", "stage")), ("p99 {{stage}}", p("0.99", "hushgate_decision_seconds", "stage"))),
        series("Connections", "short", ("{{worker}}", f"sum by (worker) (hushgate_connections{{{I}}})")),
        series("Tunnels", "reqps", ("{{outcome}}", f"sum by (outcome) (rate(hushgate_tunnels_total{{{I}}}{R}))")),
        series("Upstream errors", "reqps", ("{{reason}}", f"sum by (reason) (rate(hushgate_upstream_errors_total{{{I}}}{R}))")),
        series("Bytes tunnelled", "Bps", ("{{direction}}", f"sum by (direction) (rate(hushgate_tunnel_bytes_total{{{I}}}{R}))")),
        "Detectors",
        series("Runs", "ops", ("{{detector}}", f"sum by (detector) (rate(hushgate_detector_runs_total{{{I}}}{R}))")),
        series("Runs that did not end well", "ops", ("{{detector}} {{state}}", f'sum by (detector, state) (rate(hushgate_detector_runs_total{{{I},state!="done"}}{R}))')),
        series("Time a detector takes for a scan (p95)", "s", ("{{detector}}", p("0.95", "hushgate_detector_seconds", "detector"))),
        series("Seconds of detectors a second", "short", ("{{detector}}", f"sum by (detector) (rate(hushgate_detector_seconds_sum{{{I}}}{R}))"), help_="Which detector the inspectors spend their time on."),
        series("Scans", "short", ("open", f"sum(hushgate_inspector_open_jobs{{{I}}})"), ("{{reason}}", f"sum by (reason) (rate(hushgate_inspector_jobs_total{{{I}}}{R}))")),
        series("Cache of findings", "ops", ("{{result}}", f"sum by (result) (rate(hushgate_cache_lookups_total{{{I}}}{R}))")),
        series("Wire forms", "reqps", ("{{dialect}} {{inspected}}", f"sum by (dialect, inspected) (rate(hushgate_requests_read_total{{{I}}}{R}))"), help_="How many requests each codec read, and how much of them.", width=24),
        "Audit log",
        series("Records", "ops", ("{{type}}", f"sum by (type) (rate(hushgate_audit_records_total{{{I}}}{R}))")),
        series("Time a commit takes", "s", ("p50", p("0.5", "hushgate_audit_commit_seconds")), ("p99", p("0.99", "hushgate_audit_commit_seconds")), ("under way", f"max(hushgate_audit_lag_seconds{{{I}}})")),
        series("Records waiting and lost", "short", ("waiting", f"sum(hushgate_audit_queue_records{{{I}}})"), ("lost per second", f"sum(rate(hushgate_audit_errors_total{{{I}}}{R}))")),
        stat("Free for the audit log", "bytes", f"min(hushgate_audit_free_bytes{{{I}}})", "", 6),
        stat("Since the last checkpoint", "s", f"time() - min(hushgate_audit_last_checkpoint_timestamp_seconds{{{I}}})", "", 6),
        "What wears out",
        stat("Workers started anew", "short", f"sum(increase(hushgate_worker_restarts_total{{{I}}}{T}))", "", 6),
        stat("Inspectors started anew", "short", f"sum(increase(hushgate_inspector_restarts_total{{{I}}}{T}))", "", 6),
        stat("CA expires in", "s", f"min(hushgate_ca_expiry_timestamp_seconds{{{I}}}) - time()", "", 6),
        stat("Vendor evidence that ends within 30 days", "short", f"count(hushgate_vendor_evidence_expiry_timestamp_seconds{{{I}}} - time() < 30 * 86400) or vector(0)", "Certificates, reports and contracts of vendors, as services.yaml dates them.", 6),
        stat("Versions that run", "short", f"count(count by (version) (hushgate_build_info{{{I}}}))", "", 6),
    ]),
}  # fmt: skip
_HEIGHTS = {"stat": 4, "timeseries": 8, "bargauge": 9}
_OPTIONS: dict[str, dict[str, Any]] = {
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "graphMode": "area"},
    "timeseries": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}},
    "bargauge": {"orientation": "horizontal", "displayMode": "basic", "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}},
}  # fmt: skip


def board(name: str) -> dict[str, Any]:
    """Return a dashboard as Grafana reads it."""
    title, description, rows = BOARDS[name]
    first = json.loads((FOLDER / "overview.json").read_text(encoding="utf-8"))
    kept = {key: first[key] for key in ("tags", "schemaVersion", "version", "editable", "refresh", "time", "timezone",
                                        "graphTooltip", "templating", "annotations")}  # fmt: skip
    links = [
        {"type": "dashboards", "tags": ["hushgate"], "asDropdown": True, "title": "hushgate", "icon": "external link"}
    ]
    return {"uid": f"hushgate-{name}", "title": title, "description": description, **kept, "links": links,
            "panels": list(_placed(rows))}  # fmt: skip


def _placed(rows: list[Panel | str]) -> Any:
    x = y = height = 0
    for number, row in enumerate(rows, 1):
        width, tall = (24, 1) if isinstance(row, str) else (row[3], _HEIGHTS[row[0]])
        if x + width > 24:
            x, y, height = 0, y + height, 0
        place = {"x": x, "y": y, "w": width, "h": tall}
        x, height = x + width, max(height, tall)
        if isinstance(row, str):
            yield {"id": number, "type": "row", "title": row, "collapsed": False, "gridPos": place, "panels": []}
            continue
        kind, title, unit, _, lines, help_ = row
        targets = [{"refId": chr(65 + n), "expr": expr, "legendFormat": legend or title, "datasource": SOURCE,
                    **({"instant": True} if kind == "bargauge" else {})} for n, (legend, expr) in enumerate(lines)]  # fmt: skip
        yield {"id": number, "type": kind, "title": title, "description": help_, "datasource": SOURCE, "gridPos": place,
               "targets": targets, "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
               "options": _OPTIONS[kind]}  # fmt: skip


def render(name: str) -> str:
    """Return the text of a dashboard's file."""
    return json.dumps(board(name), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    for name in BOARDS:
        (FOLDER / f"{name}.json").write_text(render(name), encoding="utf-8")
        print(f"deploy/grafana/dashboards/{name}.json")


if __name__ == "__main__":
    main()
