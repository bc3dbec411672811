"""mitmproxy's WebSocket layer, driven event by event."""

from collections.abc import Callable
from typing import Any

import pytest
import wsproto
import wsproto.events
from mitmproxy.proxy import commands, context, events
from mitmproxy.proxy.layers.websocket import WebsocketEndHook, WebsocketMessageHook, WebSocketMessageInjected
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from addons import socketlayer
from addons.socketlayer import SocketLayer, SocketNudgedHook, WholeFrames


class Socket:
    """A layer, both ends of it, and what they got."""

    def __init__(self, hook: Callable[[Any], None] = lambda flow: None) -> None:
        socketlayer.install()
        self.flow = tflow.twebsocketflow(messages=False)
        self.flow.websocket.messages.clear()
        self.context = context.Context(self.flow.client_conn, None)  # type: ignore[arg-type]
        self.context.server = self.flow.server_conn
        self.layer = SocketLayer(self.context, self.flow)
        self.hook = hook
        self.client = wsproto.Connection(wsproto.ConnectionType.CLIENT)
        self.server = wsproto.Connection(wsproto.ConnectionType.SERVER)
        self.hooks: list[str] = []
        self.shut: list[Any] = []
        self.run(events.Start())

    def run(self, event: events.Event) -> None:
        todo: list[events.Event] = [event]
        while todo:
            for command in self.layer.handle_event(todo.pop(0)):
                if isinstance(command, commands.SendData):
                    end = self.client if command.connection is self.context.client else self.server
                    end.receive_data(command.data)
                elif isinstance(command, commands.CloseConnection):
                    self.shut.append(command.connection)
                elif isinstance(command, commands.StartHook):
                    self.hooks.append(command.name)
                    if isinstance(command, WebsocketMessageHook | SocketNudgedHook):
                        self.hook(self.flow)
                    todo.insert(0, events.HookCompleted(command, None))

    def say(self, *texts: str | bytes, finished: bool = True, by_client: bool = True) -> None:
        end = self.client if by_client else self.server
        data = b"".join(
            end.send(
                wsproto.events.TextMessage(text, message_finished=finished)
                if isinstance(text, str)
                else wsproto.events.BytesMessage(text, message_finished=finished)
            )
            for text in texts
        )
        self.run(events.DataReceived(self.context.client if by_client else self.context.server, data))

    def close(self, code: int, reason: str) -> None:
        data = self.server.send(wsproto.events.CloseConnection(code, reason))
        self.run(events.DataReceived(self.context.server, data))

    def nudge(self) -> None:
        self.run(WebSocketMessageInjected(self.flow, WebSocketMessage(Opcode.TEXT, False, b"")))


def heard(end: wsproto.Connection) -> list[Any]:
    found = []
    for event in end.events():
        if isinstance(event, wsproto.events.CloseConnection):
            found.append((event.code, event.reason))
        elif isinstance(event, wsproto.events.Message):
            found.append(event.data)
    return found


def test_messages_pass() -> None:
    socket = Socket()
    socket.say("hello", b"\x00")
    socket.say("hi", by_client=False)
    assert heard(socket.server) == ["hello", b"\x00"]
    assert heard(socket.client) == ["hi"]


def test_what_is_said_in_a_hook_goes_out_before_what_came_later() -> None:
    def hook(flow: Any) -> None:
        if flow.websocket.messages[-1].content == b"one":
            flow.websocket.messages[-1].drop()
            socketlayer.say(flow, b"instead", text=True)
            socketlayer.say(flow, b"\x01", text=False)

    socket = Socket(hook)
    socket.say("one", "two", by_client=False)
    assert heard(socket.client) == ["instead", b"\x01", "two"]


def test_a_nudge_is_a_hook_and_sends_what_it_says() -> None:
    late: list[bytes] = []

    def hook(flow: Any) -> None:
        for content in late:
            socketlayer.say(flow, content, text=True)
        late.clear()

    socket = Socket(hook)
    late.append(b"late")
    socket.nudge()
    socket.say("half ", finished=False, by_client=False)
    socket.nudge()
    socket.say("whole", by_client=False)
    assert heard(socket.client) == ["late", "half ", "whole"]
    assert socket.hooks.count("socket_nudged") == 2
    assert "websocket_message" in socket.hooks


def test_what_was_held_back_leaves_before_the_server_s_close() -> None:
    socket = Socket()
    socketlayer.at_end(socket.flow, lambda: [(b"last", True), (b"words", False)])
    socket.close(1000, "bye")
    assert heard(socket.client) == ["last", b"words", (1000, "bye")]


def test_closing_tells_both_sides() -> None:
    def hook(flow: Any) -> None:
        flow.websocket.messages[-1].drop()
        socketlayer.close(flow, 1008, "No.")

    socket = Socket(hook)
    socket.say("one", "two")
    assert heard(socket.client) == [(1008, "No.")]
    assert heard(socket.server) == [(1000, "")]
    assert len(socket.shut) == 2
    assert socket.hooks[-1] == WebsocketEndHook(socket.flow).name
    assert not socket.flow.live
    socket.nudge()
    assert heard(socket.client) == []


def test_a_message_without_end_is_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socketlayer, "MOST", 1000)
    socket = Socket()
    for _ in range(20):
        socket.say("x" * 100, finished=False)
    assert heard(socket.client) == [(1009, "message too big")]
    assert heard(socket.server) == [(1000, "")]


def test_a_changed_text_is_not_cut_inside_a_character() -> None:
    text = "é" * 5000
    (message,) = list(WholeFrames([b""], True)(text.encode()))
    assert message.data == text
    (message,) = list(WholeFrames([b"a" * 3, b"b" * 3], True)("éé é"[:3].encode() + b"x"))
    assert (message.data, message.message_finished) == ("éé x", True)
    assert [m.data for m in WholeFrames([b"aa", b"bb"], True)(b"cdef")] == ["cd", "ef"]
    assert [m.data for m in WholeFrames([b"aa", b"bb"], False)(b"\xc3\xa9\xc3\xa9")] == [b"\xc3\xa9", b"\xc3\xa9"]
