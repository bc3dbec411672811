"""Records that did not reach the disk when they should have in, what `audit_gap` says of them out."""

import threading
from collections.abc import Iterator

from proxy.audit import upkeep
from proxy.audit.heading import Record

REASONS = ("unwritable", "late")


class Gaps:
    """How many records were lost or late, with the event ids of the first and the last. Any thread may add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[int, str, str]] = {}

    def __bool__(self) -> bool:
        return bool(self._open)

    def add(self, reason: str, first: str, last: str = "", count: int = 1) -> None:
        """Take in `count` records; `last` is `first` where it is not given."""
        with self._lock:
            known, begin, end = self._open.get(reason, (0, first, ""))
            self._open[reason] = (known + count, begin if known else first, last or first or end)

    def take(self) -> list[Record]:
        """Return the records of what is open, and forget it. `put_back` takes them in again."""
        with self._lock:
            taken, self._open = self._open, {}
        return [upkeep.audit_gap(count, first, last, reason) for reason, (count, first, last) in taken.items()]

    def put_back(self, taken: list[Record]) -> None:
        """Take in again what could not be written: it stands before what came meanwhile."""
        with self._lock:
            for reason, count, first, last in _fields(taken):
                later, _, end = self._open.get(reason, (0, "", ""))
                self._open[reason] = (count + later, first, end or last)


def _fields(taken: list[Record]) -> Iterator[tuple[str, int, str, str]]:
    for record in taken:
        yield str(record["reason"]), int(str(record["count"])), str(record["first"]), str(record["last"])
