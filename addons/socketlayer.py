"""mitmproxy's WebSocket layer with what it lacks: a bound on what waits, closing for a reason, messages of our own.

Rules
1. A message that is not complete after `MOST` bytes closes the socket with 1009 (RFC 6455, 7.4.1). mitmproxy itself
   gathers without end.
2. A message of ours leaves at once after the one that is looked at, before any that came later. mitmproxy's way would
   send it after them, or glue it to one that is still arriving.
3. A message that was changed leaves as one frame: mitmproxy cuts at bytes, and a cut character would be lost.
4. Closing happens when all that had arrived with a message is through. Where the service closes, what was held back
   of its messages (`at_end`) leaves before.
5. What is injected is no message: it is a hook of its own (`socket_nudged`).

The private parts that this builds on are checked by `engine.check` at start.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import wsproto.events
from mitmproxy import http
from mitmproxy.proxy import commands, layer
from mitmproxy.proxy.layers import websocket
from wsproto.connection import ConnectionState

MOST = 32 << 20  # bytes of one message
_TOO_BIG = 1009
_CLOSE, _SAID, _LAST = "hushgate-close", "hushgate-said", "hushgate-last"
Last = Callable[[], Sequence[tuple[bytes, bool]]]
"""Nothing in, the last messages out: content, and whether it is text."""


def say(flow: http.HTTPFlow, content: bytes, *, text: bool) -> None:
    """Send a message to the client, once the hook that calls this has returned."""
    flow.metadata.setdefault(_SAID, []).append((content, text))


def at_end(flow: http.HTTPFlow, last: Last) -> None:
    """Have `last` asked for the last messages when the service closes the socket of `flow`."""
    flow.metadata[_LAST] = last


def close(flow: http.HTTPFlow, code: int, reason: str) -> None:
    """Have the socket of `flow` closed: both sides get a close frame."""
    flow.metadata[_CLOSE] = (code, reason)
    flow.metadata.pop(_LAST, None)


def install() -> None:
    """Make mitmproxy use this layer."""
    websocket.WebsocketLayer = SocketLayer  # type: ignore[misc]
    websocket.WebsocketConnection = LastWords  # type: ignore[misc]
    websocket.Fragmentizer = WholeFrames  # type: ignore[misc]


_Layer: Any = websocket.WebsocketLayer
_Connection: Any = websocket.WebsocketConnection
_Fragmentizer: Any = websocket.Fragmentizer


@dataclass
class SocketNudgedHook(commands.StartHook):
    """Somebody wants a socket to look whether something is to be sent."""

    flow: http.HTTPFlow


class LastWords(_Connection):  # type: ignore[misc]
    """One side of a socket; what `last` returns is said before it is closed."""

    last: Last = tuple

    def send2(self, event: Any) -> commands.SendData:
        """Return the bytes of a frame."""
        said = b""
        if isinstance(event, wsproto.events.CloseConnection) and self.state is ConnectionState.OPEN:
            said = b"".join(self.send(WholeFrames([], text).msg(content, True)) for content, text in self.last())
        return commands.SendData(self.conn, said + self.send(event))


class SocketLayer(_Layer):  # type: ignore[misc]
    """Relays one WebSocket."""

    def relay_messages(self, event: Any) -> layer.CommandGenerator[None]:
        """Relay, and do what was ordered meanwhile."""
        self.client_ws.last = self._last
        if isinstance(event, websocket.WebSocketMessageInjected):
            yield SocketNudgedHook(self.flow)
            yield from self._say()
            yield from self._ordered()
            return
        relayed = super().relay_messages(event)
        for command in relayed:
            yield command
            if isinstance(command, websocket.WebsocketMessageHook):
                yield from self._say()
        if any(sum(map(len, ws.frame_buf)) > MOST for ws in (self.client_ws, self.server_ws)):
            close(self.flow, _TOO_BIG, "message too big")
        yield from self._ordered()

    def _last(self) -> Sequence[tuple[bytes, bool]]:
        last: Last = self.flow.metadata.get(_LAST, tuple)
        return last()

    def _ordered(self) -> layer.CommandGenerator[None]:
        ordered = self.flow.metadata.pop(_CLOSE, None)
        if ordered and self._handle_event != self.done:
            yield from self._close(*ordered)

    def _say(self) -> layer.CommandGenerator[None]:
        for content, text in self.flow.metadata.pop(_SAID, ()):
            if self.client_ws.state is ConnectionState.OPEN:
                yield self.client_ws.send2(WholeFrames([], text).msg(content, True))

    def _close(self, code: int, reason: str) -> layer.CommandGenerator[None]:
        self.flow.websocket.timestamp_end = time.time()
        self.flow.websocket.closed_by_client = False
        self.flow.websocket.close_code, self.flow.websocket.close_reason = code, reason
        for ws, told in ((self.client_ws, (code, reason)), (self.server_ws, (1000, None))):
            if ws.state is ConnectionState.OPEN:
                yield ws.send2(wsproto.events.CloseConnection(*told))
            yield commands.CloseConnection(ws.conn)
        yield websocket.WebsocketEndHook(self.flow)
        self.flow.live = False
        self._handle_event = self.done


class WholeFrames(_Fragmentizer):  # type: ignore[misc]
    """Cuts a message as it came, or not at all."""

    def __call__(self, content: bytes) -> Iterator[Any]:
        """Yield the frames of `content`."""
        if len(self.fragment_lengths) > 1 and sum(self.fragment_lengths) == len(content) and self._whole(content):
            yield from super().__call__(content)
        else:
            yield self.msg(content, True)

    def _whole(self, content: bytes) -> bool:
        """Tell whether no cut goes through a character."""
        end = 0
        for length in self.fragment_lengths[:-1]:
            end += length
            if self.is_text and end < len(content) and content[end] & 0xC0 == 0x80:
                return False
        return True
