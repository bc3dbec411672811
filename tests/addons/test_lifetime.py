"""Nothing takes for ever, whatever trickles in; a worker that leaves closes what is idle and finishes what is not."""

import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Received, Reply, Upstream, openai_chat

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("lifetime")]
HOST, MUTE = "api.openai.com", "api.mistral.ai"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("lifetime")
    never = threading.Event()

    def script(request: Received) -> Reply:
        if b"never" in request.body:
            never.wait()
        return openai_chat(request)

    environment = {
        f"HUSHGATE_{name}_TIMEOUT": seconds for name, seconds in (("HEAD", "3"), ("CONNECT", "3"), ("IDLE", "8"))
    }
    with socket.create_server(("127.0.0.1", 0)) as mute, Upstream(folder, AI_HOSTS, script) as upstream:
        to = f"{MUTE}:443:127.0.0.1:{mute.getsockname()[1]}"
        with Proxy(folder / "state", upstream, arguments=["--connect-to", to], environment=environment) as proxy:
            yield proxy
            never.set()


def trickles(sock: Any, first: bytes, piece: bytes) -> None:
    """Send `first`, then `piece` again and again, until the other side ends the connection."""
    sock.settimeout(0.3)
    with sock:
        try:
            sock.sendall(first)
            for _ in range(200):
                try:
                    if not sock.recv(65536):
                        return
                except TimeoutError:
                    sock.sendall(piece)
        except OSError:
            return
    raise AssertionError("it goes on and on")


def opened(proxy: Proxy) -> tuple[Any, Any]:
    wire = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    wire.initiate_connection()
    return proxy.connect(HOST, alpn="h2"), wire


def head(wire: Any, stream: int) -> None:
    fields = [(":method", "POST"), (":scheme", "https"), (":authority", HOST), (":path", CHAT)]
    wire.send_headers(stream, [*fields, ("content-type", "application/json")])


def body_over_http2(proxy: Proxy) -> None:
    sock, wire = opened(proxy)
    head(wire, 1)
    first = wire.data_to_send()
    wire.send_data(1, b"{")
    trickles(sock, first, wire.data_to_send())


SLOW: dict[str, Callable[[Proxy], None]] = {
    "hello_timeout": lambda proxy: trickles(proxy.tunnel(HOST), b"\x16\x03\x01\x20\x00\x01\x00\x1f\xfc", b"a"),
    "head_timeout": lambda proxy: trickles(proxy.connect(HOST), HEAD + b"x-a: ", b"a"),
    "body_timeout": lambda proxy: trickles(proxy.connect(HOST), HEAD + b"content-length: 5000\r\n\r\n{", b"a"),
}


@pytest.mark.parametrize("reason", SLOW)
def test_what_trickles_in_is_ended_and_counted(proxy: Proxy, reason: str) -> None:
    before = proxy.metric("hushgate_refused_destinations_total", reason=reason)
    SLOW[reason](proxy)
    assert proxy.metric("hushgate_refused_destinations_total", reason=reason) == before + 1


def test_a_body_over_http2_is_ended_too(proxy: Proxy) -> None:
    body_over_http2(proxy)


def test_a_vendor_that_does_not_shake_hands_is_answered_for_in_its_shape(proxy: Proxy) -> None:
    answer = proxy.request(MUTE, CHAT, chat("hello"))
    assert answer.status == 502
    assert answer.headers["x-hushgate"] == "unanswered"
    assert "no answer" in json.dumps(answer.json())


def test_a_vendor_that_says_nothing_is_answered_for_in_its_shape(proxy: Proxy) -> None:
    answer = proxy.request(HOST, CHAT, chat("never"))
    assert answer.status == 504
    assert answer.json()["error"]["code"] == "hushgate_unanswered"
    assert "x-should-retry" not in answer.headers


def asked(sock: Any, body: bytes) -> None:
    sock.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)


def read_until(sock: Any, end: bytes) -> bytes:
    sock.settimeout(60)
    data = b""
    while end not in data:
        piece = sock.recv(65536)
        if not piece:
            break
        data += piece
    return data


def test_a_worker_that_leaves_closes_what_is_idle_and_finishes_what_is_not(tmp_path: Path) -> None:
    gates = {number: threading.Event() for number in (0, 1)}

    def script(request: Received) -> Reply:
        if b"slow" not in request.body:
            return openai_chat(request)
        if b"head" in request.body:
            return Reply(headers={"content-type": "text/event-stream"}, chunks=[b"data: late\n\n"], gates={0: gates[0]})
        chunks = [b"data: one\n\n", b"data: two\n\n"]
        return Reply(headers={"content-type": "text/event-stream"}, chunks=chunks, gates={1: gates[1]})

    environment = {"HUSHGATE_DRAIN_TIMEOUT": "600"}
    with (
        Upstream(tmp_path, AI_HOSTS, script) as upstream,
        Proxy(tmp_path / "state", upstream, environment=environment) as proxy,
    ):
        idle, streaming = proxy.connect(HOST), proxy.connect(HOST)
        asked(idle, chat("hello"))
        read_until(idle, b"hello from upstream")
        asked(streaming, chat("slow"))
        read_until(streaming, b"data: one\n\n")
        sock, wire = opened(proxy)
        head(wire, 1)
        wire.send_data(1, chat("slow"), end_stream=True)
        sock.sendall(wire.data_to_send())
        events: list[Any] = []
        receive(sock, wire, events, lambda: any(b"one" in (e.data or b"") for e in events if is_data(e)))

        proxy.process.send_signal(signal.SIGTERM)
        assert b"HTTP/1.1" not in read_until(
            idle, b"never"
        )  # the end of its answer at most, then that of the connection
        gates[1].set()
        assert b"data: two\n\n" in read_until(streaming, b"never")
        receive(sock, wire, events, lambda: False)
        assert isinstance(events[-1], h2.events.ConnectionTerminated)
        assert b"".join(e.data for e in events if is_data(e)) == b"data: one\n\ndata: two\n\n"
        assert proxy.process.wait(60) == 0


def is_data(event: Any) -> bool:
    return isinstance(event, h2.events.DataReceived)


def receive(sock: Any, wire: Any, events: list[Any], enough: Callable[[], bool]) -> None:
    """Read until there is `enough`, or the connection ends."""
    sock.settimeout(60)
    while not enough():
        data = sock.recv(65536)
        if not data:
            return
        events += wire.receive_data(data)
