"""The bytes of a call's request in, cut anywhere; the whole messages that they complete out.

Formats: gRPC and Connect (a flag byte, four of length, the message: gRPC over HTTP/2, Connect's streaming), and
Amazon's event streams (four bytes of total length first). What the messages hold is for `bodies` to read.
"""

from proxy.codecs.limits import Unreadable

LONGEST = 4 << 20  # bytes of one message: what gRPC's own libraries accept unless told otherwise
_EVENTS = "application/vnd.amazon.eventstream"
_JSON_SUFFIX = "+json"
_HIGHEST_FLAG = 3  # compressed and end of stream
_LEAST_EVENT = 16


class Envelopes:
    """One request's messages. After Unreadable, `rest` is what no message was made of; it is over then."""

    def __init__(self, kind: str, longest: int = LONGEST) -> None:
        """`kind` is the content type, without parameters and in small letters."""
        self._events = kind == _EVENTS
        self._reason = "undecodable" if self._events or kind.endswith(_JSON_SUFFIX) else "protobuf"
        self._longest = longest
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Return the whole messages that `data` completes. Raises Unreadable: undecodable, protobuf or too_large."""
        self.rest += data
        position = 0
        while (size := self._size(position)) and position + size <= len(self.rest):
            position += size
        whole, self.rest = self.rest[:position], self.rest[position:]
        return whole

    def _size(self, position: int) -> int:
        """Return how long the message at `position` is; 0 where that is not known yet."""
        head = self.rest[position : position + 5]
        if len(head) < 5:
            if not self._events and head[:1] > bytes([_HIGHEST_FLAG]):
                raise Unreadable(self._reason)
            return 0
        size = int.from_bytes(head[:4]) if self._events else 5 + int.from_bytes(head[1:])
        if (size < _LEAST_EVENT) if self._events else (head[0] > _HIGHEST_FLAG):
            raise Unreadable(self._reason)
        if size > self._longest:
            raise Unreadable("too_large")
        return size

    def end(self) -> None:
        """Take note that nothing follows. Raises Unreadable where a message is not whole."""
        if self.rest:
            raise Unreadable(self._reason)
