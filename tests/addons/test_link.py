"""Only HTTP/1.1 inside TLS has a link; that a link is right about its layers, tests of `express` show."""

from mitmproxy import connection, options
from mitmproxy.proxy import context
from mitmproxy.proxy.layers import modes
from mitmproxy.proxy.layers.http import HttpLayer, HTTPMode
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server
from mitmproxy.proxy.layers.tls import ClientTLSLayer

from addons.link import Link


def layers(mode: HTTPMode = HTTPMode.transparent, server: type = Http1Server) -> ClientTLSLayer:
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
    made = context.Context(client, options.Options())
    modes.HttpProxy(made)
    top = ClientTLSLayer(made)
    inner = top.child_layer = HttpLayer(made.fork(), mode)
    inner.connections[client] = server(made.fork())
    return top


def test_what_has_a_link() -> None:
    assert Link.of(layers()) is not None
    assert Link.of(layers(HTTPMode.regular)) is None
    assert Link.of(layers(server=Http1Client)) is None
    assert Link.of(modes.HttpProxy(layers().context)) is None


def test_without_a_handshake_nothing_rests() -> None:
    link = Link.of(layers())
    assert link is not None
    assert not link.rests()
    assert link.upstream("api.openai.com", 443) is None
