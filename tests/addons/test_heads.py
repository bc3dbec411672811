"""mitmproxy's HTTP/1 connections, driven event by event."""

from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, context, events
from mitmproxy.proxy.layers.http import _http1 as http1
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import RequestHeaders, ResponseHeaders, ResponseProtocolError
from mitmproxy.test import tflow

from addons import heads

REQUEST = b"POST /v1/chat HTTP/1.1\r\nhost: api.openai.com\r\ncontent-length: 200000\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n"


def made(kind: type[http1.Http1Connection]) -> http1.Http1Connection:
    heads.install()
    flow = tflow.tflow()
    for end in (flow.client_conn, flow.server_conn):
        end.state = ConnectionState.OPEN
    told = context.Context(flow.client_conn, None)  # type: ignore[arg-type] # no option is asked for
    told.server = flow.server_conn
    layer = kind(told) if kind is http1.Http1Server else http1.Http1Client(told)
    list(layer.handle_event(events.Start()))
    if isinstance(layer, http1.Http1Client):
        list(layer.send(RequestHeaders(1, flow.request, end_stream=True)))
    return layer


def fed(layer: http1.Http1Connection, *pieces: bytes) -> list[object]:
    said: list[object] = []
    for piece in pieces:
        for command in layer.handle_event(events.DataReceived(layer.conn, piece)):
            said.append(command.event if isinstance(command, ReceiveHttp) else command)
    return said


def test_a_request_head_without_end_is_refused_and_the_connection_closed() -> None:
    for pieces in ([REQUEST, b"x: ", *[b"a" * 10_000] * 20], [REQUEST + b"x: " + b"a" * 2**20 + b"\r\n\r\n"]):
        said = fed(made(http1.Http1Server), *pieces)
        assert [type(each) for each in said] == [commands.SendData, commands.CloseConnection]
        assert said[0].data.startswith(b"HTTP/1.1 431 ")  # type: ignore[attr-defined]


def test_an_answer_head_without_end_is_an_error_of_the_vendor() -> None:
    said = fed(made(http1.Http1Client), ANSWER, b"x: ", *[b"a" * 10_000] * 20)
    assert [type(each) for each in said] == [commands.CloseConnection, ResponseProtocolError]


def test_a_long_body_right_behind_a_head_is_none_of_it() -> None:
    cookie = b"cookie: " + b"c" * 30_000 + b"\r\n\r\n"
    [head, *_] = fed(made(http1.Http1Server), REQUEST, cookie + b"b" * 100_000)
    assert isinstance(head, RequestHeaders)
    [head, *_] = fed(made(http1.Http1Client), ANSWER + cookie + b"b" * 100_000)
    assert isinstance(head, ResponseHeaders)
