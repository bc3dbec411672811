"""How many requests a second may begin, in all and for one client: token buckets that hold a second's worth."""

import time
from collections import OrderedDict
from collections.abc import Callable

_CLIENTS = 10_000


class Bucket:
    """Fills by `rate` tokens a second, holds a second's worth, gives one to each request."""

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._tokens = max(rate, 1.0)
        self._at = now

    def fill(self, now: float) -> bool:
        """Take in what has come since; tell whether there is a token."""
        self._tokens = min(max(self._rate, 1.0), self._tokens + (now - self._at) * self._rate)
        self._at = now
        return self._tokens >= 1

    def take(self) -> None:
        """Take one."""
        self._tokens -= 1


class Rate:
    """Requests a second of one worker. Of the clients, those seen last are known; a forgotten one begins with a full
    bucket. Deadlines and rates go by the monotonic clock."""

    def __init__(self, total: float, per_client: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_client = per_client
        self._clock = clock
        self._all = Bucket(total, clock())
        self._clients: OrderedDict[str, Bucket] = OrderedDict()

    def admit(self, client: str) -> bool:
        """Tell whether a request of this client may begin; one that may not costs nobody anything."""
        now = self._clock()
        bucket = self._clients.get(client)
        if bucket is None:
            bucket = self._clients[client] = Bucket(self._per_client, now)
            if len(self._clients) > _CLIENTS:
                self._clients.popitem(last=False)
        self._clients.move_to_end(client)
        if not (bucket.fill(now) and self._all.fill(now)):
            return False
        bucket.take()
        self._all.take()
        return True
