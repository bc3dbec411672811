"""mitmproxy's hooks to the core and back: nothing passes an AI host that the judge did not rule on.

Rules
1. Every hook fails closed: mitmproxy logs an exception in a hook and forwards the request, so none may escape.
2. The host is the CONNECT target (or the absolute-form URL). SNI and Host must say the same, or the answer is 421.
3. An allowed request is not touched. Answers are always streamed, never held.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any, Protocol

from mitmproxy import ctx, http, tls
from mitmproxy.proxy import server_hooks

from addons import answerlayer, answers, requestlayer, socketlayer
from addons.convert import amend, host_of, put_body, to_exchange, to_response
from addons.linked import Linked
from addons.relay import Changed, Unchanged
from addons.sockets import Sockets
from addons.streams import Stream, endless, framed
from proxy.door.peer import Challenge
from proxy.exchange import Client, Ending, Exchange
from proxy.judging.answerer import Answerer
from proxy.judging.judge import Judge, Ruling
from proxy.judging.outcomes import Outcomes
from proxy.refusals import refusal
from proxy.restore.restorer import Lookup, Restorer

logger = logging.getLogger("hushgate.gate")
Who = Callable[[Any, tuple[tuple[str, str], ...]], Awaitable[Client | Challenge]]
"""(client connection, headers of a request outside TLS) to who sends it."""


class Pages(Protocol):
    """The proxy's own host."""

    @property
    def host(self) -> str:
        """Return its name."""

    async def serve(self, exchange: Exchange, client: Client) -> refusal.Answer:
        """Answer a request to it."""


_STATE = "hushgate"
_TARGET = re.compile(r"/[^\s#\x00-\x1f\x7f]*")


@dataclass(slots=True)
class _Flow:
    """What the gate remembers of one flow."""

    started: float
    ruling: Ruling | None = None
    client: Client | None = None  # of a plain request, which says itself who sends it
    first_byte: float = 0.0
    received: int = 0
    held: bool = False  # the answer waits until the uploads that it announces are noted
    sent: int = 0
    head: bytearray = field(default_factory=bytearray, repr=False)  # of the answer of a host that nobody listed
    lookup: Lookup | None = field(default=None, repr=False)
    restorer: Restorer | Answerer | None = field(default=None, repr=False)
    stream: Stream | None = field(default=None, repr=False)


def _state(flow: http.HTTPFlow) -> _Flow:
    state = flow.metadata.get(_STATE)
    if not isinstance(state, _Flow):
        state = flow.metadata[_STATE] = _Flow(time.monotonic())
    return state


def _end(flow: http.HTTPFlow) -> None:
    if flow.killable:
        flow.kill()


def closed(hook: Callable[["Gate", http.HTTPFlow], Awaitable[None]]) -> Callable[..., Any]:
    """Wrap a hook so that it fails closed: an exception becomes a refusal, or the end of the flow."""

    @wraps(hook)
    async def wrapper(self: "Gate", flow: http.HTTPFlow) -> None:
        try:
            await hook(self, flow)
        except Exception as error:  # noqa: BLE001 - the boundary: mitmproxy would forward after an exception
            logger.error("hook %s failed: %s", hook.__name__, type(error).__name__)
            if flow.websocket is not None:
                if flow.websocket.messages:
                    flow.websocket.messages[-1].drop()
                socketlayer.close(flow, 1011, "")
            elif flow.response is not None:
                _end(flow)
            else:
                flow.response = to_response(refusal.broken())

    return wrapper


