"""Pieces of an answer from the upstream's TLS to the client's, past mitmproxy's layers.

A piece of a streamed answer passes a dozen layers of mitmproxy to leave as it came. Where both sides speak HTTP/1.1
and the answer leaves as it came (its `response.stream` is `Unchanged`) or as a function makes it (`Changed`: values are
put back), or while it is gathered to be looked at, whole chunks of a chunked body, and what is inside a body of a known
length, are decrypted, counted, changed or gathered, and encrypted here.

Rules
1. Only what is certain is taken: whole chunks without extensions that begin where a chunk begins, and bytes before the
   last of a known length. The end of a body, a chunk in two pieces, an alert, anything else is left to mitmproxy, whose
   state is the same as if it had seen everything: the relay begins and ends between two chunks.
2. A layer that waits for something (a hook, say) gets everything in order: nothing is taken meanwhile.
3. What was certain stays so until mitmproxy works something off: `ready` looks again only then.

The private parts that this builds on are checked by `engine.check` at start.
"""

import re
from collections.abc import Callable
from typing import Any

from h11._readers import ChunkedReader, ContentLengthReader
from mitmproxy.connection import ConnectionState, Server
from mitmproxy.proxy import events, layer, tunnel
from mitmproxy.proxy.layers.http import HttpClient, HttpLayer, HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server
from mitmproxy.proxy.layers.tls import ClientTLSLayer, ServerTLSLayer, TLSLayer
from OpenSSL import SSL

from addons import answerlayer, records
from addons.answerlayer import Gathering
from addons.tower import behind, busy

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,7})\r\n")
_LEFT = "_hushgate_left"


class Unchanged:
    """The `response.stream` of an answer that leaves as it came. `count` is told the bytes of each piece of body."""

    __slots__ = ("count",)

    def __init__(self, count: Callable[[int], None]) -> None:
        self.count = count

    def __call__(self, chunk: bytes) -> bytes:
        """Count the piece and let it go."""
        self.count(len(chunk))
        return chunk


class Changed:
    """The `response.stream` of an answer that leaves as `change` makes it of each piece, and of nothing at its end."""

    __slots__ = ("change", "count")

    def __init__(self, change: Callable[[bytes], bytes | list[bytes]], count: Callable[[int], None]) -> None:
        self.change = change
        self.count = count

    def __call__(self, chunk: bytes) -> bytes | list[bytes]:
        """Count the piece and return what leaves; an empty list where nothing does."""
        self.count(len(chunk))
        return self.change(chunk)


