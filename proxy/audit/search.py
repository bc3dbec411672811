"""A folder of audit files and a question in, the records that answer it out, oldest first."""

import heapq
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from proxy.audit.chain import BOOT_NS, Segment, segments
from proxy.audit.reading import lines
from proxy.audit.value import Asked

Found = dict[str, Any]

_SLACK = 3600.0  # seconds that clocks and the order of records may be out
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

    def needles(self) -> list[bytes]:
        """Return what stands in the line of every record that matches: looked for before a line is parsed."""
        names = (self.user, self.service, self.rule, self.entity, self.action, self.type, self.event)
        found = [orjson.dumps(name) for name in names if name and name.isascii()]
        return [*found, b'"digests"'] if self.value is not None else found

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

    A file is open only while its turn has come, and is not opened where it ended before `since`. A line that is being
    written, or was torn by a crash, is passed over. Raises OSError.
    """
    found = _merged(folder, query)
    return found if last is None else iter(deque(found, maxlen=last))


def _merged(folder: Path, query: Query) -> Iterator[Found]:
    """Yield records of all chains by time. Chains begin when their boots say: years need not be open at once."""
    waiting = deque(sorted(_chains(folder), key=lambda chain: chain[0]))
    heads: list[tuple[str, int, Found, Iterator[Found]]] = []
    number = 0
    while waiting or heads:
        while waiting and (not heads or waiting[0][0] <= heads[0][0]):
            _, files = waiting.popleft()
            rest = _read(files, query)
            number += 1
            if (first := next(rest, None)) is not None:
                heapq.heappush(heads, (first["ts"], number, first, rest))
        if heads:
            _, order, record, rest = heads[0]
            yield record
            after = next(rest, None)
            if after is None:
                heapq.heappop(heads)
            else:
                heapq.heapreplace(heads, (after["ts"], order, after, rest))


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


def _chains(folder: Path) -> Iterator[tuple[str, list[Segment]]]:
    """Yield the files of each chain with the time of its first record at the earliest; others each as its own."""
    chains = segments(folder)
    for chain, files in chains.items():
        yield _began(chain), files
    known = {segment.path for files in chains.values() for segment in files}
    for path in sorted((*folder.glob("*.jsonl"), *folder.glob("*.jsonl.zst"))):
        if path not in known and path.with_suffix("") not in known and path.name != "checkpoints.jsonl":
            known.add(path)
            yield "", [Segment("", 0, path)]


def _began(chain: str) -> str:
    try:
        return _stamp(int(chain.rpartition("-")[2], 16) * BOOT_NS / 1e9 - _SLACK)
    except (ValueError, OverflowError, OSError):
        return ""


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _read(files: Sequence[Segment], query: Query) -> Iterator[Found]:
    """Yield the records of one chain. They are almost in order: outcomes are stamped when they are made."""
    needles = query.needles()
    for segment in files:
        try:
            over = query.since and _stamp(segment.path.stat().st_mtime + _SLACK) < query.since
        except FileNotFoundError:
            continue  # packed or erased meanwhile
        if over:
            continue
        for line in _lines(segment):
            if not all(needle in line for needle in needles):
                continue
            try:
                record = orjson.loads(line)
                if query.matches(record):
                    yield record
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                continue  # a torn line, a tombstone, or one of checkpoints.jsonl


def _lines(segment: Segment) -> Iterator[bytes]:
    """Yield the lines of a file, also where it was packed since the folder was read."""
    packed = segment.path.with_name(segment.path.name + ".zst")
    if not segment.packed and not segment.path.exists() and packed.exists():
        return lines(Segment(segment.chain, segment.number, packed))
    return lines(segment)


def _rules(decided: Found) -> set[str]:
    would = decided.get("would") or {}
    return {rule["id"] for rule in (*decided.get("rules", ()), *would.get("rules", ()))}


def _is(wanted: str, value: object) -> bool:
    return not wanted or wanted == value