class Gate:
    """The addon."""

    name = "hushgate"

    def __init__(
        self,
        judge: Judge,
        outcomes: Outcomes,
        client_of: Callable[[Any], Client | None],
        who: Who | None = None,
        own_headers: frozenset[str] = frozenset(),
        pages: Pages | None = None,
        linked: Linked | None = None,
    ) -> None:
        self._linked = linked
        self._pages = pages
        self._who = who
        self._own_headers = {"proxy-authorization", *own_headers}
        self._judge = judge
        self._outcomes = outcomes
        self._client_of = client_of
        self._sockets = Sockets(judge, nudge, self._moved)

    @closed
    async def http_connect(self, flow: http.HTTPFlow) -> None:
        """Accept CONNECT to inspected hosts only; the front door sends no others, a reused connection might."""
        await self._identify(flow)
        if flow.response is None and not self._inspects(flow):
            flow.response = to_response(refusal.misdirected())

    @closed
    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Decide at once about the head of calls whose body may never end; their messages are judged as they come."""
        _state(flow)
        if not flow.client_conn.tls_established:
            await self._identify(flow)
        for name in self._own_headers:
            flow.request.headers.pop(name, None)
        if flow.response is None and endless(flow.request):
            head = to_exchange(flow)
            await self._rule(flow, head)
            if flow.response is None:
                self._stream(flow, head)

    def _stream(self, flow: http.HTTPFlow, head: Exchange) -> None:
        state = _state(flow)
        service = state.ruling.service if state.ruling else ""
        unread = partial(self._outcomes.unread, service)
        stream = state.stream = Stream(flow, head, self._client(flow), self._judge, unread)
        known = state.lookup
        state.lookup = lambda token: stream.issued.get(token) or (known(token) if known else None)
        requestlayer.inspect_request(flow, state.stream.inspect)

    @closed
    async def request_chunk(self, flow: http.HTTPFlow) -> None:
        """Judge what has come of a call that is streamed."""
        await requestlayer.look(flow)

    @closed
    async def request(self, flow: http.HTTPFlow) -> None:
        """Judge the whole request. Trailers are not read, so they are not sent."""
        flow.request.trailers = None
        if flow.response is None and _state(flow).ruling is None:
            await self._rule(flow)
            if flow.request.is_http2 and flow.request.raw_content and not framed(flow.request):
                flow.request.headers["content-length"] = str(len(flow.request.raw_content))

    async def _identify(self, flow: http.HTTPFlow) -> None:
        """Ask a request outside TLS who sends it: the front door saw only the first one of its connection."""
        if self._who is None:
            return
        who = await self._who(flow.client_conn, to_exchange(flow).headers)
        if isinstance(who, Challenge):
            flow.response = to_response(refusal.challenge(who))
        else:
            _state(flow).client = who

    async def _rule(self, flow: http.HTTPFlow, exchange: Exchange | None = None) -> None:
        if misdirected(flow) or (not flow.client_conn.tls_established and not self._inspects(flow)):
            self._outcomes.misdirected()
            flow.response = to_response(refusal.misdirected())
            return
        if self._pages is not None and host_of(flow.request) == self._pages.host:
            flow.response = to_response(await self._pages.serve(exchange or to_exchange(flow), self._client(flow)))
            return
        if ambiguous(flow.request):
            flow.response = to_response(refusal.broken())
            return
        client = self._client(flow)
        if self._linked is not None and self._linked.passes(flow.request, client, self._judge.snapshot.catalogue):
            size, host = len(flow.request.raw_content or b""), host_of(flow.request)
            self._outcomes.unlinked(size, client, flow.client_conn.id, host)
            return
        state = _state(flow)
        exchange = exchange or to_exchange(flow)
        state.sent = len(exchange.body)
        judging = self._linked.judge(flow, exchange, client) if self._linked else self._judge.judge(exchange, client)
        ruling = state.ruling = await judging
        if ruling.answer is not None:
            flow.response = to_response(ruling.answer)
        elif ruling.body is not None:
            put_body(flow, ruling.body)
            state.sent = len(ruling.body)
        if ruling.answer is None and ruling.changes:
            amend(flow, ruling.changes)
        state.lookup = self._judge.lookup(ruling.client or client, ruling.issued) if ruling.answer is None else None
        if state.lookup is not None or ruling.unlisted or (ruling.answer is None and self._judge.looks(ruling)):
            answers.ask_uncoded(flow.request)

    def _client(self, flow: http.HTTPFlow) -> Client:
        known = _state(flow).client or self._client_of(flow.client_conn)
        return known or Client(flow.client_conn.peername[0])

    def _inspects(self, flow: http.HTTPFlow) -> bool:
        """Tell whether the front door would hand us this host too: it only saw the first request of the connection."""
        host, client, snapshot = host_of(flow.request), self._client(flow), self._judge.snapshot
        if self._pages is not None and host == self._pages.host:
            return True
        verb = snapshot.inspects(host, client.groups, client.address, datetime.now(UTC))
        linked = self._linked is not None and self._linked.opens(flow.request, client, snapshot.catalogue)
        return verb == "inspect" and (linked or snapshot.catalogue.intercepts(host))

    @closed
    async def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let the vendor's answer stream, and say on it that the request was changed."""
        state, response = _state(flow), flow.response
        if response is None or state.ruling is None or state.ruling.answer is not None:
            return
        if state.ruling.announcement:
            response.headers["x-hushgate"] = state.ruling.announcement
        if response.status_code == 101:
            return
        if answers.has_body(flow) and await self._inspect_answer(flow, state, state.ruling):
            return
        state.restorer = answers.restorer(flow, state.lookup)
        passed = answers.streamed(state.restorer) if state.restorer else None
        if chunks := answers.from_chunks(flow, state.ruling):
            passed = answers.then(passed, chunks)
        if state.ruling.unlisted:
            passed = answers.watched(passed, state.head)

        def count(size: int) -> None:
            state.first_byte = state.first_byte or time.monotonic()
            state.received += size

        if self._linked is not None and not passed:
            state.held = self._linked.holds(flow, state.ruling.service, self._judge.snapshot.catalogue)
        if not state.held:
            response.stream = Changed(passed, count) if passed else Unchanged(count)

    async def _inspect_answer(self, flow: http.HTTPFlow, state: _Flow, ruling: Ruling) -> bool:
        """Have the answer looked at, or take its place, where a rule is about answers; tell whether that is so."""
        response = flow.response
        if response is None:
            return False
        kind, coding = response.headers.get("content-type", ""), response.headers.get("content-encoding", "")
        answerer = self._judge.answerer(ruling, state.lookup, kind, coding)
        if answerer is None:
            return False
        if answerer.unread:
            refused = await answerer.instead()
            if refused is not None:
                answerlayer.instead(flow, to_response(refused))
            return refused is not None
        state.restorer = answerer
        answers.make_streamed(flow)

        def came(size: int) -> None:
            state.first_byte = state.first_byte or time.monotonic()
            state.received += size

        response.stream = True
        chunks = answers.from_chunks(flow, ruling)
        answerlayer.inspect_answer(flow, answers.Inspected(answerer, came, chunks))
        return True

    @closed
    async def answer_chunk(self, flow: http.HTTPFlow) -> None:
        """Look at a chunk of an answer that a rule is about."""
        await answerlayer.look(flow)

    @closed
    async def response(self, flow: http.HTTPFlow) -> None:
        """Record how a forwarded exchange ended."""
        state = _state(flow)
        if state.held and self._linked is not None and state.ruling is not None:
            state.received = len(flow.response.raw_content or b"") if flow.response else 0
            await self._linked.note(flow, state.ruling.service, self._client(flow), self._judge.snapshot.catalogue)
        if state.head and state.ruling is not None and flow.response is not None:
            kind = flow.response.headers.get("content-type", "")
            await self._judge.confirm(state.ruling, kind, bytes(state.head))
        await self._ended(flow, aborted="")

    @closed
    async def error(self, flow: http.HTTPFlow) -> None:
        """Record an exchange that broke off: a reset, a dead upstream, a body over the engine's backstop."""
        message = flow.error.msg if flow.error else ""
        if "body_size_limit" in message:
            self._outcomes.backstop(host_of(flow.request))
            await self._outcomes.too_large(host_of(flow.request), flow.request.method)
        await self._ended(flow, aborted="backstop" if "body_size_limit" in message else "connection")

    async def _ended(self, flow: http.HTTPFlow, aborted: str) -> None:
        state = _state(flow)
        if state.ruling is None or state.ruling.answer is not None:
            return
        if not state.ruling.recorded:
            self._moved(flow, state.ruling, up=state.sent, down=state.received, aborted=aborted)
            return
        now = time.monotonic()
        ending = Ending(
            status=flow.response.status_code if flow.response else 0,
            sent=state.stream.sent if state.stream else state.sent,
            received=state.received,
            first_byte_ms=1000 * (state.first_byte - state.started) if state.first_byte else None,
            total_ms=1000 * (now - state.started),
            aborted=aborted,
            restored=state.restorer.restored if state.restorer else 0,
        )
        await self._outcomes.ended(state.ruling.event, state.ruling.service, ending)

    @closed
    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Judge a client's message as a request of its own, put values back into the server's."""
        await self._sockets.message(flow, self._client(flow), _state(flow).ruling)

    def _moved(self, flow: http.HTTPFlow, ruling: Ruling | None, **moved: Any) -> None:
        """Take note of bytes that have no decision record."""
        client = (ruling.client if ruling else None) or self._client(flow)
        self._outcomes.moved(ruling, client, flow.client_conn.id, host_of(flow.request), **moved)

    @closed
    async def socket_nudged(self, flow: http.HTTPFlow) -> None:
        """Look whether something that waited in a socket is to be sent."""
        await self._sockets.nudged(flow)

    @closed
    async def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Let go of what was kept of a socket."""
        self._sockets.ended(flow)

    def tls_failed_client(self, data: tls.TlsData) -> None:  # noqa: ARG002
        """Count clients that do not trust our CA (or pin the vendor's)."""
        self._outcomes.handshake_failed()

    def tls_failed_server(self, data: tls.TlsData) -> None:  # noqa: ARG002
        """Count upstreams whose certificate does not verify."""
        self._outcomes.upstream_failed("tls")

    def server_connect_error(self, data: server_hooks.ServerConnectionHookData) -> None:  # noqa: ARG002
        """Count upstreams that cannot be reached."""
        self._outcomes.upstream_failed("connect")


