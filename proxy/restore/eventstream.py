"""Length-prefixed streams: Amazon's event stream and Connect's envelopes; the bytes in, their messages out.

Amazon's form is in `proxy.codecs.eventstream`. Connect (https://connectrpc.com/docs/protocol): a byte of flags, the
length of the message, the message.
"""

import base64
import json
from binascii import Error as Base64Error
from functools import partial
from typing import Any

from proxy.codecs.eventstream import CRC, PRELUDE, message, sizes, texts
from proxy.codecs.limits import Unreadable
from proxy.restore.framing import LONGEST
from proxy.restore.weave import Event

_ENVELOPE = 5
_COMPRESSED = 1


class EventStreamFraming:
    """Cuts Amazon's event stream. What does not add up passes as it is, with all that follows."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._passing = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the messages that `data` completes."""
        self._rest += data
        events: list[Event] = []
        while not self._passing and len(self._rest) >= PRELUDE:
            try:
                total, head = sizes(bytes(self._rest[:PRELUDE]))
            except Unreadable:
                total = head = LONGEST + 1
            if total > LONGEST:
                self._passing = True
            elif len(self._rest) < total:
                break
            else:
                events.append(_message(bytes(self._rest[:total]), head))
                del self._rest[:total]
        return events + self.flush() if self._passing else events

    def flush(self) -> list[Event]:
        """Return what is left."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Event(rest, unread="undecodable")] if rest else []


def _message(raw: bytes, head: int) -> Event:
    headers, payload = raw[PRELUDE : PRELUDE + head], raw[PRELUDE + head : -CRC]
    said, unread = _headers(headers)
    outer, inner = _inner(payload)
    if inner is None:
        return Event(raw, payload, partial(message, headers), aside=said, unread=unread)

    def render(changed: bytes) -> bytes:
        new = outer | {"bytes": base64.b64encode(changed).decode()}
        return message(headers, json.dumps(new, separators=(",", ":")).encode())

    beside = [each if isinstance(each, str) else json.dumps(each) for name, each in outer.items() if name != "bytes"]
    more = (each.encode("utf-8", "surrogatepass") for each in (*outer, *beside) if each)
    return Event(raw, inner, render, aside=(*said, *more), unread=unread)


def _headers(headers: bytes) -> tuple[tuple[bytes, ...], str]:
    """Return what the headers that are text say, and why some are not read."""
    try:
        return tuple(each.encode() for pair in texts(headers, 0, len(headers)) for each in pair if each), ""
    except Unreadable as error:
        return (), error.reason


def _inner(payload: bytes) -> tuple[dict[str, Any], bytes | None]:
    """Return a chunk of InvokeModelWithResponseStream and the event in its base64; None where there is none."""
    if not payload.startswith(b"{") or b'"bytes"' not in payload:
        return {}, None
    try:
        outer: dict[str, Any] = json.loads(payload)
        return outer, base64.b64decode(outer["bytes"], validate=True)
    except (ValueError, Base64Error, TypeError, KeyError, RecursionError):
        return {}, None


class ConnectFraming:
    """Cuts Connect's envelopes; compressed ones pass as they are, and so does all from one that is too long."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._passing = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the messages that `data` completes."""
        self._rest += data
        events: list[Event] = []
        while not self._passing and len(self._rest) >= _ENVELOPE:
            size = _ENVELOPE + int.from_bytes(self._rest[1:_ENVELOPE])
            if size > LONGEST:
                self._passing = True
                break
            if len(self._rest) < size:
                break
            raw = bytes(self._rest[:size])
            del self._rest[:size]
            if raw[0] & _COMPRESSED and size > _ENVELOPE:
                events.append(Event(raw, unread="undecodable"))
            else:
                events.append(Event(raw, raw[_ENVELOPE:], partial(envelope, raw[0])))
        return events + self.flush() if self._passing else events

    def flush(self) -> list[Event]:
        """Return what is left."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [Event(rest, unread="undecodable")] if rest else []


def envelope(flags: int, payload: bytes) -> bytes:
    """Return one envelope of Connect."""
    return bytes([flags]) + len(payload).to_bytes(4) + payload
