"""How many body bytes may be in inspection at once, in all and for one client: so that nobody fills the memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """Bytes in flight of one worker. A body larger than a whole budget is admitted where nothing else is in flight."""

    def __init__(self, total: int, per_client: int) -> None:
        self._total = total
        self._per_client = per_client
        self._taken = 0
        self._by_client: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Return the bytes in flight."""
        return self._taken

    def meter(self, client: str) -> "Meter":
        """Return what counts the bytes of a body of `client` as they come."""
        return Meter(self, client)

    def room(self, client: str, size: int, own: int = 0) -> bool:
        """Tell whether `size` more bytes fit, for somebody who holds `own`."""
        others, its_others = self._taken - own, self._by_client[client] - own
        if not self._by_client[client]:
            del self._by_client[client]
        return (not others or self._taken + size <= self._total) and (
            not its_others or its_others + own + size <= self._per_client
        )

    def take(self, client: str, size: int) -> None:
        """Hold `size` bytes more, less where it is negative."""
        self._taken += size
        self._by_client[client] += size
        if not self._by_client[client]:
            del self._by_client[client]

    @contextmanager
    def hold(self, client: str, size: int) -> Iterator[bool]:
        """Hold `size` bytes for `client` while in the block; false where there is no room, and nothing is held."""
        if not self.room(client, size):
            yield False
            return
        self.take(client, size)
        try:
            yield True
        finally:
            self.take(client, -size)


class Meter:
    """The bytes of one body on its way in. What it holds is given back at the latest when nobody has it any more."""

    def __init__(self, budget: Budget, client: str) -> None:
        self._budget = budget
        self._client = client
        self._held = 0

    def take(self, size: int) -> bool:
        """Hold `size` bytes more; false where there is no room for them."""
        if not self._budget.room(self._client, size, self._held):
            return False
        self._budget.take(self._client, size)
        self._held += size
        return True

    def give_back(self) -> None:
        """Hold nothing any more."""
        self._budget.take(self._client, -self._held)
        self._held = 0

    def __del__(self) -> None:
        self.give_back()
