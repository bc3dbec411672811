"""Records in, how often each rule was right out: the analysts' verdicts on its decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Precision:
    """How many decisions of a rule analysts called right and wrong."""

    rule: str
    right: int
    wrong: int

    @property
    def share(self) -> float:
        """Return the share of right ones, 0 to 1."""
        return self.right / (self.right + self.wrong)


def precision(records: Iterable[dict[str, Any]]) -> list[Precision]:
    """Return one row a rule, the worst first. The newest verdict on an event counts."""
    newest: dict[str, dict[str, Any]] = {}
    for record in records:
        if record["type"] == "verdict":
            newest[record["event"]] = record
    counts: dict[str, list[int]] = {}
    for record in newest.values():
        for rule in record["rules"]:
            counts.setdefault(rule, [0, 0])[record["verdict"] == "fp"] += 1
    rows = [Precision(rule, right, wrong) for rule, (right, wrong) in counts.items()]
    return sorted(rows, key=lambda row: (row.share, row.rule))
