"""The plain exchange, past mitmproxy's layers: a whole request to the gate and on to the upstream, a whole answer back.

An exchange passes a dozen layers of mitmproxy, each way, in some thirty events. Where both sides speak HTTP/1.1 in TLS
and are at rest, a request of the plain kind (`plainheads`) is read here, shown to the same hooks, and sent on a
connection that an earlier exchange opened; an answer that is all there goes back the same way.

Rules
1. Nothing leaves before the hooks `requestheaders` and `request` have been called: what they decide is what happens.
2. The layers' state is that of two sides at rest until something is not plain. Then they are put where they would be,
   and get the very bytes: before the hooks, what has been read of the request (`_leave`); after them, its body
   (`_refused`, with the hook not called again); once it was sent, what has come of the answer (`_place`).
3. While a hook waits, what the client sends waits too; what an upstream does meanwhile goes to the layers.

The private parts that this builds on are checked by `engine.check` at start.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from enum import Enum, auto
from typing import Any, Protocol

from mitmproxy import flow as flows
from mitmproxy import http
from mitmproxy.connection import Client, Connection
from mitmproxy.net.http import http1
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import _hooks as hooks

from addons import answerlayer, plainheads, records, relay
from addons.link import Link, Upstream

logger = logging.getLogger("hushgate.engine")
LONGEST = 1 << 18  # bytes of a request: what is longer is worth the layers, and counts in the budget of bodies


class Line(Protocol):
    """The connection, with its layers."""

    client: Client
    layer: layer.Layer

    async def handle_hook(self, hook: commands.StartHook) -> None:
        """Call whoever listens to a hook."""

    def send(self, connection: Connection, data: bytes) -> None:
        """Send bytes, unless the connection is closing."""

    def work(self, event: events.Event) -> None:
        """Have the layers work off an event."""

    def close(self, connection: Connection) -> None:
        """Close a connection."""


class _Stage(Enum):
    REST = auto()
    READING = auto()  # a request
    ASKING = auto()  # the gate
    SENT = auto()
    ANSWERING = auto()


class Express:
    """The exchanges of one client connection, one after the other."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._stage = _Stage.REST
        self._link: Link | None = None
        self._plain = b""
        self._head: plainheads.RequestHead | None = None
        self._flow: http.HTTPFlow | None = None
        self._upstream: Upstream | None = None
        self._queue: list[events.Event] = []
        self._begun = 0
        self._told: tuple[type, http.HTTPFlow, Any] | None = None
        self._tasks: set[asyncio.Task[bool]] = set()

    def take(self, event: events.ConnectionEvent) -> bool:
        """Take what has come on a connection, or its end; tell whether that was for us. If not, the layers get it."""
        from_client = event.connection is self._line.client
        if self._stage is _Stage.ANSWERING or (self._stage is _Stage.ASKING and from_client):
            self._queue.append(event)
            return True
        if not isinstance(event, events.DataReceived):
            self._step_aside(event)
            return False
        if not from_client:
            ours = self._stage is _Stage.SENT and event.connection is self._upstream_conn()
            return ours and self._from_upstream(event.data)
        if self._stage is _Stage.SENT:
            self._place()  # the client sends its next request, or ends
            return False
        return self._from_client(event.data)

    @property
    def rests(self) -> bool:
        """Tell whether no exchange is open here."""
        return self._stage is _Stage.REST

    @property
    def reading(self) -> tuple[int, int] | None:
        """Return which request is being read, and how many bytes of it have come; None where none is."""
        return (self._begun, len(self._plain)) if self._stage is _Stage.READING else None

    def stand_aside(self) -> None:
        """Leave an exchange that waits for its answer to the layers."""
        if self._stage is _Stage.SENT:
            self._place()

    def heard(self, hook: commands.StartHook) -> bool:
        """Tell whether the layers come to a hook that has been called already; what it left is there again then."""
        if self._told is None or type(hook) is not self._told[0] or getattr(hook, "flow", None) is not self._told[1]:
            return False
        _, flow, left = self._told
        self._told = None
        if isinstance(hook, hooks.HttpRequestHook):
            flow.request.raw_content = left
        else:
            flow.response = left
        return True

    def _upstream_conn(self) -> Connection | None:
        return self._upstream.conn if self._upstream is not None else None

    def _step_aside(self, event: events.ConnectionEvent) -> None:
        """Let the layers see the end of a connection."""
        if self._stage is _Stage.READING and event.connection is self._line.client:
            self._leave()
        elif self._stage is _Stage.SENT and event.connection in (self._line.client, self._upstream_conn()):
            self._place()

    def _from_client(self, data: bytes) -> bool:
        if self._stage is _Stage.REST and not self._begins():
            return False
        link = self._found()
        plain, whole = records.opened(link.tls, data)
        self._plain += plain
        if whole and self._head is None:
            self._head = plainheads.request_head(self._plain)
        head = self._head
        wanted = head.size + head.length if head is not None else 0
        if not whole or head is None or not len(self._plain) <= wanted <= LONGEST:
            self._leave()
        elif len(self._plain) == wanted:
            self._ask(head)
        elif self._stage is not _Stage.READING:
            self._stage = _Stage.READING
            self._begun += 1
        return True

    def _begins(self) -> bool:
        """Tell whether a request may be read here, that is whether it could be sent on at once."""
        if self._link is None or self._link.layer is not self._line.layer:
            self._link = Link.of(self._line.layer)
        link = self._link
        if link is None or not link.rests() or link.server.address is None:
            return False
        return link.upstream(*link.server.address[:2]) is not None

    def _found(self) -> Link:
        if self._link is None:
            raise RuntimeError("no layers")
        return self._link

    def _leave(self) -> None:
        """Leave to the layers what has been read of a request."""
        plain, self._plain, self._head = self._plain, b"", None
        self._stage = _Stage.REST
        relay.leave(self._found().layer, plain)
        self._line.work(events.DataReceived(self._line.client, b""))

    def _ask(self, head: plainheads.RequestHead) -> None:
        link, now = self._found(), time.time()
        host, port = link.server.address[:2]  # type: ignore[index]
        body, self._plain, self._head = self._plain[head.size :], b"", None
        flow = self._flow = http.HTTPFlow(self._line.client, link.server, live=True)
        flow.request = http.Request(
            host, port, head.method, b"https", b"", head.target, b"HTTP/1.1", http.Headers(head.fields), body, None,
            now, now,
        )  # fmt: skip
        self._stage = _Stage.ASKING
        self._run(self._gate(flow), lambda _: self._asked(flow, body))

    async def _gate(self, flow: http.HTTPFlow) -> bool:
        """Have the gate decide; tell whether it has to be asked no more."""
        await self._line.handle_hook(hooks.HttpRequestHeadersHook(flow))
        if flow.request.stream:  # its messages would be judged as they come, and here is nobody who does
            raise RuntimeError("a request with a length is to be streamed")
        if not _killed(flow):
            await self._line.handle_hook(hooks.HttpRequestHook(flow))
        return True

    def _run(self, work: Coroutine[Any, Any, bool], after: Callable[[bool], None]) -> None:
        """Run a coroutine as far as it does not wait; go on after its end. What fails ends the connection."""
        task = asyncio.create_task(work)
        if task.done():
            self._ran(task, after)
        else:
            self._tasks.add(task)
            task.add_done_callback(lambda task: self._ran(task, after))

    def _ran(self, task: "asyncio.Task[bool]", after: Callable[[bool], None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        try:
            after(task.result())
        except Exception as error:  # noqa: BLE001 - the boundary: its text may hold a body
            logger.error("exchange failed: %s", type(error).__name__)
            self._line.close(self._line.client)

    def _asked(self, flow: http.HTTPFlow, body: bytes) -> None:
        """Do what the gate decided."""
        request, link, client = flow.request, self._found(), self._line.client
        ended = next((event for event in self._queue if isinstance(event, events.ConnectionClosed)), None)
        decided = request.raw_content
        plain = not (flow.response or flow.error or request.stream or request.trailers)
        upstream = link.upstream(request.host, request.port) if plain and request.scheme == "https" else None
        if ended or upstream is None or "transfer-encoding" in request.headers or not decided:
            self._stage = _Stage.REST
            request.raw_content = body  # the layers read it again
            link.place_heard(flow)
            if ended:
                self._queue.clear()
                self._line.work(ended)  # whoever has gone wants nothing sent
                return
            self._told = (hooks.HttpRequestHook, flow, decided)
            relay.leave(link.layer, body)
            self._line.work(events.DataReceived(client, b""))
        else:
            self._upstream = upstream
            flow.server_conn = upstream.conn
            self._line.send(upstream.conn, records.sealed(upstream.tls, http1.assemble_request_head(request) + decided))
            self._stage = _Stage.SENT
        self._go_on()

    def _go_on(self) -> None:
        """Take what waited."""
        queue, self._queue = self._queue, []
        for event in queue:
            if not self.take(event):  # type: ignore[arg-type]
                self._line.work(event)

    def _place(self) -> None:
        """Put the layers where they would be after the request has been sent."""
        if self._flow is not None and self._upstream is not None:
            self._found().place_sent(self._flow, self._upstream)
        self._stage, self._flow, self._upstream = _Stage.REST, None, None

    def _from_upstream(self, data: bytes) -> bool:
        upstream, flow = self._upstream, self._flow
        if upstream is None or flow is None:
            return False
        plain, whole = records.opened(upstream.tls, data)
        answer = plainheads.whole_answer(plain) if whole else None
        if answer is None:
            if plain or not whole:
                self._hand_over(plain)
            return True
        response = flow.response = answer.response()
        self._stage = _Stage.ANSWERING
        self._run(self._answer(flow, response, answer), lambda gone: self._answered(flow, response, plain, gone=gone))
        return True

    def _hand_over(self, plain: bytes) -> None:
        """Leave an answer to the layers."""
        upstream = self._upstream
        self._place()
        if upstream is not None:
            relay.leave(upstream.layer, plain)
            self._line.work(events.DataReceived(upstream.conn, b""))

    async def _answer(self, flow: http.HTTPFlow, response: http.Response, answer: plainheads.WholeAnswer) -> bool:
        """Tell whether the answer has gone to the client: one that is to be changed is for the layers."""
        await self._line.handle_hook(hooks.HttpResponseHeadersHook(flow))
        if not _unchanged(flow, response):
            return False
        link, client = self._found(), self._line.client
        count = response.stream.count  # type: ignore[union-attr]
        for size in answer.pieces:
            count(size)
        count(0)
        self._line.send(client, records.sealed(link.tls, http1.assemble_response_head(response) + answer.body))
        await self._line.handle_hook(hooks.HttpResponseHook(flow))
        return True

    def _answered(self, flow: http.HTTPFlow, response: http.Response, plain: bytes, *, gone: bool) -> None:
        if not gone:
            self._told = (hooks.HttpResponseHeadersHook, flow, response)
            self._hand_over(plain)
        else:
            flow.live = False
            self._found().ended()
            self._stage, self._flow, self._upstream = _Stage.REST, None, None
            if _killed(flow):
                self._line.close(self._line.client)
        self._go_on()


def _killed(flow: http.HTTPFlow) -> bool:
    return flow.error is not None and flow.error.msg == flows.Error.KILLED_MESSAGE


def _unchanged(flow: http.HTTPFlow, response: http.Response) -> bool:
    """Tell whether an answer leaves as it came, as far as its body goes."""
    left = flow.response is response and isinstance(response.stream, relay.Unchanged)
    return left and not (answerlayer.inspects(flow) or flow.error)
