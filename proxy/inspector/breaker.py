"""Failures and successes of one inspector in, whether and when to use it out."""

from collections.abc import Callable

OPEN_AFTER = 5  # failures in a row
_FIRST = 0.02  # seconds
_LONGEST = 2.0  # seconds


class Breaker:
    """A circuit breaker: closed at first, open after `OPEN_AFTER` failures in a row, half open when it has waited.

    Half open lets one job through; its success closes, its failure opens anew, for twice as long.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    def fail(self) -> None:
        """Count a connection refused, or lost with work in it."""
        self._failures += 1
        self._until = self._clock() + self.delay

    def succeed(self) -> None:
        """Count an answer."""
        self._failures = 0

    @property
    def delay(self) -> float:
        """Return how many seconds to wait before the next attempt; none after the first failure, which costs most."""
        return 0.0 if self._failures < 2 else min(_FIRST * 2.0 ** min(self._failures - 2, 30), _LONGEST)

    @property
    def open(self) -> bool:
        """Tell whether nothing may be tried now."""
        return self._failures >= OPEN_AFTER and self._clock() < self._until

    def room(self, limit: int) -> int:
        """Return how many jobs may be open at once, of `limit`."""
        if self._failures < OPEN_AFTER:
            return limit
        return 0 if self.open else 1
