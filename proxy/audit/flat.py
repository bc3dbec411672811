"""A record in, the few plain facts that every format of the field has room for out."""

from dataclasses import dataclass
from typing import Any

SEVERITIES = ("", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Flat:
    """One record. What it does not have is empty."""

    id: str
    ts: str
    type: str
    node: str
    seq: int
    user: str
    groups: tuple[str, ...]
    ip: str
    device: str
    service: str
    category: str
    status: str
    host: str
    activity: str
    method: str
    path: str
    model: str
    size: int
    action: str
    severity: str
    rules: tuple[str, ...]
    would: str
    would_rules: tuple[str, ...]
    entities: tuple[str, ...]
    found: int
    data_class: str
    unknown: tuple[str, ...]
    reason: str
    revision: str

    @property
    def name(self) -> str:
        """Return what happened, in two or three words."""
        if self.type == "decision":
            return f"AI request: {self.action}"
        return self.type.replace("_", " ")

    @property
    def level(self) -> int:
        """Return 0 (nothing) to 4 (critical)."""
        if self.type == "audit_gap":
            return 3
        return SEVERITIES.index(self.severity) if self.severity in SEVERITIES else 0


def flat(record: dict[str, Any]) -> Flat:
    """Return the plain facts of a record of any type."""
    who, app, req = record.get("who", {}), record.get("app", {}), record.get("req", {})
    facts, decided = record.get("facts", {}), record.get("decision", {})
    would = decided.get("would") or {}
    findings = facts.get("findings", ())
    return Flat(
        id=record["id"],
        ts=record["ts"],
        type=record["type"],
        node=record.get("node", ""),
        seq=record.get("seq", 0),
        user=who.get("user", ""),
        groups=tuple(who.get("groups", ())),
        ip=who.get("ip", ""),
        device=who.get("device", ""),
        service=app.get("id", ""),
        category=app.get("category", ""),
        status=app.get("status", ""),
        host=app.get("host", ""),
        activity=req.get("activity", ""),
        method=req.get("method", ""),
        path=req.get("path", ""),
        model=req.get("model", ""),
        size=req.get("bytes", 0),
        action=decided.get("action", record.get("action", "")),
        severity=decided.get("severity", ""),
        rules=tuple(rule["id"] for rule in decided.get("rules", ())),
        would=would.get("action", ""),
        would_rules=tuple(rule["id"] for rule in would.get("rules", ())),
        entities=tuple(dict.fromkeys(row["entity"] for row in findings)),
        found=sum(row.get("count", 0) for row in findings),
        data_class=facts.get("class") or "",
        unknown=tuple(facts.get("unknown", ())),
        reason=record.get("reason", ""),
        revision=record.get("policy", {}).get("rev", ""),
    )
