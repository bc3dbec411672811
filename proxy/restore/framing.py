"""The bytes of an answer in, its events out, by content type; each knows how it is written again.

A framing never fails: bytes that are not what their label says pass as they are, as events without a payload that say
why (`Event.unread`).
"""

from typing import Protocol

from proxy.restore.weave import Event

LONGEST = 16 << 20  # bytes of one event; a longer one passes as it is


class Framing(Protocol):
    """Cuts one answer into events."""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes."""

    def flush(self) -> list[Event]:
        """Return what is left at the end of the answer."""


class PlainFraming:
    """A text without events: each chunk is one, cut where UTF-8 allows."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Event]:
        """Return one event."""
        data = self._rest + data
        cut = _whole(data)
        self._rest = data[cut:]
        return [Event(data[:cut], data[:cut], plain=True)] if cut else []

    def flush(self) -> list[Event]:
        """Return what was no whole character."""
        rest, self._rest = self._rest, b""
        return [Event(rest, unread="undecodable")] if rest else []


def _whole(data: bytes) -> int:
    """Return where the last character begins that is not complete, else the length."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        wants = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return len(data) - back if wants > back else len(data)
    return len(data)
