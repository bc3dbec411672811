"""mitmproxy's layers of one client connection in HTTP/1.1 over TLS, and of its upstream connections: are they at rest?

The private parts that this builds on are checked by `engine.check` at start.
"""

from h11._readers import ContentLengthReader
from mitmproxy import http
from mitmproxy.connection import Server
from mitmproxy.proxy import layer, tunnel
from mitmproxy.proxy.layers.http import HttpClient, HttpLayer, HTTPMode, HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server
from mitmproxy.proxy.layers.tls import ClientTLSLayer, ServerTLSLayer
from OpenSSL import SSL

from addons.tower import behind, busy

_OPEN = tunnel.TunnelState.OPEN


class Upstream:
    """One upstream connection."""

    __slots__ = ("_up", "layer")

    def __init__(self, layer: ServerTLSLayer, up: Http1Client) -> None:
        self.layer = layer
        self._up = up

    @property
    def conn(self) -> Server:
        """Return the connection as mitmproxy knows it."""
        return self.layer.conn  # type: ignore[return-value]

    @property
    def tls(self) -> SSL.Connection:
        """Return its TLS."""
        return self.layer.tls

    def rests(self) -> bool:
        """Tell whether a request may be sent on it."""
        up, layer = self._up, self.layer
        free = up.stream_id is None and up.state == up.read_headers and not up.buf
        return free and layer.conn.connected and layer.tunnel_state is _OPEN and not (busy(up) or busy(layer))

    def asked(self, request: http.Request, number: int) -> None:
        """Have its layer know that `request` has been sent, and that nothing of an answer has come."""
        up = self._up
        up.stream_id, up.request, up.request_done = number, request, True


class Link:
    """The layers of the client's side."""

    __slots__ = ("_down", "_http", "_upstream", "layer")

    def __init__(self, layer: ClientTLSLayer, http: HttpLayer, down: Http1Server) -> None:
        self.layer = layer
        self._http = http
        self._down = down
        self._upstream: Upstream | None = None

    @classmethod
    def of(cls, top: layer.Layer) -> "Link | None":
        """Return it; None where the layers are not those of HTTP/1.1 in TLS to one host."""
        http = behind(top.child_layer) if type(top) is ClientTLSLayer else None
        if type(http) is not HttpLayer or http.mode is not HTTPMode.transparent:
            return None
        down = http.connections.get(top.context.client)
        return cls(top, http, down) if type(down) is Http1Server else None  # type: ignore[arg-type]

    @property
    def tls(self) -> SSL.Connection:
        """Return the client's TLS."""
        return self.layer.tls

    @property
    def server(self) -> Server:
        """Return the host that the client asked for, which need not be connected."""
        return self._http.context.server

    def rests(self) -> bool:
        """Tell whether the client's next bytes begin a request, and nothing is under way."""
        down, http = self._down, self._http
        free = not (http.streams or down.buf or down.request_done) and down.state == down.read_headers
        return free and self.layer.tunnel_state is _OPEN and not (busy(down) or busy(http) or busy(self.layer))

    def upstream(self, host: str, port: int) -> Upstream | None:
        """Return the connection that mitmproxy would take for a request over TLS, if it is open and at rest."""
        known = self._upstream
        if known is None or known.conn.address != (host, port) or not known.conn.connected:
            known = self._upstream = self._found((host, port))
        return known if known is not None and known.rests() else None

    def _found(self, address: tuple[str, int]) -> Upstream | None:
        for conn, found in self._http.connections.items():
            if not isinstance(conn, Server) or conn.address != address or not conn.tls or conn.via is not None:
                continue
            if conn.error or conn in self._http.waiting_for_establishment:
                return None
            if conn.connected:
                between = found.child_layer if type(found) is ServerTLSLayer else None
                up = getattr(between, "child_layer", None) if type(between) is HttpClient else None
                return Upstream(found, up) if type(up) is Http1Client else None  # type: ignore[arg-type]
        return None

    def ended(self) -> None:
        """Note that an exchange is over of which the layers have seen nothing."""
        self._down.stream_id += 2

    def place_heard(self, flow: http.HTTPFlow) -> None:
        """Have the layers know of a request whose head has been heard, and nothing of its body."""
        stream = self._stream(flow)
        stream.client_state = stream.state_consume_request_body
        down = self._down
        down.request = flow.request
        down.body_reader = ContentLengthReader(len(flow.request.raw_content or b""))
        down.state = down.read_body

    def place_sent(self, flow: http.HTTPFlow, upstream: Upstream) -> None:
        """Have the layers know of a request that has been sent, and of whose answer nothing has come."""
        stream = self._stream(flow)
        stream.context.server = flow.server_conn = upstream.conn
        stream.client_state = stream.state_done
        down = self._down
        down.request, down.request_done, down.state = flow.request, True, down.wait
        upstream.asked(flow.request, down.stream_id)

    def _stream(self, flow: http.HTTPFlow) -> HttpStream:
        number = self._down.stream_id
        stream = HttpStream(self._http.context.fork(), number)
        stream.flow = flow
        stream.server_state = stream.state_wait_for_response_headers
        self._http.streams[number] = stream
        return stream
