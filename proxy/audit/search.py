"""A folder of audit files and a question in, the records that answer it out, oldest first."""

import heapq
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from proxy.audit.chain import Segment
from proxy.audit.reading import lines
from proxy.audit.value import Asked

Found = dict[str, Any]

_AGO = re.compile(r"(\d+)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; an empty string asks nothing. `since` and `until` are times as records have it (`moment`)."""

    user: str = ""
    service: str = ""
    rule: str = ""
    entity: str = ""
    action: str = ""
    type: str = ""
    event: str = ""
    since: str = ""
    until: str = ""
    value: Asked | None = None

    def matches(self, record: Found) -> bool:
        """Tell whether a record is meant. A rule counts whether it was enforced or would have been."""
        decided = record.get("decision") or {}
        return (
            self.since <= record["ts"]
            and (not self.until or record["ts"] < self.until)
            and _is(self.type, record["type"])
            and _is(self.event, record["id"])
            and _is(self.user, record.get("who", {}).get("user"))
            and _is(self.service, record.get("app", {}).get("id"))
            and _is(self.action, decided.get("action"))
            and (not self.rule or self.rule in _rules(decided))
            and (not self.entity or self.entity in entities(record))
            and (self.value is None or self.value.known_to(record))
        )


def search(folder: Path, query: Query, last: int | None = None) -> Iterator[Found]:
    """Yield the records that match, of all files in `folder`, by time; only the newest `last`, where it is given.

    A line that is being written, or was torn by a crash, is passed over. Raises OSError.
    """
    found = heapq.merge(*(_read(path, query) for path in _files(folder)), key=lambda r: r["ts"])
    return found if last is None else iter(deque(found, maxlen=last))


def moment(text: str, now: datetime | None = None) -> str:
    """Return the time that `text` names (`90m`, `7d`, or ISO 8601; local without a zone). Raises ValueError."""
    ago = _AGO.fullmatch(text)
    if ago:
        then = (now or datetime.now(UTC)) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    else:
        then = datetime.fromisoformat(text).astimezone(UTC)
    return then.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def entities(record: Found) -> list[str]:
    """Return what was found, each entity once, in the order of the record."""
    return list(dict.fromkeys(row["entity"] for row in record.get("facts", {}).get("findings", ())))


def _files(folder: Path) -> list[Path]:
    """Return every file of records; where one is there packed and not, the plain one."""
    plain = sorted(folder.glob("*.jsonl"))
    return [*plain, *(path for path in sorted(folder.glob("*.jsonl.zst")) if path.with_suffix("") not in plain)]


def _read(path: Path, query: Query) -> Iterator[Found]:
    """Yield the records of one file. They are almost in order: outcomes are stamped when they are made."""
    for line in lines(Segment("", 0, path)):
        try:
            record = orjson.loads(line)
            if query.matches(record):
                yield record
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            continue  # a torn line, a tombstone, or one of checkpoints.jsonl


def _rules(decided: Found) -> set[str]:
    would = decided.get("would") or {}
    return {rule["id"] for rule in (*decided.get("rules", ()), *would.get("rules", ()))}


def _is(wanted: str, value: object) -> bool:
    return not wanted or wanted == value
