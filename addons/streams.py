"""Calls whose client may wait for answers before its request ends: read message by message, while they stream.

Rules
1. What the head alone says is judged first. Each message is then a request of its own, which may go on with what
   earlier ones said, and leaves when it was judged.
2. What is no message (a broken or foreign framing, one that is too long) is unknown: where the policy lets it pass, the
   rest of the request passes unread, and is counted.
3. A refusal ends the call, in its own protocol.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from mitmproxy import http

from addons import requestlayer
from addons.convert import to_response
from proxy.codecs.envelopes import Envelopes
from proxy.codecs.limits import Unreadable
from proxy.earlier import Earlier
from proxy.exchange import Client, Exchange
from proxy.judging.judge import Judge, Ruling
from proxy.refusals.calls import end_call, refuse_call
from proxy.refusals.refusal import broken

_RPC = re.compile(r"/(?:[a-z]\w*\.)+[A-Z]\w*/[A-Z]\w*\Z")  # package.Service/Method


def framed(request: http.Request) -> bool:
    """Tell whether the headers say where the body ends, as HTTP/1.1 needs it (RFC 9112, 6.3)."""
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def endless(request: http.Request) -> bool:
    """Tell whether a request is a remote call whose client may wait for answers before its body ends.

    That takes a binary framing (gRPC, Connect, Amazon's event streams) and a path of its own (gRPC over HTTP/2: Path):
    everything else is held and read whole.
    """
    kind = request.headers.get("content-type", "").strip().lower()
    path = request.path.partition("?")[0]
    if "content-encoding" in request.headers or "content-length" in request.headers:
        return False  # what says how long it is comes to an end
    if kind.startswith(("application/grpc", "application/connect+")):
        return _RPC.search(path) is not None
    return kind.startswith("application/vnd.amazon.eventstream") and path.endswith("/invoke-with-bidirectional-stream")


class Stream:
    """The request of one such call."""

    def __init__(
        self, flow: http.HTTPFlow, head: Exchange, client: Client, judge: Judge, unread: Callable[[str, int], None]
    ) -> None:
        """`unread` hears of the reason and the size of what passes unread."""
        self._flow = flow
        self._head = head
        self._client = client
        self._judge = judge
        self._tell = unread
        self._kind = head.header("content-type").partition(";")[0].strip().lower()
        self._envelopes = Envelopes(self._kind)
        self._unread = ""
        self._earlier = Earlier()
        self.issued: dict[str, str] = {}
        self.sent = 0

    async def inspect(self, chunk: bytes) -> bytes | requestlayer.Refused:
        """Return what leaves of a chunk (nothing: the end of the request), or the refusal that ends the call."""
        if not (self._flow.server_conn.alpn == b"h2" or framed(self._flow.request)):
            return b""  # HTTP/1.1 without a length: what follows would be the next request
        if self._unread:
            self._tell(self._unread, len(chunk))
            return self._left(chunk)
        try:
            whole = self._envelopes.feed(chunk)
            if not chunk:
                self._envelopes.end()
        except Unreadable as error:
            self._unread = error.reason
            rest, self._envelopes.rest = self._envelopes.rest, b""
            return await self._ruled(replace(self._head, body=rest, transport="stream", unread=error.reason))
        return await self._ruled(replace(self._head, body=whole, transport="stream")) if whole else b""

    async def _ruled(self, exchange: Exchange) -> bytes | requestlayer.Refused:
        ruling = await self._judge.judge(exchange, self._client, self._earlier)
        if ruling.answer is not None:
            return self._refused(ruling)
        if ruling.changes.to is not None:
            return requestlayer.Refused(to_response(broken()))  # it was sent somewhere already
        self.issued.update(ruling.issued)
        return self._left(exchange.body if ruling.body is None else ruling.body)

    def _left(self, data: bytes) -> bytes:
        self.sent += len(data)
        return data

    def _refused(self, ruling: Ruling) -> requestlayer.Refused:
        last = end_call(self._kind, ruling.said)
        trailers = http.Headers([(name.encode(), value.encode()) for name, value in last.trailers])
        answer = to_response(refuse_call(self._kind, ruling.said, ruling.answer)) if ruling.answer else None
        return requestlayer.Refused(answer or http.Response.make(400), last.body, trailers if last.trailers else None)
