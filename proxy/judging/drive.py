"""Drives an inspection in this process, with a scanner of its own: for the command line, tests and `explain`."""

from collections.abc import Callable
from datetime import UTC, datetime

from detectors.scan import Scanner
from proxy.codecs.decode import Limits
from proxy.exchange import Client, Exchange
from proxy.judging.cache import FindingsCache
from proxy.judging.inspection import Answer, Apart, Outcome, Record, Scan, inspect
from proxy.judging.snapshot import Snapshot
from proxy.judging.standing import Standing
from proxy.placeholder import Issuer


def drive(
    exchange: Exchange,
    client: Client,
    snapshot: Snapshot,
    scanner: Scanner,
    *,
    now: datetime | None = None,
    cache: FindingsCache | None = None,
    record: Callable[[Record], None] = lambda _: None,
    limits: Limits | None = None,
    issuer: Issuer | None = None,
    standing: Standing | None = None,
) -> Outcome:
    """Run one inspection to its end, without deadlines, and return the outcome."""
    cache = FindingsCache(b"local") if cache is None else cache
    at = now or datetime.now(UTC)
    steps = inspect(exchange, client, snapshot, cache, at, limits or Limits(), standing, issuer)
    answer: Answer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as stop:
            outcome: Outcome = stop.value
            return outcome
        if isinstance(step, Scan):
            answer = scanner.run(step.tasks)
        elif isinstance(step, Apart):
            answer = step.work()
        else:
            record(step)
            answer = None
