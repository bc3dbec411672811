"""mitmproxy's HTTP stream with what it lacks: the chunks of a request may be looked at in a hook that waits.

As in `answerlayer`, for requests that are streamed because their client may wait for answers before it ends. A look
gives what leaves, or a refusal: then the vendor's side is reset, and the client's answer is ours, or ends with ours.

The private parts that this builds on are checked by `engine.check` at start.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import commands, layer
from mitmproxy.proxy.layers.http import HttpStream, SendHttp
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    RequestData,
    RequestEndOfMessage,
    RequestProtocolError,
    ResponseData,
)

_INSPECT, _CHUNK, _LEFT = "hushgate-inspect-request", "hushgate-request-chunk", "hushgate-request-left"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing more may leave: our answer where the vendor's has not begun, else how that one ends."""

    answer: http.Response
    last: bytes = b""
    trailers: http.Headers | None = None


Inspect = Callable[[bytes], Awaitable[bytes | Refused]]
"""A chunk, nothing at the end, to what leaves."""


@dataclass
class RequestChunkHook(commands.StartHook):
    """A chunk of a request is there, or its end."""

    flow: http.HTTPFlow


def inspect_request(flow: http.HTTPFlow, inspect: Inspect) -> None:
    """Have the request of `flow` streamed and each chunk looked at by `inspect`."""
    flow.request.stream = True
    flow.metadata[_INSPECT] = inspect


async def look(flow: http.HTTPFlow) -> None:
    """Look at the chunk that is there: what the hook's listener does. Whatever `inspect` raises is raised."""
    flow.metadata[_LEFT] = await flow.metadata[_INSPECT](flow.metadata.pop(_CHUNK))


def install() -> None:
    """Make mitmproxy use this."""
    HttpStream.state_stream_request_body = _stream  # type: ignore[method-assign]


_original: Any = HttpStream.state_stream_request_body


def _stream(self: Any, event: Any) -> layer.CommandGenerator[None]:
    data = isinstance(event, RequestData)
    if _INSPECT not in self.flow.metadata or not (data or isinstance(event, RequestEndOfMessage)):
        yield from _original(self, event)
        return
    self.flow.metadata[_CHUNK] = event.data if data else b""
    yield RequestChunkHook(self.flow)
    left = self.flow.metadata.pop(_LEFT, None)
    if (yield from self.check_killed(False)):
        return
    if left is None or isinstance(left, Refused):
        yield from _refuse(self, left)
        return
    if left:
        yield SendHttp(RequestData(self.stream_id, left), self.context.server)
    if not data:
        yield from _original(self, event)


def _refuse(self: Any, refused: Refused | None) -> layer.CommandGenerator[None]:
    """End both sides. Without a refusal the look failed, and its listener left an answer."""
    yield SendHttp(RequestProtocolError(self.stream_id, "refused", ErrorCode.KILL), self.context.server)
    self.client_state = self.state_done
    begun = self.server_state == self.state_stream_response_body
    if begun and refused is not None and self.flow.response is not None:
        if refused.last:
            yield SendHttp(ResponseData(self.stream_id, refused.last), self.context.client)
        self.flow.response.trailers = refused.trailers
    elif refused is not None:
        self.flow.response = refused.answer
    yield from self.send_response(already_streamed=begun)
