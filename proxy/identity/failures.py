"""Wrong passwords by address, counted for a minute: whoever guesses has to wait."""

from collections.abc import Callable

_SECONDS = 60.0
_REMEMBERED = 8192


class Failures:
    """Counts. Bounded: the oldest address is forgotten first."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}

    def add(self, address: str) -> None:
        """Count one more."""
        since, count = self._current(address)
        self._counts.pop(address, None)
        self._counts[address] = (since, count + 1)
        if len(self._counts) > _REMEMBERED:
            del self._counts[next(iter(self._counts))]

    def exceeded(self, address: str) -> bool:
        """Tell whether the address has to wait."""
        return self._current(address)[1] >= self._limit

    def _current(self, address: str) -> tuple[float, int]:
        now = self._clock()
        since, count = self._counts.get(address, (now, 0))
        return (since, count) if now - since < _SECONDS else (now, 0)
