"""Audit records in, what they show of one rule out: matches, verdicts of analysts, answers to coaching."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts of one rule. `judged` matches have a verdict, of which `false` say that it was wrong."""

    matches: int
    judged: int
    false: int
    coached: int
    overrides: int

    @property
    def false_share(self) -> float:
        """Return the share of judged matches that were wrong; 0 of none."""
        return self.false / self.judged if self.judged else 0.0

    @property
    def override_share(self) -> float:
        """Return the share of coached requests that were sent all the same; 0 of none."""
        return self.overrides / self.coached if self.coached else 0.0


def seen(records: Iterable[Mapping[str, Any]], rule: str) -> Seen:
    """Return what the records show of `rule`. A verdict counts for the event it names; the last one holds."""
    matched: set[str] = set()
    verdicts: dict[str, str] = {}
    coached = overrides = 0
    for record in records:
        if record["type"] == "decision":
            hits = [*record["decision"]["rules"], *((record["decision"].get("would") or {}).get("rules") or ())]
            mine = [hit for hit in hits if hit["id"] == rule]
            if mine:
                matched.add(record["id"])
            coached += any(hit["action"] == "coach" for hit in mine)
            overrides += any(hit["because"] == "answered" and hit["action"] != "redact" for hit in mine)
        elif record["type"] == "verdict":
            verdicts[str(record.get("event") or record["id"])] = str(record.get("verdict", ""))
    mine_judged = {event: verdict for event, verdict in verdicts.items() if event in matched}
    false = sum(1 for verdict in mine_judged.values() if verdict.startswith("f"))
    return Seen(len(matched), len(mine_judged), false, coached + overrides, overrides)
