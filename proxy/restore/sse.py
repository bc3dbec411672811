"""Server-sent events (WHATWG HTML, 9.2): the bytes of a stream in, its events out."""

import re

from proxy.restore.framing import LONGEST
from proxy.restore.weave import Event

_END = re.compile(rb"(?:\r\n|\n|\r(?!\n|\Z))(?:\r\n|\n|\r(?!\n|\Z))")
_BOM = b"\xef\xbb\xbf"  # a stream may begin with one
_MARKED = _BOM + b"data"
_NAMES = frozenset({b"", b"event", b"id", b"retry"})  # a comment has none
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")


class SseFraming:
    """Cuts a stream at its empty lines."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._looked = 0

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes."""
        self._rest += data
        events: list[Event] = []
        start = 0
        found = _END.search(self._rest, self._looked)
        while found:
            events.append(_event(bytes(self._rest[start : found.end()])))
            start = found.end()
            found = _END.search(self._rest, start)
        del self._rest[:start]
        self._looked = max(len(self._rest) - 3, 0)
        if len(self._rest) > LONGEST:
            events.append(Event(bytes(self._rest), unread="too_large"))
            self._rest, self._looked = bytearray(), 0
        return events

    def flush(self) -> list[Event]:
        """Return what no empty line ended."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [_event(rest)] if rest else []


def _event(raw: bytes) -> Event:
    """Return an event; its payload is its data lines, joined as a client joins them; without any, all that it says.

    What its other lines say (the event's name, comments) is `aside`.
    """
    data: list[bytes] = []
    pieces: list[bytes | None] = []  # lines as they are; None where a data line stands
    ends: list[bytes] = []
    beside: list[bytes] = []
    for found in _LINE.finditer(raw):
        line, end = found[1], found[2]
        name, colon, value = line.partition(b":")
        mark = _BOM if name == _MARKED else b""
        if colon and (name == b"data" or mark):
            space = value[:1] == b" "
            data.append(value[1:] if space else value)
            pieces.append(None)
            ends.append(mark + (b"data: " if space else b"data:"))
            ends.append(end)
        elif found[0]:
            pieces.append(found[0])
            beside += [said] if (said := (value if name in _NAMES else line).strip()) else []
    if not data:
        return Event(raw, raw, plain=True, whole=True) if raw.strip() else Event(raw)

    def render(payload: bytes) -> bytes:
        first = pieces.index(None)
        before = b"".join(piece for piece in pieces[:first] if piece)
        after = b"".join(piece for piece in pieces[first:] if piece)
        # What is put in holds no line end: in JSON it is escaped. In plain text each line gets its own field.
        lines = payload.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        starts = (ends[0], *(ends[0].removeprefix(_BOM) for _ in lines[1:]))
        written = (start + line + (ends[1] or b"\n") for start, line in zip(starts, lines, strict=True))
        return before + b"".join(written) + after

    return Event(raw, b"\n".join(data), render, aside=tuple(beside))
