"""A record in, events of the Open Cybersecurity Schema Framework (schema.ocsf.io, 1.8.0) out.

A decision is HTTP Activity (4002) with the profiles security_control, ai_operation and network_proxy; where a rule
matched something, also a Data Security Finding (2006), tied to the first by `metadata.correlation_uid`. Connections
that were turned away are Network Activity (4001), starts and stops Application Lifecycle (6002), gaps of the audit log
Application Error (6008).
"""

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from typing import Any

from detectors.entities import catalogue
from proxy.audit.flat import Flat, flat

Event = dict[str, Any]

VERSION = "1.8.0"
_SEVERITY = ((1, "Informational"), (2, "Low"), (3, "Medium"), (4, "High"), (5, "Critical"))
_ACTIONS = {
    "allow": (1, "Allowed", 1, "Allowed"),
    "monitor": (3, "Observed", 17, "Logged"),
    "coach": (99, "coach", 23, "Challenge"),
    "redact": (4, "Modified", 11, "Corrected"),
    "tokenise": (4, "Modified", 11, "Corrected"),
    "block": (2, "Denied", 2, "Blocked"),
}
_METHODS = {"CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6, "PUT": 7, "TRACE": 8, "PATCH": 9}
_CLASSES = {"public": (1, "Not Confidential"), "internal": (5, "Private"), "confidential": (2, "Confidential"),
            "restricted": (6, "Restricted")}  # fmt: skip
_CATEGORIES = {"pii": (1, "Personal"), "secret": (6, "Security"), "code": (99, "Source code"),
               "label": (99, "Marked document"), "fingerprint": (99, "Known document")}  # fmt: skip


def events(record: dict[str, Any]) -> list[Event]:
    """Return the events of a record; none for a type that OCSF has no class for."""
    plain = flat(record)
    make = _MAKERS.get(plain.type)
    return make(record, plain) if make else []


def _decision(record: dict[str, Any], plain: Flat) -> list[Event]:
    http = _http(plain)
    matched = bool(plain.rules or plain.would_rules) and plain.entities
    return [http, _finding(record, plain)] if matched else [http]


def _base(plain: Flat, klass: int, activity: int, profiles: tuple[str, ...] = ()) -> Event:
    level, name = _SEVERITY[plain.level]
    when = _milliseconds(plain.ts)
    return {
        "category_uid": klass // 1000,
        "class_uid": klass,
        "activity_id": activity,
        "type_uid": klass * 100 + activity,
        "time": when,
        "severity_id": level,
        "severity": name,
        "metadata": {
            "version": VERSION,
            "product": {"name": "hushgate", "vendor_name": "hushgate", "version": version("hushgate")},
            "profiles": list(profiles),
            "uid": plain.id,
            "correlation_uid": plain.id,
            "sequence": plain.seq,
            "log_name": "hushgate.audit",
            "original_time": plain.ts,
        },
    }


def _milliseconds(ts: str) -> int:
    return int(datetime.fromisoformat(ts).timestamp() * 1000)


def _ends(plain: Flat) -> Event:
    ends: Event = {
        "src_endpoint": {"ip": plain.ip} if plain.ip else {"hostname": "unknown"},
        "dst_endpoint": {"hostname": plain.host or "unknown", "svc_name": plain.service or "unknown"},
    }
    if plain.user or plain.groups:
        ends["actor"] = {"user": {"name": plain.user or "unknown", "groups": [{"name": name} for name in plain.groups]}}
    if plain.device:
        ends["device"] = {"hostname": plain.device, "ip": plain.ip, "type_id": 0}
    return ends


def _controlled(plain: Flat) -> Event:
    """Return what the profile security_control adds."""
    action_id, action, disposition_id, disposition = _ACTIONS.get(plain.action, (0, "Unknown", 0, "Unknown"))
    enforced = bool(plain.rules)
    names = plain.rules or plain.would_rules
    told: Event = {
        "action_id": action_id,
        "action": action,
        "disposition_id": disposition_id,
        "disposition": disposition,
        "is_alert": plain.action in ("block", "redact", "tokenise", "coach"),
    }
    if names:
        told["policy"] = {"uid": names[0], "name": names[0], "version": plain.revision, "is_applied": enforced}
    return told


def _http(plain: Flat) -> Event:
    profiles = ("security_control", "ai_operation", "network_proxy", *(("host",) if plain.device else ()))
    event = _base(plain, 4002, _METHODS.get(plain.method, 99), profiles)
    event |= _ends(plain) | _controlled(plain)
    event["http_request"] = {
        "http_method": plain.method,
        "url": {"hostname": plain.host, "path": plain.path, "scheme": "https"},
        "length": plain.size,
    }
    event["proxy_endpoint"] = {"hostname": plain.node}
    event["app_name"] = plain.service
    event["ai_model"] = {"ai_provider": plain.service, "name": plain.model or "unknown"}
    event["message_context"] = {"ai_role_id": 1, "service": {"name": plain.service}}
    event["unmapped"] = {"activity": plain.activity, "unknown": list(plain.unknown), "would": plain.would}
    return event


def _finding(record: dict[str, Any], plain: Flat) -> Event:
    event = _base(plain, 2006, 1, ("security_control",))
    event |= {name: value for name, value in _ends(plain).items() if name != "device"} | _controlled(plain)
    titles = catalogue().entities
    first = plain.entities[0]
    title = titles[first].title if first in titles else first
    rows = record["facts"]["findings"]
    names = plain.rules or plain.would_rules
    event["status_id"], event["status"] = 1, "New"
    event["confidence_score"] = round(100 * max(row["by"][0][0] for row in rows))
    event["finding_info"] = {
        "uid": plain.id,
        "title": f"{title} sent to {plain.service}",
        "types": list(plain.entities),
        "created_time": event["time"],
        "analytic": {"type_id": 1, "uid": names[0], "name": names[0], "version": plain.revision},
    }
    category_id, category = _CATEGORIES.get(rows[0]["category"], (99, rows[0]["category"]))
    confidentiality_id, confidentiality = _CLASSES.get(plain.data_class.casefold(), (0, "Unknown"))
    event["data_security"] = {
        "category_id": category_id,
        "category": category,
        "confidentiality_id": confidentiality_id,
        "confidentiality": plain.data_class or confidentiality,
        "data_lifecycle_state_id": 2,
        "detection_system_id": 2,
        "detection_pattern": first,
        "policy": {"uid": names[0], "name": names[0], "version": plain.revision},
        "discovery_details": [
            {"type": row["entity"], "count": row["count"], "occurrences": [{"json_path": p} for p in row["where"]]}
            for row in rows
        ],
        "total": plain.found,
    }
    return event


def _refused(record: dict[str, Any], plain: Flat) -> list[Event]:
    event = _base(plain, 4001, 5 if plain.action == "refused" else 6)
    event |= _ends(plain)
    event["status_detail"] = str(record.get("reason", ""))
    return [event]


def _lifecycle(record: dict[str, Any], plain: Flat) -> list[Event]:
    event = _base(plain, 6002, 3 if plain.type == "start" else 4)
    event["app"] = {"name": "hushgate", "vendor_name": "hushgate", "version": str(record.get("version", "unknown"))}
    return [event]


def _gap(record: dict[str, Any], plain: Flat) -> list[Event]:
    event = _base(plain, 6008, 1)
    event["message"] = f"{record['count']} audit records: {record.get('reason', 'unwritable')}"
    event["count"] = record["count"]
    return [event]


_MAKERS: dict[str, Callable[[dict[str, Any], Flat], list[Event]]] = {
    "decision": _decision,
    "skipped": _refused,
    "start": _lifecycle,
    "stop": _lifecycle,
    "audit_gap": _gap,
}
