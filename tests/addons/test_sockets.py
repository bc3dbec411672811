"""The messages of a WebSocket as the gate deals with them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from addons import sockets
from addons.sockets import Sockets
from proxy.earlier import Earlier
from proxy.exchange import Client, Exchange
from proxy.judging.answerer import Refused
from proxy.judging.answers.listener import Listener
from proxy.judging.judge import Ruling
from proxy.placeholder import Issuer
from proxy.refusals.refusal import Answer

ANN = Client("10.0.0.1", "ann")
ISSUER = Issuer(b"k", "ann")
TOKEN = ISSUER.issue("PERSON", "Ann")
NO = Answer(400, (), b"no")
ALLOW = Ruling("E1", "openai-api", "allow")
TOKENISE = Ruling("E1", "openai-api", "tokenise", body=TOKEN.encode(), issued=ISSUER.issued)


class Judge:
    """Rules as it is told."""

    def __init__(self, *rulings: Ruling) -> None:
        self.rulings = list(rulings)
        self.asked: list[Exchange] = []
        self.listening: Listening | None = None

    async def judge(self, exchange: Exchange, client: Client, earlier: Earlier | None = None) -> Ruling:
        self.asked.append(exchange)
        return self.rulings.pop(0)

    def lookup(self, client: Client, issued: Mapping[str, str]) -> Any:
        return issued.get if issued else None

    def listener(self, ruling: Ruling, lookup: Any) -> Any:
        return self.listening


class Listening(Listener):
    """Holds what ends in `?`, refuses what holds `MARKED`."""

    def __init__(self) -> None:
        self.held: list[tuple[bytes, bool]] = []
        self.asked = 0
        self.paused = 0

    replaced = 3
    restless = property(lambda self: self.paused == 0)  # type: ignore[assignment]
    holding = property(lambda self: bool(self.held))  # type: ignore[assignment]

    def ask(self, judged: Any, snapshot: Any) -> None:
        self.asked += 1

    async def feed(self, content: bytes, *, text: bool) -> Any:
        if b"MARKED" in content:
            return Refused(b"told", (1008, "no"))
        self.held.append((content, text))
        return [] if content.endswith(b"?") else self.close()

    async def flush(self) -> Any:
        return self.close()

    def pause(self) -> Any:
        self.paused += 1
        return []

    def close(self) -> Any:
        held, self.held = self.held, []
        return held


class Socket:
    """A flow and what is done with its messages."""

    def __init__(self, *rulings: Ruling) -> None:
        self.nudged: list[Any] = []
        self.judge = Judge(*rulings)
        self.sockets = Sockets(self.judge, self.nudged.append)  # type: ignore[arg-type]
        self.flow = tflow.twebsocketflow(messages=False)

    async def message(self, content: bytes, *, by_client: bool, text: bool = True) -> WebSocketMessage:
        made = WebSocketMessage(Opcode.TEXT if text else Opcode.BINARY, by_client, content)
        self.flow.websocket.messages.append(made)
        await self.sockets.message(self.flow, ANN, ALLOW)
        assert len(self.flow.websocket.messages) == 1
        return made

    @property
    def said(self) -> list[tuple[bytes, bool]]:
        found: list[tuple[bytes, bool]] = self.flow.metadata.pop("hushgate-said", [])
        return found


def delta(text: str) -> bytes:
    return json.dumps({"delta": text}).encode()


async def test_an_allowed_message_is_not_touched() -> None:
    socket = Socket(ALLOW)
    message = await socket.message(b"\x00hello", by_client=True, text=False)
    assert (message.content, message.dropped) == (b"\x00hello", False)
    assert socket.judge.asked[0].transport == "websocket"
    assert (await socket.message(TOKEN.encode(), by_client=False)).content == TOKEN.encode()


async def test_values_come_back_in_all_later_messages() -> None:
    socket = Socket(TOKENISE, ALLOW)
    assert (await socket.message(b"Ann", by_client=True)).content == TOKEN.encode()
    assert (await socket.message(delta(TOKEN), by_client=False)).content == delta("Ann")
    await socket.message(b"more", by_client=True)
    assert (await socket.message(delta(TOKEN), by_client=False)).content == delta("Ann")
    assert socket.sockets.ended(socket.flow) == 2


async def test_a_spread_value_waits_and_is_sent_in_order() -> None:
    socket = Socket(TOKENISE)
    await socket.message(b"Ann", by_client=True)
    assert (await socket.message(delta(TOKEN[:4]), by_client=False)).dropped
    assert socket.said == []
    assert (await socket.message(b"\x01", by_client=False, text=False)).dropped
    assert (await socket.message(delta(TOKEN[4:]), by_client=False)).dropped
    assert socket.said == [(delta("Ann"), True), (b"\x01", False), (delta(""), True)]
    socket.sockets.ended(socket.flow)


async def test_what_waits_too_long_is_sent_as_it_is() -> None:
    socket = Socket(TOKENISE)
    await socket.message(b"Ann", by_client=True)
    await socket.message(delta("a ["), by_client=False)
    state = socket.flow.metadata["hushgate-socket"]
    assert state.timer is not None
    await socket.sockets.nudged(socket.flow)
    assert socket.said == [(delta("a ["), True)]
    assert state.timer is None


async def test_a_refusal_is_a_message_where_there_is_a_form() -> None:
    socket = Socket(Ruling("E1", "openai-api", "block", answer=NO, frame=b"refused", close=(1008, "no")), ALLOW)
    assert (await socket.message(b"secret", by_client=True)).dropped
    assert socket.said == [(b"refused", True)]
    assert not (await socket.message(b"hello", by_client=True)).dropped


async def test_else_the_socket_is_closed_and_nothing_more_leaves() -> None:
    socket = Socket(Ruling("E1", "gemini-api", "block", answer=NO, close=(1008, "no")))
    assert (await socket.message(b"secret", by_client=True)).dropped
    assert socket.flow.metadata["hushgate-close"] == (1008, "no")
    assert (await socket.message(b"more", by_client=True)).dropped
    assert (await socket.message(b"more", by_client=False)).dropped
    assert len(socket.judge.asked) == 1


async def test_a_judge_that_fails_is_the_caller_s_to_handle() -> None:
    socket = Socket()
    with pytest.raises(IndexError):
        await socket.message(b"x", by_client=True)


async def test_what_the_server_says_is_looked_at_from_its_first_message_on() -> None:
    socket = Socket()
    socket.judge.listening = Listening()
    message = await socket.message(b"hello", by_client=False)
    assert (message.content, message.dropped, socket.said) == (b"hello", False, [])
    assert (await socket.message(b"a MARKED page", by_client=False)).dropped
    assert socket.said == [(b"told", True)]
    assert socket.flow.metadata["hushgate-close"] == (1008, "no")
    assert (await socket.message(b"the rest of it", by_client=False)).dropped
    assert socket.said == []
    assert socket.sockets.ended(socket.flow) == 3


async def test_a_pause_lets_go_what_it_may_and_patience_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Socket(ALLOW)
    socket.judge.listening = listening = Listening()
    await socket.message(b"hello", by_client=True)
    assert (await socket.message(b"well?", by_client=False)).dropped
    await socket.sockets.nudged(socket.flow)
    assert (listening.paused, socket.said) == (1, [])
    monkeypatch.setattr(sockets, "PATIENCE", 0.0)
    await socket.sockets.nudged(socket.flow)
    assert socket.said == [(b"well?", True)]
    socket.sockets.ended(socket.flow)


async def test_what_waits_leaves_before_the_service_closes() -> None:
    socket = Socket()
    socket.judge.listening = Listening()
    await socket.message(b"well?", by_client=False)
    assert socket.flow.metadata["hushgate-last"]() == [(b"well?", True)]
    socket.sockets.ended(socket.flow)
