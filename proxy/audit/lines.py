"""A record in, one line of CEF, LEEF, CSV, ECS or RFC 5424 out. A value can break out of its field in none of them.

Sources: ArcSight Common Event Format (26), QRadar LEEF 2.0, RFC 4180, Elastic Common Schema 9, RFC 5424.
"""

import csv
import io
import re
from datetime import datetime
from importlib.metadata import version
from typing import Any

import orjson

from proxy.audit.flat import flat

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CEF_LEVEL = (0, 3, 5, 8, 10)
_SYSLOG_LEVEL = (6, 5, 4, 3, 2)  # info, notice, warning, error, critical
_AUDIT = 13  # facility: log audit
_PEN = "hushgate@32473"  # RFC 5612: the number for examples, as hushgate has none of its own
COLUMNS = (
    *("ts", "id", "type", "node", "seq", "user", "ip", "device", "service", "category", "status", "host", "activity"),
    *("model", "size", "action", "severity", "rules", "would", "would_rules", "entities", "found", "data_class"),
    *("unknown", "reason", "revision"),
)


def cef(record: dict[str, Any]) -> str:
    """Return a CEF line."""
    plain = flat(record)
    head = ["CEF:0", *("hushgate", "hushgate", version("hushgate"), plain.type, plain.name)]
    head.append(str(_CEF_LEVEL[plain.level]))
    fields = {
        "rt": str(int(datetime.fromisoformat(plain.ts).timestamp() * 1000)),
        "externalId": plain.id,
        "dvchost": plain.node,
        "suser": plain.user,
        "src": plain.ip if ":" not in plain.ip else "",
        "c6a2": plain.ip if ":" in plain.ip else "",
        "c6a2Label": "Source IPv6 Address" if ":" in plain.ip else "",
        "shost": plain.device,
        "dhost": plain.host,
        "app": plain.service,
        "request": plain.path,
        "requestMethod": plain.method,
        "in": str(plain.size) if plain.size else "",
        "act": plain.action,
        "reason": plain.reason,
        **_labelled("cs1", "rules", ",".join(plain.rules)),
        **_labelled("cs2", "entities", ",".join(plain.entities)),
        **_labelled("cs3", "unknown", ",".join(plain.unknown)),
        **_labelled("cs4", "shadow rules", ",".join(plain.would_rules)),
        **_labelled("cs5", "policy revision", plain.revision),
        **_labelled("cn1", "findings", str(plain.found) if plain.found else ""),
    }
    told = " ".join(f"{key}={_cef_value(value)}" for key, value in fields.items() if value)
    return "|".join([*map(_cef_head, head), told])


def leef(record: dict[str, Any]) -> str:
    """Return a LEEF 2.0 line, its attributes parted by tabs."""
    plain = flat(record)
    head = ["LEEF:2.0", "hushgate", "hushgate", version("hushgate"), plain.type, "x09"]
    fields = {
        "devTime": plain.ts,
        "devTimeFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'",
        "cat": plain.name,
        "sev": str(max(1, 2 * plain.level)),
        "usrName": plain.user,
        "src": plain.ip,
        "identHostName": plain.device,
        "dst": plain.host,
        "url": plain.path,
        "policy": ",".join(plain.rules),
        "action": plain.action,
        "service": plain.service,
        "entities": ",".join(plain.entities),
        "findings": str(plain.found) if plain.found else "",
        "unknown": ",".join(plain.unknown),
        "reason": plain.reason,
        "eventId": plain.id,
    }
    told = "\t".join(f"{key}={_BREAKS.sub(' ', value)}" for key, value in fields.items() if value)
    return "|".join([*(_BREAKS.sub(" ", each).replace("|", "_") for each in head), told])


def ecs(record: dict[str, Any]) -> str:
    """Return an ECS document as one line of JSON."""
    plain = flat(record)
    kind = "alert" if plain.action in ("block", "redact", "tokenise", "coach") else "event"
    types = {"block": "denied", "refused": "denied"}.get(plain.action, "allowed" if plain.action else "info")
    event = {
        "id": plain.id, "kind": kind, "category": ["network"], "type": [types], "action": plain.action or plain.type,
        "outcome": "failure" if types == "denied" else "success", "severity": plain.level, "sequence": plain.seq,
        "dataset": "hushgate.audit", "module": "hushgate", "reason": plain.reason,
    }  # fmt: skip
    document = {
        "@timestamp": plain.ts,
        "ecs": {"version": "9.0.0"},
        "event": event,
        "observer": {"name": plain.node, "product": "hushgate", "vendor": "hushgate", "type": "proxy"},
        "user": {"name": plain.user},
        "source": {"ip": plain.ip},
        "host": {"name": plain.device},
        "destination": {"domain": plain.host},
        "http": {"request": {"method": plain.method, "bytes": plain.size}},
        "url": {"path": plain.path, "domain": plain.host},
        "rule": {"id": list(plain.rules)},
        "gen_ai": {"request": {"model": plain.model}, "operation": {"name": plain.activity}},
        "hushgate": {"type": plain.type, "service": plain.service, "entities": list(plain.entities),
                     "findings": plain.found, "unknown": list(plain.unknown), "would": plain.would},
    }  # fmt: skip
    return orjson.dumps(_filled(document)).decode()


def syslog(record: dict[str, Any]) -> str:
    """Return an RFC 5424 message whose text is the record as JSON."""
    plain = flat(record)
    known = {"id": plain.id, "type": plain.type, "action": plain.action, "service": plain.service}
    data = "".join(f' {key}="{_sd(value)}"' for key, value in known.items() if value)
    host = re.sub(r"[^!-~]", "_", plain.node)[:255] or "-"
    head = f"<{_AUDIT * 8 + _SYSLOG_LEVEL[plain.level]}>1 {plain.ts} {host} hushgate - {plain.type} [{_PEN}{data}]"
    return f"{head} {orjson.dumps(record).decode()}"


def row(record: dict[str, Any]) -> str:
    """Return a CSV row of `COLUMNS`. What a spreadsheet would run as a formula begins with an apostrophe."""
    plain = flat(record)
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([_cell(getattr(plain, name)) for name in COLUMNS])
    return out.getvalue()


def _labelled(key: str, label: str, value: str) -> dict[str, str]:
    return {f"{key}Label": label, key: value} if value else {}


def _cef_head(text: str) -> str:
    return _BREAKS.sub(" ", text).replace("\\", "\\\\").replace("|", "\\|")


def _cef_value(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")
    return _BREAKS.sub(" ", text)


def _sd(text: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", _BREAKS.sub(" ", text))


def _cell(value: object) -> str:
    text = " ".join(value) if isinstance(value, tuple) else str(value)
    text = _BREAKS.sub(" ", text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _filled(value: Any) -> Any:
    """Return a document without what is empty."""
    if not isinstance(value, dict):
        return value
    kept = {key: _filled(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner not in ("", [], {}, None)}