def nudge(flow: http.HTTPFlow) -> None:
    """Have the socket of a flow look whether something is to be sent: what is injected is an order, and no message."""
    ctx.master.commands.call("inject.websocket", flow, True, b"", True)


def ambiguous(request: http.Request) -> bool:
    """Tell whether the next server could read a request in another way than we do.

    That is: a target that is no path (RFC 9112, 3.2; in HTTP/2 it may hold anything), or a transfer coding that
    compresses (RFC 9112, 7), which is not taken off here.
    """
    coding = request.headers.get("transfer-encoding", "chunked").strip().lower()
    return coding != "chunked" or not (_TARGET.fullmatch(request.path) or request.path == "*")


def misdirected(flow: http.HTTPFlow) -> bool:
    """Tell whether SNI, Host or :authority name another host than the one this connection goes to (RFC 9110, 421)."""
    request, host = flow.request, host_of(flow.request)
    if request.method == "CONNECT":
        return True
    sni = flow.client_conn.sni
    if sni and sni.lower().rstrip(".") != host:
        return True
    names = [value for name, value in request.headers.items(multi=True) if name.lower() == "host"]
    if request.authority:
        names.append(request.authority)
    return any(not _same(name, host, request.port) for name in names) or (request.is_http11 and not names)


def _same(name: str, host: str, port: int) -> bool:
    bare, colon, number = name.lower().rpartition(":")
    if not colon or name.endswith("]"):
        bare, number = name.lower(), ""
    return bare.strip("[]").rstrip(".") == host.strip("[]") and number in ("", str(port))
