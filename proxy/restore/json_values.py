"""JSON in all the ways in which answers come: one value, an array that grows, one value a line; each value is an event.

Values may have something short before them: a comma, a line end, the number of a line (`15:[…]`), or the `)]}'` and the
lengths with which Google's web applications begin their chunks. Those lengths are made anew.
"""

import re
from functools import partial

from proxy.restore.framing import LONGEST
from proxy.restore.weave import Event

_INTERESTING = re.compile(rb'["{}\[\]]')
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_GUARD = b")]}'"
_BETWEEN = re.compile(rb"(?:[\s,:\[\]{}()'\x1e]|\xef\xbb\xbf|\b(?:[0-9a-f]{1,8}|null|true|false|data)\b)*+\Z")


_SIGNS = re.compile(rb"[^0-9A-Za-z]+")
_SHORT = 8  # digits
_LOOKED = 1 << 16  # bytes between two values


class JsonFraming:
    """Cuts a body into its values. The elements of an array at the top are values of their own."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._position = 0  # of what was not looked at yet
        self._start = -1  # where the value that is open begins
        self._depth = 0
        self._in_string = False
        self._array = False  # inside an array at the top
        self._guarded = False
        self._begun = False
        self._passing = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes."""
        if self._passing:
            return [Event(data, unread="too_large")]
        self._rest += data
        if not self._begun and not self._begin():
            return []
        events: list[Event] = []
        while self._in_string or self._position < len(self._rest):
            if not (self._string(events) if self._in_string else self._structure(events)):
                break
        if len(self._rest) > LONGEST:
            self._passing = True
            events.append(Event(bytes(self._rest), unread="too_large"))
            self._rest.clear()
        return events

    def flush(self) -> list[Event]:
        """Return what is left."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Event(rest, unread=_unread(rest), aside=_said(rest))] if rest else []

    def _begin(self) -> bool:
        if len(self._rest) < len(_GUARD) and _GUARD.startswith(self._rest):
            return False
        self._begun = True
        self._guarded = self._rest.startswith(_GUARD)
        self._position = len(_GUARD) if self._guarded else 0
        return True

    def _string(self, events: list[Event]) -> bool:
        """Read on in a string; tell whether it ended."""
        found = _STRING.match(self._rest, self._position)
        self._position = found.end() if found else self._position
        if self._rest[self._position : self._position + 1] != b'"':
            return False
        self._position += 1
        self._in_string = False
        if self._depth == 0:
            self._end(events)
        return True

    def _structure(self, events: list[Event]) -> bool:
        """Read on up to the next quotation mark or bracket; tell whether there was one."""
        found = _INTERESTING.search(self._rest, self._position)
        if not found:
            self._position = len(self._rest)
            return False
        at, byte = found.start(), found[0]
        self._position = at + 1
        if byte == b"[" and self._start < 0 and not (self._array or self._guarded or self._rest[:at].strip()):
            self._array = True
            return True
        if self._start < 0:
            if byte in b"}]":
                self._array = False  # the array at the top ends
                return True
            self._start = at
        if byte == b'"':
            self._in_string = True
        elif byte in b"{[":
            self._depth += 1
        else:
            self._depth -= 1
            if self._depth == 0:
                self._end(events)
        return True

    def _end(self, events: list[Event]) -> None:
        raw = bytes(self._rest[: self._position])
        before, payload = raw[: self._start], raw[self._start :]
        del self._rest[: self._position]
        self._position, self._start = 0, -1
        render = partial(_with_length, before, _units(payload)) if self._guarded else before.__add__
        events.append(Event(raw, payload, render, unread=_unread(before), aside=_said(before)))


def _unread(between: bytes) -> str:
    """Return why what stands between two values was not read: it is neither punctuation nor a short number."""
    return "" if _BETWEEN.match(between) else "undecodable"


def _said(between: bytes) -> tuple[bytes, ...]:
    """Return what stands between two values where it is more than one short number: numbers may be somebody's."""
    if len(between) > _LOOKED or len(_SIGNS.sub(b"", between)) <= _SHORT:
        return ()
    return (between.strip(),)


def _with_length(before: bytes, units: int, payload: bytes) -> bytes:
    """Return a value with what stood before it; a length there counts what the value was and is made anew."""
    length = before[:-1].rpartition(b"\n")[2]
    if before.endswith(b"\n") and length.isdigit():
        grown = int(length) + _units(payload) - units
        before = before[: len(before) - len(length) - 1] + str(grown).encode() + b"\n"
    return before + payload


def _units(data: bytes) -> int:
    """Return the length in UTF-16 code units, as JavaScript counts."""
    return len(data.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass")) // 2
