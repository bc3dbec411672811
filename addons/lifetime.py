"""What a client connection is doing in, how long it may take for that and whether it may be closed now out.

mitmproxy has one time-out: nothing moved. A client that sends a byte now and then goes on for ever, with a handshake, a
head or a body that never ends (slowloris). Here each has its time, whatever trickles in:

- a TLS handshake, and the head of a request from its first byte, `head` seconds,
- a body twice that, and a second more for each `RATE` bytes that have come (as in Apache's mod_reqtimeout).

A connection that waits for a request may wait on, and a call whose client may wait for answers before it ends its
request (`streams.endless`) takes as long as it likes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hyperframe.frame import GoAwayFrame
from mitmproxy.proxy import commands, layer
from mitmproxy.proxy.layers.http import HttpLayer
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError
from mitmproxy.proxy.layers.http._http1 import Http1Server
from mitmproxy.proxy.layers.http._http2 import Http2Server
from mitmproxy.proxy.layers.tls import ClientTLSLayer

from addons.tower import behind

RATE = 500  # bytes a second, below which a body is too slow
_Doing = tuple[object, str, float]  # what tells it from the next one of its kind, the reason, seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a client's handshake and the head of a request, for an upstream's connection and its handshake."""

    head: float = 10.0
    connect: float = 10.0


class Lifetime:
    """Of one connection. To be asked every second or so."""

    def __init__(self, patience: Patience) -> None:
        self._head = patience.head
        self._since: dict[object, float] = {}

    def late(self, top: layer.Layer, now: float, reading: tuple[int, int] | None = None) -> str:
        """Return what takes too long: `hello_timeout`, `head_timeout`, `body_timeout`; empty where nothing does.

        `reading`: the request that `Express` reads, and how many bytes of it have come.
        """
        found = list(_doing(top, self._head))
        if reading is not None:
            found.append((("express", reading[0]), "body_timeout", 2 * self._head + reading[1] / RATE))
        self._since = {key: self._since.get(key, now) for key, _, _ in found}
        return next((reason for key, reason, seconds in found if now - self._since[key] > seconds), "")


def idle(top: layer.Layer) -> bool:
    """Tell whether no exchange is open on a connection, nor begun."""
    http = _http(top)
    if http is None:
        return bool(top.context.client.tls_established)
    return not http.streams and not _begun(http)


def goodbye(top: layer.Layer) -> Iterator[commands.Command]:
    """Yield what tells an HTTP/2 client that its connection ends (RFC 9113, 6.8).

    To be sent when no stream is open: the h2 of Python's clients reads no stream to its end after it.
    """
    http = _http(top)
    conn = http.connections.get(top.context.client) if http is not None else None
    if type(conn) is Http2Server and type(top) is ClientTLSLayer:
        frame = GoAwayFrame(0, last_stream_id=conn.h2_conn.highest_inbound_stream_id)
        yield from top.send_data(frame.serialize())


def give_up(top: layer.Layer) -> Iterator[commands.Command]:
    """Yield what answers the requests whose vendors have not begun to."""
    http = _http(top)
    for number, stream in tuple(http.streams.items()) if http else ():
        if stream.server_state == stream.state_wait_for_response_headers and stream.client_state == stream.state_done:
            error = ResponseProtocolError(number, "timeout", ErrorCode.GENERIC_SERVER_ERROR)
            yield from http.event_to_child(stream, error)  # type: ignore[union-attr]


def _doing(top: layer.Layer, head: float) -> Iterator[_Doing]:
    http = _http(top)
    if http is None:
        if not top.context.client.tls_established:
            yield "handshake", "hello_timeout", head
        return
    for number, stream in http.streams.items():
        if stream.client_state == stream.state_consume_request_body:
            yield number, "body_timeout", 2 * head + len(stream.request_body_buf) / RATE
    if not http.streams and _begun(http):
        yield ("head", getattr(http.connections[http.context.client], "stream_id", 0)), "head_timeout", head


def _http(top: layer.Layer) -> HttpLayer | None:
    """Return the layer that reads the client's requests; None before it is there."""
    found = behind(getattr(top, "child_layer", None))
    if type(found) is not HttpLayer:
        return None
    tunnels = any(_connects(stream) for stream in found.streams.values())
    return None if tunnels else found


def _connects(stream: Any) -> bool:
    flow = getattr(stream, "flow", None)
    return flow is not None and flow.request.method == "CONNECT"


def _begun(http: HttpLayer) -> bool:
    """Tell whether the beginning of a request is there whose head is not."""
    conn: Any = http.connections.get(http.context.client)
    if type(conn) is Http1Server:
        return len(conn.buf) > 0
    return type(conn) is Http2Server and len(conn.h2_conn.incoming_buffer._data) > 0
