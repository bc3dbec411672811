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

    @contextmanager
    def hold(self, client: str, size: int) -> Iterator[bool]:
        """Hold `size` bytes for `client` while in the block; false where there is no room, and nothing is held."""
        room = (not self._taken or self._taken + size <= self._total) and (
            not self._by_client[client] or self._by_client[client] + size <= self._per_client
        )
        if not room:
            if not self._by_client[client]:
                del self._by_client[client]
            yield False
            return
        self._taken += size
        self._by_client[client] += size
        try:
            yield True
        finally:
            self._taken -= size
            self._by_client[client] -= size
            if not self._by_client[client]:
                del self._by_client[client]
