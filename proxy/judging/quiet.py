"""Something that is noticed again and again in, whether it is to be told out: once an hour for each name."""

import time
from collections.abc import Callable

_SECONDS = 3600.0
_MOST = 4096  # names


class Quiet:
    """What was told of late, by one worker."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}

    def breaks(self, kind: str, name: str) -> bool:
        """Tell whether something of a kind about `name` was not told within the hour; it counts as told then."""
        now = self._clock()
        if now - self._told.get((kind, name), -_SECONDS) < _SECONDS:
            return False
        if len(self._told) >= _MOST:
            self._told.clear()
        self._told[kind, name] = now
        return True
