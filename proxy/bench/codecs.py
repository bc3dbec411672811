"""`hushgate bench codecs`: CPU of reading a request body, per kB, and of putting values back, per event of a stream."""

import json
import time
from collections.abc import Callable, Iterator, Sequence

from proxy.bench import load
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure
from proxy.bench.programs import AI_HOST
from proxy.codecs.decode import Limits, decode
from proxy.exchange import Exchange
from proxy.placeholder import Issuer
from proxy.restore.restorer import Restorer, Values

_KEY = b"bench" * 8
_EVENTS = 200
_TURNS = {"2 kB": 2, "20 kB": 20, "200 kB": 200}  # a conversation of so many turns of 1 kB


def _reading(effort: Effort) -> Iterator[Figure]:
    """A body read whole: span tokenizer, labels, parts."""
    limits = Limits()
    for title, turns in _TURNS.items():
        body = load.chat(*(load.prose(1000, effort.seed + turn) for turn in range(turns)))
        exchange = Exchange("POST", "https", AI_HOST, 443, load.CHAT, (("content-type", "application/json"),), body)
        number = effort.of(2000 // turns)
        spent = [
            _cpu(lambda: decode(exchange, "openai-chat", limits, "chat"), number)  # noqa: B023 - called before the next
            for _ in range(effort.rounds)
        ]
        values = tuple(1e6 * seconds / (len(body) / 1000) for seconds in spent)
        yield Figure("read", f"a conversation of {title}: per kB", "us", values)


def _restoring(effort: Effort) -> Iterator[Figure]:
    """An event stream through the restorer: without placeholders, and with one in every tenth event."""
    issuer = Issuer(_KEY, "bench")
    token = issuer.issue("EMAIL_ADDRESS", "ann@example.com")
    for title, every in (("no placeholder", 0), ("a placeholder in every tenth", 10)):
        events = [_event(f"word {token}" if every and not n % every else " word") for n in range(_EVENTS)]

        def relay(events: Sequence[bytes] = events) -> None:
            restorer = Restorer(Values(issuer.issued.get), "text/event-stream")
            for event in events:
                restorer.feed(event)
            restorer.flush()

        spent = tuple(1e6 * _cpu(relay, effort.of(20)) / _EVENTS for _ in range(effort.rounds))
        yield Figure("restore", f"{title}: per event", "us", spent)


def _event(text: str) -> bytes:
    value = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}}]}
    return b"data: %b\n\n" % json.dumps(value).encode()


def _cpu(work: Callable[[], object], number: int) -> float:
    """Return the CPU seconds of one call."""
    work()
    before = time.process_time()
    for _ in range(number):
        work()
    return (time.process_time() - before) / number


PARTS: dict[str, Callable[[Effort], Iterator[Figure]]] = {"read": _reading, "restore": _restoring}


def run(parts: Sequence[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Yield the figures of the parts named, of all without names. Raises ValueError for one that there is not."""
    for name in parts:
        if name not in PARTS:
            raise ValueError(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    for name in parts or PARTS:
        tell(f"{name}: {(PARTS[name].__doc__ or '').splitlines()[0]}")
        yield from PARTS[name](effort)
