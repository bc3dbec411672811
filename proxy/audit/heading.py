"""What every audit record begins with: its id, its time and its type."""

from datetime import UTC, datetime

from proxy.audit.ulid import new_id

Record = dict[str, object]

TYPES = (
    *("decision", "outcome", "skipped", "traffic", "start", "stop"),
    *("policy_reload", "config_change", "heartbeat", "audit_gap", "audit_erased", "verdict", "evidence_access"),
    *("discovery", "drift"),
    "justification",
)
"""Every type that is written now."""


def head(kind: str, event: str = "") -> Record:
    """Return the beginning of a record of type `kind`; `event` is its id where the event has one already."""
    return {"id": event or new_id(), "ts": stamp(datetime.now(UTC)), "type": kind}


def stamp(moment: datetime) -> str:
    """Return a moment as records have it: RFC 3339, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
