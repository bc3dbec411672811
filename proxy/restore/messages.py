"""The messages of a WebSocket in, the same messages out with values put back; several may become free at once.

A message may hold several records, each ended by U+001E (SignalR, https://github.com/dotnet/aspnetcore
HubProtocol.md): each is read on its own, and the message leaves when all of them may.
"""

from collections import deque
from functools import partial

from proxy.restore.weave import Editor, Event, Weave

Message = tuple[bytes, bool]
"""Content, and whether it is a text message."""

_SEPARATOR = b"\x1e"
_LONGEST = 4 << 20  # bytes; a longer message passes as it is
_BOUNDARY = b""  # what the weave gives back for the event that ends a message


class MessageRestorer:
    """One direction of one WebSocket."""

    def __init__(self, editor: Editor) -> None:
        self._weave = Weave(editor)
        self._texts: deque[bool] = deque()  # of the messages that wait, whether they are text
        self._parts: list[bytes] = []

    @property
    def replaced(self) -> int:
        """Return how many values were put in so far."""
        return self._weave.replaced

    @property
    def holding(self) -> bool:
        """Tell whether a message waits."""
        return bool(self._texts)

    def feed(self, content: bytes, *, text: bool) -> list[Message]:
        """Take in one message, return those that can leave now, in order."""
        self._texts.append(text)
        released = [piece for event in _events(content) for piece in self._weave.add(event)]
        return self._whole(released + self._weave.add(Event(_BOUNDARY)))

    def flush(self) -> list[Message]:
        """Return what waits: nobody wants to wait for more."""
        return self._whole(self._weave.flush())

    def _whole(self, released: list[bytes]) -> list[Message]:
        messages: list[Message] = []
        for piece in released:
            if piece:
                self._parts.append(piece)
            else:
                messages.append((b"".join(self._parts), self._texts.popleft()))
                self._parts.clear()
        return messages


def _events(content: bytes) -> list[Event]:
    if len(content) > _LONGEST:
        return [Event(content)]
    pieces = content.split(_SEPARATOR)
    records = [piece + _SEPARATOR for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
    return [Event(record, record.removesuffix(_SEPARATOR), partial(_written, record)) for record in records]


def _written(record: bytes, payload: bytes) -> bytes:
    return payload + (_SEPARATOR if record.endswith(_SEPARATOR) else b"")
