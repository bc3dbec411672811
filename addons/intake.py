"""Bodies on their way in, kept within bounds before anybody has judged them; an answer for requests that get none.

mitmproxy reads a body of any size into memory. Here its bytes count against the budget of what is in flight from the
first one on: where there is no room, the client is told to come again, and the rest of the body is read and dropped.

Where a vendor cannot be reached, or says nothing, mitmproxy sends a page of its own; here SDKs get the vendor's shape.

The private parts that this builds on are checked by `engine.check` at start.
"""

from collections.abc import Callable
from typing import Any

from mitmproxy import flow as flows
from mitmproxy import http
from mitmproxy.proxy import layer
from mitmproxy.proxy.layers.http import DropStream, HttpStream, SendHttp
from mitmproxy.proxy.layers.http._events import (
    RequestData,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
)
from mitmproxy.proxy.layers.http._hooks import HttpErrorHook

from addons.convert import to_exchange, to_response
from proxy.exchange import Client
from proxy.judging.apologies import Apologies
from proxy.judging.budget import Budget, Meter

_METER, _FULL, _INSTEAD = "hushgate-meter", "hushgate-full", "hushgate-unanswered"


class Intake:
    """The addon. It stands before all others."""

    name = "hushgate-intake"

    def __init__(self, budget: Budget, apologies: Apologies, client_of: Callable[[Any], Client | None]) -> None:
        self._budget = budget
        self._apologies = apologies
        self._client_of = client_of

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Count what comes of the body."""
        client = self._client_of(flow.client_conn)
        address = client.address if client else flow.client_conn.peername[0]
        flow.metadata[_METER] = self._budget.meter(address)
        flow.metadata[_FULL] = lambda: to_response(self._apologies.no_room(to_exchange(flow)))

    def request(self, flow: http.HTTPFlow) -> None:
        """Give the budget back: whoever judges the request takes what it needs."""
        self._give_back(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Give the budget back; have an answer for a client that gets none."""
        self._give_back(flow)
        if flow.response is None and flow.error is not None and flow.request.method != "CONNECT":
            late = flow.error.msg.endswith("timeout")
            flow.metadata[_INSTEAD] = to_response(self._apologies.no_answer(to_exchange(flow), late=late))

    def _give_back(self, flow: http.HTTPFlow) -> None:
        meter: Meter | None = flow.metadata.pop(_METER, None)
        if meter is not None:
            meter.give_back()


def install() -> None:
    """Make mitmproxy use this."""
    HttpStream.state_consume_request_body = _consume  # type: ignore[method-assign]
    HttpStream.handle_protocol_error = _failed  # type: ignore[method-assign]


_original_consume: Any = HttpStream.state_consume_request_body
_original_failed: Any = HttpStream.handle_protocol_error


def _consume(self: Any, event: Any) -> layer.CommandGenerator[None]:
    metadata = self.flow.metadata
    meter: Meter | None = metadata.get(_METER)
    if meter is None or not isinstance(event, RequestData) or meter.take(len(event.data)):
        yield from _original_consume(self, event)
        return
    metadata.pop(_METER).give_back()
    self.request_body_buf.clear()
    self.flow.response = metadata[_FULL]()
    self.client_state = self.state_done  # what still comes of the request finds no stream
    yield from self.send_response(already_streamed=False)


def _failed(self: Any, event: Any) -> layer.CommandGenerator[None]:
    waiting = self.client_state == self.state_done and self.server_state == self.state_wait_for_response_headers
    failed = isinstance(event, ResponseProtocolError) and event.code.http_status_code() is not None
    if not (waiting and failed) or self.flow.response is not None:
        yield from _original_failed(self, event)
        return
    self.flow.error = flows.Error(event.message)
    yield HttpErrorHook(self.flow)
    if (yield from self.check_killed(False)):
        return
    response = self.flow.metadata.pop(_INSTEAD, None)
    for each in _whole(self.stream_id, response) if response else (event,):
        yield SendHttp(each, self.context.client)
    self.server_state = self.state_errored
    self.flow.live = False
    yield DropStream(self.stream_id)


def _whole(stream: int, response: http.Response) -> tuple[Any, ...]:
    head, end = ResponseHeaders(stream, response, end_stream=False), ResponseEndOfMessage(stream)
    return (head, ResponseData(stream, response.raw_content), end) if response.raw_content else (head, end)
