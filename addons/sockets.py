"""The messages of WebSockets: each of a client's is judged like a request, the server's are looked at and restored.

Rules
1. A message that is refused does not leave. Where the service has a form for it, the refusal is a message and the
   socket stays open; else the socket is closed, with the reason, and nothing that came after it leaves either.
2. What the server says is looked at message by message where a rule is about answers. A block tells the user in the
   service's form, where there is one, and closes the socket: the rest of that answer would come on it.
3. Messages keep their order: while one of the server's waits, those after it wait too, for at most `PATIENCE` seconds;
   under rules about answers, what a pause may let go leaves before (`proxy.answers.editor`).
4. Nothing is kept of a message that has left but the ends of its texts: a value may go on in the next one.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mitmproxy import http, websocket

from addons import socketlayer
from addons.convert import message_exchange
from proxy.earlier import Earlier
from proxy.exchange import Client
from proxy.judging.answerer import Refused
from proxy.judging.answers.editor import PAUSE
from proxy.judging.answers.listener import Listener
from proxy.judging.judge import Judge, Ruling
from proxy.restore.messages import Message, MessageRestorer
from proxy.restore.restorer import Lookup, Values

PATIENCE = 1.0  # seconds
_MOST = 10_000  # placeholders of one socket
_STATE = "hushgate-socket"
Nudge = Callable[[http.HTTPFlow], None]
"""Have the socket of a flow look whether something is to be sent."""


@dataclass(slots=True)
class _Socket:
    issued: dict[str, str] = field(default_factory=dict, repr=False)
    earlier: Earlier = field(default_factory=Earlier, repr=False)
    lookup: Lookup | None = field(default=None, repr=False)
    restorer: MessageRestorer | Listener | None = None
    timer: asyncio.TimerHandle | None = None
    since: float = 0.0  # when the server said something last
    begun: bool = False
    closing: bool = False

    def value(self, token: str) -> str | None:
        """Return what a placeholder stands for in this socket, at present."""
        return self.lookup(token) if self.lookup is not None else None


class Sockets:
    """All WebSockets of a worker."""

    def __init__(self, judge: Judge, nudge: Nudge, moved: Callable[..., None] = lambda *_, **__: None) -> None:
        """`moved(flow, ruling, up=…, down=…)` hears of messages that have no decision record."""
        self._moved = moved
        self._judge = judge
        self._nudge = nudge

    async def message(self, flow: http.HTTPFlow, client: Client, opening: Ruling | None = None) -> None:
        """Deal with the newest message of `flow`, whose upgrade was ruled as `opening`.

        Whoever calls this drops the message where it raises.
        """
        if flow.websocket is None:
            return
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:-1]  # mitmproxy keeps every message of a socket's life
        state = _state(flow)
        if not state.begun and opening is not None:
            self._listen(flow, state, opening)
        state.begun = True
        if state.closing:
            message.drop()
        elif message.from_client:
            ruling = await self._from_client(flow, state, client)
            if not (ruling.recorded or message.dropped):
                self._moved(flow, ruling, up=len(message.content))
        else:
            self._moved(flow, opening, down=len(message.content))
            await self._from_server(flow, state)

    async def _from_client(self, flow: http.HTTPFlow, state: _Socket, client: Client) -> Ruling:
        message = _newest(flow)
        exchange = message_exchange(flow, message.content, text=message.is_text)
        ruling = await self._judge.judge(exchange, client, state.earlier)
        if ruling.answer is not None or ruling.changes.to is not None:
            message.drop()
            if ruling.frame is not None:
                socketlayer.say(flow, ruling.frame, text=True)
            else:
                state.closing = True
                socketlayer.close(flow, *(ruling.close or (1008, "")))
            return ruling
        if ruling.body is not None:
            message.content = ruling.body
        state.issued.update(ruling.issued)
        while len(state.issued) > _MOST:
            del state.issued[next(iter(state.issued))]
        state.lookup = self._judge.lookup(ruling.client or client, state.issued)
        self._listen(flow, state, ruling)
        return ruling

    def _listen(self, flow: http.HTTPFlow, state: _Socket, ruling: Ruling) -> None:
        """Have what the server says from now on looked at, or values put back into it, where that is wanted."""
        if isinstance(state.restorer, Listener):
            if ruling.judged is not None:
                state.restorer.ask(ruling.judged, self._judge.snapshot)
            return
        made: Listener | MessageRestorer | None = self._judge.listener(ruling, state.value)
        if made is None and state.restorer is None and state.lookup is not None:
            made = MessageRestorer(Values(state.value))
        if made is not None:
            if state.restorer is not None:
                for content, text in state.restorer.close():
                    socketlayer.say(flow, content, text=text)
            state.restorer = made
            socketlayer.at_end(flow, made.close)

    async def _from_server(self, flow: http.HTTPFlow, state: _Socket) -> None:
        if state.restorer is None:
            return
        message = _newest(flow)
        waited = state.restorer.holding
        state.since = asyncio.get_running_loop().time()
        if isinstance(state.restorer, Listener):
            released = await state.restorer.feed(message.content, text=message.is_text)
        else:
            released = state.restorer.feed(message.content, text=message.is_text)
        if not isinstance(released, Refused) and not waited and len(released) == 1:
            content, _ = released[0]
            if content != message.content:
                message.content = content
            return
        message.drop()
        self._send(flow, state, released)

    def _send(self, flow: http.HTTPFlow, state: _Socket, released: Sequence[Message] | Refused) -> None:
        if state.timer is not None:
            state.timer.cancel()
            state.timer = None
        if isinstance(released, Refused):
            state.closing = True
            if released.frame is not None:
                socketlayer.say(flow, released.frame, text=True)
            socketlayer.close(flow, *released.close)
            return
        for content, text in released:
            socketlayer.say(flow, content, text=text)
        if state.restorer is not None and state.restorer.holding:
            loop = asyncio.get_running_loop()
            restless = isinstance(state.restorer, Listener) and state.restorer.restless
            late = PAUSE if restless else max(state.since + PATIENCE - loop.time(), 0)
            state.timer = loop.call_later(late, self._nudge, flow)

    async def nudged(self, flow: http.HTTPFlow) -> None:
        """Send what waited long enough."""
        state = _state(flow)
        if state.restorer is None or state.closing:
            return
        over = asyncio.get_running_loop().time() - state.since >= PATIENCE
        if not isinstance(state.restorer, Listener):
            self._send(flow, state, state.restorer.flush())
        elif over:
            self._send(flow, state, await state.restorer.flush())
        else:
            self._send(flow, state, state.restorer.pause())

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
