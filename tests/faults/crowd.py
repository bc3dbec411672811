"""Clients that go on working while something breaks: clean prompts, forbidden ones, and traffic that is none of ours."""

import itertools
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import h11

from tests.running import CHAT, PLAIN_HOST, Proxy, chat
from tests.upstream import Upstream

CANARY = "CANARY-7Q4X"
CLEAN = "write poem number {} about the sea"
FORBIDDEN = f"CONFIDENTIAL - do not distribute\n{CANARY}: our margin in branch {{}} is 12 %"
_NUMBERS = itertools.count()
_BROKEN = (OSError, h11.RemoteProtocolError, h11.LocalProtocolError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange: what was asked for, when it began and ended, its status; 0 where the connection failed."""

    kind: str
    begun: float
    ended: float
    status: int
    why: str = ""


class Crowd:
    """Works while in its `with` block: each kind one exchange after another, `pause` seconds apart.

    For hours, `remember=False` keeps only the last exchanges.
    """

    def __init__(self, proxy: Proxy, upstream: Upstream, *, pause: float = 0.02, remember: bool = True) -> None:
        self.proxy = proxy
        self.upstream = upstream
        self.seen: deque[Seen] = deque(maxlen=None if remember else 100)
        self.total = 0
        self._pause = pause
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=work, daemon=True)
            for work in (
                ("clean", "api.openai.com", CLEAN),
                ("forbidden", "api.openai.com", FORBIDDEN),
                ("bystander", PLAIN_HOST, CLEAN),
            )
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        self.until(lambda: all(self.count(kind) >= 2 for kind in ("clean", "forbidden", "bystander")))
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, kind: str, host: str, text: str) -> None:
        """Send, each time a text that no cache knows."""
        for number in _NUMBERS:
            if self._stop.is_set():
                return
            begun, status, why = time.monotonic(), 0, ""
            try:
                sock = self.proxy.connect(host, cafile=self.upstream.ca_file if host == PLAIN_HOST else None)
                sock.settimeout(20)
                status = self.proxy.request(host, CHAT, chat(text.format(number)), sock=sock).status
            except _BROKEN as error:
                why = f"{type(error).__name__}: {error}"
            self.seen.append(Seen(kind, begun, time.monotonic(), status, why))
            self.total += 1
            self._stop.wait(self._pause if status else 0.1)

    def count(self, kind: str) -> int:
        """Return how many exchanges of a kind ended."""
        return sum(seen.kind == kind for seen in list(self.seen))

    def failed(self, kind: str, since: float) -> list[Seen]:
        """Return the exchanges of a kind that began later and got no answer."""
        return [seen for seen in list(self.seen) if seen.kind == kind and seen.begun >= since and not seen.status]

    def recovered(self, since: float, seconds: float = 60.0) -> float:
        """Wait until a clean prompt that began later was answered 200; return how long after `since` that was."""

        def first() -> float | None:
            good = (s.ended for s in list(self.seen) if s.kind == "clean" and s.begun >= since and s.status == 200)
            return next(good, None)

        self.until(lambda: first() is not None, seconds)
        return (first() or since) - since

    def until(self, true: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "nothing came of it"
            time.sleep(0.02)

    def leaked(self) -> bool:
        """Tell whether anything that policy forbids reached the vendor, or was answered as if it had."""
        through = any(CANARY.encode() in request.body for request in list(self.upstream.received))
        through |= any(CANARY in str(message) for message in list(self.upstream.heard))
        return through or any(seen.kind == "forbidden" and seen.status == 200 for seen in list(self.seen))
