"""Back-pressure where the client speaks HTTP/2: who reads slowly makes its vendor send slowly, not this process grow.

mitmproxy takes what an upstream sends as fast as it comes and keeps all that a client's windows have no room for. Here
more than `BACKLOG` bytes that wait for one stream of a client hold up what fills it:

- over HTTP/2, that stream alone: the bytes are not acknowledged until the client has read on, and a stream's window is
  `WINDOW` bytes (RFC 9113, 5.2),
- over HTTP/1.1, the upstream's connection, which carries nothing else: it is not read.

The private parts that this builds on are checked by `engine.check` at start.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from mitmproxy.connection import Server
from mitmproxy.proxy import commands, layer
from mitmproxy.proxy.layers.http import HttpClient, HttpLayer
from mitmproxy.proxy.layers.http._http1 import Http1Client
from mitmproxy.proxy.layers.http._http2 import Http2Client, Http2Server
from mitmproxy.proxy.layers.http._http_h2 import BufferedH2Connection
from mitmproxy.proxy.layers.tls import ClientTLSLayer, ServerTLSLayer

from addons.tower import behind

WINDOW = 1024 * 1024
BACKLOG = 256 * 1024
_FULL, _HELD = "hushgate_full", "hushgate_held"


def install() -> None:
    """Make mitmproxy's HTTP/2 do this."""
    Http2Client.__init__ = _made  # type: ignore[method-assign]
    BufferedH2Connection.acknowledge_received_data = _acknowledge  # type: ignore[method-assign, assignment]


def crowded(top: layer.Layer, server: Server) -> bool:
    """Tell whether an upstream of HTTP/1.1 is not to be read, because its client does not read."""
    http = _http(top)
    up = _inside(http.connections.get(server)) if http else None
    return http is not None and type(up) is Http1Client and _backlog(http, up.stream_id) > BACKLOG


def release(top: layer.Layer) -> Iterator[commands.Command]:
    """Yield what lets upstreams of HTTP/2 send on whose clients have read on."""
    http = _http(top)
    outers: tuple[Any, ...] = tuple(http.connections.values()) if http else ()
    for outer in outers:
        up = _inside(outer)
        held: Counter[int] | None = up.h2_conn.__dict__.get(_HELD) if type(up) is Http2Client else None
        if not held:
            continue
        for number in [number for number in held if not _full(up, number)]:
            _original_acknowledge(up.h2_conn, held.pop(number), number)
        data = up.h2_conn.data_to_send()
        if data:
            yield from outer.send_data(data)


def _made(self: Any, context: Any) -> None:
    _original_made(self, context)
    self.h2_conn.local_settings.initial_window_size = WINDOW
    self.h2_conn.local_settings.acknowledge()
    self.h2_conn.__dict__[_FULL] = partial(_full, self)
    self.h2_conn.__dict__[_HELD] = Counter()


_original_made: Any = Http2Client.__init__
_original_acknowledge: Any = BufferedH2Connection.acknowledge_received_data


def _acknowledge(self: Any, size: int, number: int) -> None:
    full = self.__dict__.get(_FULL)
    if full is not None and full(number):
        self.__dict__[_HELD][number] += size
    else:
        _original_acknowledge(self, size, number)


def _full(up: Any, number: int) -> bool:
    http = next((one for one in reversed(up.context.layers) if type(one) is HttpLayer), None)
    return http is not None and _backlog(http, up.their_stream_id.get(number)) > BACKLOG


def _backlog(http: HttpLayer, stream: int | None) -> int:
    """Return how many bytes wait for the client's window on a stream."""
    down: Any = http.connections.get(http.context.client)
    if stream is None or type(down) is not Http2Server:
        return 0
    return sum(len(piece.data) for piece in down.h2_conn.stream_buffers.get(stream, ()))


def _http(top: layer.Layer) -> HttpLayer | None:
    found = behind(top.child_layer) if type(top) is ClientTLSLayer else None
    return found if type(found) is HttpLayer else None


def _inside(upstream: Any) -> Any:
    """Return the layer that speaks HTTP inside the TLS of an upstream."""
    client = upstream.child_layer if type(upstream) is ServerTLSLayer else None
    return getattr(client, "child_layer", None) if type(client) is HttpClient else None  # while it connects: nothing
