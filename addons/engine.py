"""mitmproxy, cut down: a master of our own, connections made by our front door, leaves by our signer.

Rules
1. Every touch of mitmproxy's private parts is in this file, in `connection`, `tower`, `relay`, `socketlayer`,
   `answerlayer`, `requestlayer`, `records`, `link` and `express`; `check` proves at start that they are still there.
2. mitmproxy opens no listener, resolves no name and dials no address: it is given sockets and asks `connect`.
3. The engine is lazy: a request that is refused never reaches the vendor.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mitmproxy import connection, http, options, tls
from mitmproxy.addons import core, disable_h2c, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master
from mitmproxy.net import tls as net_tls
from mitmproxy.proxy import context, layer, mode_servers, server
from mitmproxy.proxy.layers import websocket
from mitmproxy.proxy.layers.http import HttpLayer, HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server
from mitmproxy.proxy.layers.http._http2 import Http2Client
from mitmproxy.proxy.layers.http._http_h2 import BufferedH2Connection
from mitmproxy.proxy.layers.tls import TLSLayer
from OpenSSL import SSL

from addons import answerlayer, flowcontrol, heads, intake, relay, requestlayer, socketlayer
from addons.connection import Connect, Connection
from addons.dispatch import Dispatch
from addons.lifetime import Patience
from proxy.door.peer import Peer
from proxy.exchange import Client

BACKSTOP = "128m"  # far above our own body limit, which answers in the vendor's shape
_RELEASE_BUFFERS = 0x10  # SSL_MODE_RELEASE_BUFFERS of openssl/ssl.h


class EngineError(Exception):
    """mitmproxy is not the version that this module was written for."""


class Minted(Protocol):
    """A leaf certificate as mitmproxy's TLS addon wants it."""

    cert: object
    privatekey: object
    chain_file: object
    chain_certs: list[object]


Mint = Callable[[str], Awaitable[Minted]]
"""Host name to a leaf for exactly that name."""


_PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the engine needs to know: the file of trusted upstream roots (PEM), the time-outs, who hears of those that
    clients run into (`Lifetime.late`)."""

    upstream_roots: str
    idle_seconds: int = 600
    patience: Patience = _PATIENCE
    late: Callable[[str], None] = lambda _: None


class _Farewell:
    """Tells HTTP/1.1 clients that their connection ends, once the engine leaves."""

    name = "hushgate-farewell"
    leaving = False

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Say so in the head of an answer (RFC 9112, 9.6)."""
        if self.leaving and flow.response and flow.response.status_code != 101 and not flow.request.is_http2:
            flow.response.headers["connection"] = "close"


class _NoStore:
    dhparams = None


class _Leaves(tlsconfig.TlsConfig):
    """mitmproxy's TLS addon with its certificate store taken out: leaves come from `mint`."""

    name = "tlsconfig"
    request = None  # type: ignore[assignment] # mitmproxy's would answer for the revocation list of a store that is not there

    def __init__(self, mint: Mint) -> None:
        self.certstore = _NoStore()  # type: ignore[assignment]
        self._mint = mint
        self._minted: dict[str, Minted] = {}

    def configure(self, updated: set[str]) -> None:
        """Nothing: the options that mitmproxy handles here would make a store with the CA's key in it."""

    def running(self) -> None:
        """Nothing, for the same reason."""

    async def tls_start_client(self, tls_start: tls.TlsData) -> None:  # type: ignore[override]
        """Mint the leaf first; the rest is mitmproxy's."""
        address = tls_start.context.server.address
        host = address[0] if address else ""
        self._minted[tls_start.conn.id] = await self._mint(host)
        try:
            super().tls_start_client(tls_start)
        finally:
            del self._minted[tls_start.conn.id]

    def get_cert(self, conn_context: context.Context) -> Minted:  # type: ignore[override]
        """Return the leaf minted for this connection."""
        return self._minted[conn_context.client.id]


