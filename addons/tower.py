"""mitmproxy's layers of one connection, without those that only hand on once a CONNECT has been accepted.

After CONNECT and the TLS handshake, every event and every byte of a connection still passes the HTTP layer that read
the CONNECT, its stream, and a layer of TLS for an upstream that is never opened there. `shortened` leaves them out.
"""

from typing import Any

from mitmproxy.proxy import layer, tunnel
from mitmproxy.proxy.layers import modes
from mitmproxy.proxy.layers.http import HttpLayer, HttpStream
from mitmproxy.proxy.layers.tls import ClientTLSLayer, ServerTLSLayer


def shortened(top: modes.HttpProxy) -> ClientTLSLayer | None:
    """Return the layer that events may go to instead of `top`; None while any layer above it still has a part."""
    layers = top.context.layers
    outer = layers[1] if len(layers) > 1 else None
    if type(outer) is not HttpLayer or len(outer.streams) != 1:
        return None
    (stream,) = outer.streams.values()
    upstream = behind(getattr(stream, "child_layer", None))
    if type(stream) is not HttpStream or type(upstream) is not ServerTLSLayer:
        return None
    client = upstream.child_layer
    idle = all(not busy(one) for one in (top, outer, stream, upstream))
    if idle and upstream.tunnel_state is tunnel.TunnelState.INACTIVE and type(client) is ClientTLSLayer:
        return client if client.tunnel_state is tunnel.TunnelState.OPEN else None
    return None


def behind(found: Any) -> Any:
    """Return the layer that stands where mitmproxy had to find out which it would be."""
    return found.layer if isinstance(found, layer.NextLayer) else found


def busy(found: layer.Layer) -> bool:
    """Tell whether a layer waits for something: what comes meanwhile has to queue there."""
    return found._paused is not None or bool(found._paused_event_queue)
