"""The messages of WebSockets: each of a client's is judged like a request, values are put back into the server's.

Rules
1. A message that is refused does not leave. Where the service has a form for it, the refusal is a message and the
   socket stays open; else the socket is closed, with the reason, and nothing that came after it leaves either.
2. Messages keep their order: while one of the server's waits, those after it wait too, for at most `PATIENCE` seconds.
3. Nothing is kept of a message that has left.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from mitmproxy import http, websocket

from addons import socketlayer
from addons.convert import message_exchange
from proxy.exchange import Client
from proxy.judging.judge import Judge
from proxy.restore.messages import Message, MessageRestorer
from proxy.restore.restorer import Values

PATIENCE = 1.0  # seconds
_MOST = 10_000  # placeholders of one socket
_STATE = "hushgate-socket"
Nudge = Callable[[http.HTTPFlow], None]
"""Have the socket of a flow look whether something is to be sent."""


@dataclass(slots=True)
class _Socket:
    issued: dict[str, str] = field(default_factory=dict, repr=False)
    restorer: MessageRestorer | None = None
    timer: asyncio.TimerHandle | None = None
    closing: bool = False


class Sockets:
    """All WebSockets of a worker."""

    def __init__(self, judge: Judge, nudge: Nudge) -> None:
        self._judge = judge
        self._nudge = nudge

    async def message(self, flow: http.HTTPFlow, client: Client) -> None:
        """Deal with the newest message of `flow`. Whoever calls this drops the message where it raises."""
        if flow.websocket is None:
            return
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:-1]  # mitmproxy keeps every message of a socket's life
        state = _state(flow)
        if state.closing:
            message.drop()
        elif message.from_client:
            await self._from_client(flow, state, client)
        else:
            self._from_server(flow, state)

    async def _from_client(self, flow: http.HTTPFlow, state: _Socket, client: Client) -> None:
        message = _newest(flow)
        ruling = await self._judge.judge(message_exchange(flow, message.content, text=message.is_text), client)
        if ruling.answer is not None or ruling.changes.to is not None:
            message.drop()
            if ruling.frame is not None:
                socketlayer.say(flow, ruling.frame, text=True)
            else:
                state.closing = True
                socketlayer.close(flow, *(ruling.close or (1008, "")))
            return
        if ruling.body is not None:
            message.content = ruling.body
        state.issued.update(ruling.issued)
        while len(state.issued) > _MOST:
            del state.issued[next(iter(state.issued))]
        lookup = self._judge.lookup(ruling.client or client, state.issued)
        if lookup is not None and state.restorer is None:
            state.restorer = MessageRestorer(Values(lookup))
            socketlayer.when_nudged(flow, lambda: self._late(flow, state))

    def _from_server(self, flow: http.HTTPFlow, state: _Socket) -> None:
        if state.restorer is None:
            return
        message = _newest(flow)
        waited = state.restorer.holding
        released = state.restorer.feed(message.content, text=message.is_text)
        if not waited and len(released) == 1:
            content, _ = released[0]
            if content != message.content:
                message.content = content
            return
        message.drop()
        self._send(flow, state, released)

    def _send(self, flow: http.HTTPFlow, state: _Socket, released: list[Message]) -> None:
        for content, text in released:
            socketlayer.say(flow, content, text=text)
        if state.timer is not None:
            state.timer.cancel()
            state.timer = None
        if state.restorer is not None and state.restorer.holding:
            state.timer = asyncio.get_running_loop().call_later(PATIENCE, self._nudge, flow)

    def _late(self, flow: http.HTTPFlow, state: _Socket) -> None:
        if state.restorer is not None:
            self._send(flow, state, state.restorer.flush())

    def ended(self, flow: http.HTTPFlow) -> int:
        """Forget a socket; return how many values were put back."""
        state = _state(flow)
        if state.timer is not None:
            state.timer.cancel()
        return state.restorer.replaced if state.restorer else 0


def _newest(flow: http.HTTPFlow) -> websocket.WebSocketMessage:
    if flow.websocket is None:
        raise ValueError("no WebSocket")
    return flow.websocket.messages[-1]


def _state(flow: http.HTTPFlow) -> _Socket:
    state = flow.metadata.get(_STATE)
    if not isinstance(state, _Socket):
        state = flow.metadata[_STATE] = _Socket()
    return state