class Relay:
    """Between one upstream connection and the client."""

    def __init__(self, client: ClientTLSLayer, http: HttpLayer, upstream: ServerTLSLayer, up: Http1Client) -> None:
        self._client = client
        self._http = http
        self._upstream = upstream
        self._up = up
        self._down: Http1Server = http.connections[client.conn]  # type: ignore[assignment]
        self._stream: Unchanged | Changed | Gathering = Unchanged(lambda _: None)
        self._looked = -1

    @classmethod
    def between(cls, top: layer.Layer, server: Server) -> "Relay | None":
        """Return the relay from `server`, or None where the layers are not those of HTTP/1.1 in TLS on both sides."""
        http = behind(top.child_layer) if type(top) is ClientTLSLayer else None
        if type(http) is not HttpLayer or type(http.connections.get(top.context.client)) is not Http1Server:
            return None
        upstream = http.connections.get(server)
        between = upstream.child_layer if type(upstream) is ServerTLSLayer else None
        up = getattr(between, "child_layer", None) if type(between) is HttpClient else None
        if type(up) is not Http1Client or upstream is None:
            return None
        return cls(top, http, upstream, up)  # type: ignore[arg-type]

    def ready(self, turn: int) -> bool:
        """Tell whether the next bytes of the upstream are the body of an answer that goes this way.

        `turn` is another number whenever mitmproxy has worked something off since the last call.
        """
        if turn != self._looked and self._certainly():
            self._looked = turn
        return turn == self._looked and (not isinstance(self._stream, Gathering) or self._stream.room)

    def _certainly(self) -> bool:
        up, down = self._up, self._down
        if up.state != up.read_body or up.buf or up.stream_id is None:
            return False
        stream = self._http.streams.get(up.stream_id)
        response = stream.flow.response if type(stream) is HttpStream else None
        if stream is None or response is None:
            return False
        takes = answerlayer.gathering(stream.flow) if answerlayer.inspects(stream.flow) else response.stream
        if not isinstance(takes, Unchanged | Changed | Gathering):
            return False
        self._stream = takes
        if stream.server_state != stream.state_stream_response_body or stream.flow.error:
            return False
        if down.response is not response or down.stream_id != up.stream_id:
            return False
        if up.response is not response or not self._client.conn.state & ConnectionState.CAN_WRITE:
            return False
        if not self._between_chunks() or any(map(busy, (self._client, self._http, self._upstream, up, down, stream))):
            return False
        return self._client.tunnel_state is self._upstream.tunnel_state is tunnel.TunnelState.OPEN

    def _between_chunks(self) -> bool:
        reader = self._up.body_reader
        chunked = "chunked" in self._down.response.headers.get("transfer-encoding", "").lower()  # type: ignore[union-attr]
        if type(reader) is ChunkedReader:
            return chunked and not (reader._bytes_in_chunk or reader._bytes_to_discard or reader._reading_trailer)
        return type(reader) is ContentLengthReader and chunked != isinstance(self._stream, Unchanged)

    def take(self, data: bytes) -> tuple[bytes, bytes | None]:
        """Take what the upstream sent; return what is to be sent to the client, and what is left for `leave`.

        Nothing is left where that is None. `ready` was just true.
        """
        plain, whole = records.opened(self._upstream.tls, data)
        at, out = self._passed(plain)
        return records.sealed(self._client.tls, out) if out else b"", None if whole and at == len(plain) else plain[at:]

    def _passed(self, plain: bytes) -> tuple[int, bytes]:
        """Return how many bytes are certain, having counted them, and what leaves for them."""
        stream, reader = self._stream, self._up.body_reader
        same = isinstance(stream, Unchanged)
        out: list[bytes] = []
        at = 0
        if isinstance(reader, ContentLengthReader):
            at = max(0, min(len(plain), reader._remaining - 1))
            reader._remaining -= at
            left = stream(plain[:at]) if at else b""
            return at, plain[:at] if same else _chunk(left)
        while found := _CHUNK.match(plain, at):
            size, start = int(found[1], 16), found.end()
            if not size or plain[start + size : start + size + 2] != b"\r\n":
                break
            left = stream(plain[start : start + size])
            if not same:
                out.append(_chunk(left))
            at = start + size + 2
        return at, plain[:at] if same else b"".join(out)

    def leave(self, plain: bytes) -> None:
        """Leave what was decrypted to mitmproxy, which takes it before anything else with its next event."""
        leave(self._upstream, plain)


def leave(tls: TLSLayer, plain: bytes) -> None:
    """Leave what has been decrypted to a layer, which takes it before anything else with its next event."""
    tls.__dict__[_LEFT] = plain


def _chunk(left: bytes | list[bytes]) -> bytes:
    """Return a piece of a body as a chunk (RFC 9112, 7.1); nothing where nothing leaves: that would be its end."""
    data = left if isinstance(left, bytes) else b"".join(left)
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def known() -> bool:
    """Tell whether h11 and pyOpenSSL have the private parts that this builds on."""
    chunks, length = vars(ChunkedReader()), vars(ContentLengthReader(1))
    parts = {"_bytes_in_chunk", "_bytes_to_discard", "_reading_trailer"} <= chunks.keys() and "_remaining" in length
    tls = SSL.Connection(SSL.Context(SSL.TLS_METHOD))
    return parts and records.waiting(tls) == 0 == records.length(tls._into_ssl)


def install() -> None:
    """Have mitmproxy's TLS take what is left to it."""
    TLSLayer.receive_data = _receive  # type: ignore[method-assign]


_original: Any = TLSLayer.receive_data


def _receive(self: Any, data: bytes) -> layer.CommandGenerator[None]:
    left = self.__dict__.pop(_LEFT, b"")
    if left:
        yield from self.event_to_child(events.DataReceived(self.conn, left))
    yield from _original(self, data)