class Engine:
    """The running mitmproxy: takes sockets, calls our addons."""

    def __init__(self, settings: EngineOptions, mint: Mint, connect: Connect, *addons: object) -> None:
        """Needs a running event loop. Raises EngineError where mitmproxy is not what we know."""
        check()
        release_buffers()
        socketlayer.install()
        answerlayer.install()
        requestlayer.install()
        relay.install()
        heads.install()
        intake.install()
        flowcontrol.install()
        self.connect = connect
        self._clients: dict[str, Client] = {}
        self._peers: dict[str, Peer] = {}
        self._handlers: set[Connection] = set()
        self._settings = settings
        self._farewell = _Farewell()
        self.master = Master(options.Options())
        self._proxyserver = proxyserver.Proxyserver()
        self.master.addons.add(
            core.Core(),
            disable_h2c.DisableH2C(),
            self._proxyserver,
            next_layer.NextLayer(),
            _Leaves(mint),
            *addons,
            self._farewell,
        )
        self.dispatch = Dispatch(self.master.addons.chain)
        self.master.options.update(
            mode=[],
            connection_strategy="lazy",
            body_size_limit=BACKSTOP,
            ssl_verify_upstream_trusted_ca=settings.upstream_roots,
            tcp_timeout=settings.idle_seconds,
            rawtcp=False,
            http2_ping_keepalive=58,
        )

    def client_of(self, conn: connection.Client) -> Client | None:
        """Return who is behind a mitmproxy connection."""
        return self._clients.get(conn.id)

    def peer_of(self, conn: connection.Client) -> Peer | None:
        """Return what the front door knows of a connection."""
        return self._peers.get(conn.id)

    def identified(self, conn: connection.Client, client: Client) -> None:
        """Note who is behind a connection from now on: a later CONNECT on it may come from another user."""
        self._clients[conn.id] = client

    @property
    def connections(self) -> int:
        """Return how many client connections are open."""
        return len(self._handlers)

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: Client, peer: Peer
    ) -> None:
        """Serve one client connection to its end. The reader still holds the CONNECT or absolute-form request."""
        handler = Connection(self.master, self.dispatch, self.connect, reader, writer, self._settings.patience)
        self._clients[handler.client.id] = client
        self._peers[handler.client.id] = peer
        self._handlers.add(handler)
        if self._farewell.leaving:
            handler.leave()
        try:
            with self._proxyserver.register_connection(handler.client.id, handler):
                await handler.handle_client()
        finally:
            self._handlers.discard(handler)
            del self._clients[handler.client.id]
            del self._peers[handler.client.id]

    async def run(self) -> None:
        """Run until `stop`."""
        looking = asyncio.create_task(self._looking())
        try:
            await self.master.run()
        finally:
            looking.cancel()

    async def _looking(self) -> None:
        """End connections whose clients take too long."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            for handler in tuple(self._handlers):
                if reason := handler.look(loop.time()):
                    self._settings.late(reason)

    def leave(self) -> None:
        """Close every connection as soon as no exchange is open on it."""
        self._farewell.leaving = True
        for handler in tuple(self._handlers):
            handler.leave()

    def stop(self) -> None:
        """End `run`; open connections are closed."""
        self.master.shutdown()


def release_buffers() -> None:
    """Have OpenSSL give the buffers of a connection back while it is idle (SSL_MODE_RELEASE_BUFFERS): 34 kB each."""
    make = net_tls._create_ssl_context
    if getattr(make, "lean", False):
        return

    def lean(**settings: Any) -> SSL.Context:
        made = make(**settings)
        made.set_mode(_RELEASE_BUFFERS)
        return made

    lean.lean = True  # type: ignore[attr-defined]
    net_tls._create_ssl_context = lean


_EXPECTED = {
    "ConnectionHandler.open_connection": (server.ConnectionHandler, "open_connection", ["self", "command"]),
    "ConnectionHandler.handle_connection": (server.ConnectionHandler, "handle_connection", ["self", "connection"]),
    "ConnectionHandler.close_connection": (
        server.ConnectionHandler,
        "close_connection",
        ["self", "connection", "half_close"],
    ),
    "ConnectionHandler.drain_writers": (server.ConnectionHandler, "drain_writers", ["self"]),
    "ConnectionHandler.wakeup": (server.ConnectionHandler, "wakeup", ["self", "request"]),
    "Layer.handle_event": (layer.Layer, "handle_event", ["self", "event"]),
    "TLSLayer.receive_data": (TLSLayer, "receive_data", ["self", "data"]),
    "Http1Server.read_headers": (Http1Server, "read_headers", ["self", "event"]),
    "Http1Client.read_headers": (Http1Client, "read_headers", ["self", "event"]),
    "HttpLayer.get_connection": (HttpLayer, "get_connection", ["self", "event", "reuse"]),
    "HttpStream.__init__": (HttpStream, "__init__", ["self", "context", "stream_id"]),
    "Http1Connection.mark_done": (Http1Connection, "mark_done", ["self", "request", "response"]),
    "Http1Connection.read_body": (Http1Connection, "read_body", ["self", "event"]),
    "ConnectionHandler.on_timeout": (server.ConnectionHandler, "on_timeout", ["self"]),
    "HttpStream.state_consume_request_body": (HttpStream, "state_consume_request_body", ["self", "event"]),
    "HttpStream.handle_protocol_error": (HttpStream, "handle_protocol_error", ["self", "event"]),
    "Http2Client.__init__": (Http2Client, "__init__", ["self", "context"]),
    "H2Connection.acknowledge_received_data": (
        BufferedH2Connection,
        "acknowledge_received_data",
        ["self", "acknowledged_size", "stream_id"],
    ),
    "ConnectionHandler.server_event": (server.ConnectionHandler, "server_event", ["self", "event"]),
    "ProxyConnectionHandler.__init__": (
        mode_servers.ProxyConnectionHandler,
        "__init__",
        ["self", "master", "r", "w", "options", "mode"],
    ),
    "TlsConfig.get_cert": (tlsconfig.TlsConfig, "get_cert", ["self", "conn_context"]),
    "TlsConfig.tls_start_client": (tlsconfig.TlsConfig, "tls_start_client", ["self", "tls_start"]),
    "ConnectionHandler.handle_hook": (server.ConnectionHandler, "handle_hook", ["self", "hook"]),
    "HttpStream.state_stream_response_body": (HttpStream, "state_stream_response_body", ["self", "event"]),
    "HttpStream.state_stream_request_body": (HttpStream, "state_stream_request_body", ["self", "event"]),
    "HttpStream.state_wait_for_response_headers": (HttpStream, "state_wait_for_response_headers", ["self", "event"]),
    "HttpStream._handle_event": (HttpStream, "_handle_event", ["self", "event"]),
    "HttpStream.send_response": (HttpStream, "send_response", ["self", "already_streamed"]),
    "HttpStream.check_killed": (HttpStream, "check_killed", ["self", "emit_error_hook"]),
    "WebsocketLayer.relay_messages": (websocket.WebsocketLayer, "relay_messages", ["self", "event"]),
    "WebsocketLayer.done": (websocket.WebsocketLayer, "done", ["self", "_"]),
    "WebsocketConnection.send2": (websocket.WebsocketConnection, "send2", ["self", "event"]),
    "Fragmentizer.__init__": (websocket.Fragmentizer, "__init__", ["self", "fragments", "is_text"]),
    "Fragmentizer.__call__": (websocket.Fragmentizer, "__call__", ["self", "content"]),
    "Fragmentizer.msg": (websocket.Fragmentizer, "msg", ["self", "data", "message_finished"]),
}


def check() -> None:
    """Raise EngineError where a private part that this module builds on has changed its shape."""
    for title, (owner, name, expected) in _EXPECTED.items():
        function = getattr(owner, name, None)
        if function is None or list(inspect.signature(function).parameters) != expected:
            raise EngineError(f"mitmproxy's {title} has changed; install the locked version: make install")
    if not hasattr(net_tls, "_create_ssl_context") or not relay.known():
        raise EngineError("mitmproxy has changed; install the locked version: make install")
