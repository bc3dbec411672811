"""The messages of a WebSocket in, the same messages out with values put back; several may become free at once.

A message may hold several records, each ended by U+001E (SignalR, https://github.com/dotnet/aspnetcore
HubProtocol.md): each is read on its own, and the message leaves when all of them may.
"""

from collections import deque
from collections.abc import Iterable
from functools import partial

from proxy.restore.weave import Editor, Event, Weave

Message = tuple[bytes, bool]
"""Content, and whether it is a text message."""

_SEPARATOR = b"\x1e"
_LONGEST = 4 << 20  # bytes; a longer message passes as it is
_BOUNDARY = b""  # what the weave gives back for the event that ends a message


class Messages:
    """Messages in, their events out; the events as they are written then in, the messages that are whole out."""

    def __init__(self) -> None:
        self._texts: deque[bool] = deque()  # of the messages that wait, whether they are text
        self._parts: list[bytes] = []

    @property
    def holding(self) -> bool:
        """Tell whether a message waits."""
        return bool(self._texts)

    def events(self, content: bytes, *, text: bool) -> list[Event]:
        """Return the events of one message; the last one is empty and ends it."""
        self._texts.append(text)
        return [*_events(content, text), Event(_BOUNDARY)]

    def whole(self, released: Iterable[bytes]) -> list[Message]:
        """Return the messages that these events complete."""
        messages: list[Message] = []
        for piece in released:
            if piece:
                self._parts.append(piece)
            else:
                messages.append((b"".join(self._parts), self._texts.popleft()))
                self._parts.clear()
        return messages


class MessageRestorer:
    """One direction of one WebSocket."""

    def __init__(self, editor: Editor) -> None:
        self._weave = Weave(editor)
        self._messages = Messages()

    @property
    def replaced(self) -> int:
        """Return how many values were put in so far."""
        return self._weave.replaced

    @property
    def holding(self) -> bool:
        """Tell whether a message waits."""
        return self._messages.holding

    def feed(self, content: bytes, *, text: bool) -> list[Message]:
        """Take in one message, return those that can leave now, in order."""
        events = self._messages.events(content, text=text)
        return self._messages.whole(piece for event in events for piece in self._weave.add(event))

    def flush(self) -> list[Message]:
        """Return what waits: nobody wants to wait for more."""
        return self._messages.whole(self._weave.flush())

    def close(self) -> list[Message]:
        """Return what waits: the service closes the socket."""
        return self.flush()


def _events(content: bytes, text: bool) -> list[Event]:
    if len(content) > _LONGEST:
        return [Event(content, unread="too_large")]
    if not text and not _is_utf8(content):
        return [Event(content, unread="media")]
    pieces = content.split(_SEPARATOR)
    records = [piece + _SEPARATOR for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
    return [Event(record, record.removesuffix(_SEPARATOR), partial(_written, record)) for record in records]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _written(record: bytes, payload: bytes) -> bytes:
    return payload + (_SEPARATOR if record.endswith(_SEPARATOR) else b"")
