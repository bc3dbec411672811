"""Heads of HTTP/1 that are too long end: mitmproxy gathers them without a bound, and reads what it was sent.

Every byte of a head is read by the detectors, so a megabyte of it costs seconds. hyper-h2 has a bound of its own for
HTTP/2 (64 KiB), and the front door has one for what it reads.
"""

from typing import Any

from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server

from proxy.door.notice import render

MOST = 64 * 1024
"""Bytes of one head; servers take 8 to 32 KiB."""

_ENDS = (b"\n\r\n", b"\n\n")
_read_request: Any = Http1Server.read_headers
_read_answer: Any = Http1Client.read_headers


def install() -> None:
    """Make mitmproxy use this."""
    Http1Server.read_headers = _request  # type: ignore[method-assign]
    Http1Client.read_headers = _answer  # type: ignore[method-assign]


def _too_long(connection: Http1Connection, event: events.ConnectionEvent) -> bool:
    """Tell whether more has come than a head may have, and none has ended."""
    if not isinstance(event, events.DataReceived) or len(connection.buf) <= MOST:
        return False
    begun = bytes(connection.buf)[:MOST].lstrip(b"\r\n")
    return not any(end in begun for end in _ENDS)


def _request(self: Http1Server, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
    if not _too_long(self, event):
        yield from _read_request(self, event)
        return
    self.state = self.done
    yield commands.SendData(self.conn, render("head_too_large"))
    yield commands.CloseConnection(self.conn)


def _answer(self: Http1Client, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
    if self.stream_id is None or not _too_long(self, event):
        yield from _read_answer(self, event)
        return
    self.state = self.done
    yield commands.CloseConnection(self.conn)
    yield ReceiveHttp(
        ResponseProtocolError(self.stream_id, "the head of the answer is too large", ErrorCode.GENERIC_SERVER_ERROR)
    )
