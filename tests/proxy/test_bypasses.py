"""What an attacker sends to get a marked text past the real program: each of these got through once."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("bypasses")]

OPENAI = "api.openai.com"
CARD = "4111 1111 1111 1111"
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
POLICY = """
schema: policy/v1
policy: bypasses
owner: test@example.com
inspection:
  - {hosts: [claude.ai], do: refuse}
"""


@pytest.fixture(scope="module", params=[True, False], ids=["h2", "h1"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("bypasses")
    policies = ["pack:default", POLICY]
    with (
        Upstream(folder, AI_HOSTS, http2=request.param) as upstream,
        Proxy(folder / "state", upstream, policies=policies, hosts=AI_HOSTS) as proxy,
    ):
        yield proxy, upstream


def send(proxy: Proxy, path: str, body: bytes, *more: tuple[str, str], trailers: Any = None) -> str:
    """Send one request over HTTP/2 without a length; return the status."""
    settings = h2.config.H2Configuration(header_encoding="utf-8", validate_outbound_headers=False)
    head = [(":method", "POST"), (":scheme", "https"), (":path", path), (":authority", OPENAI), *more]
    with proxy.connect(OPENAI, alpn="h2") as sock:
        connection = h2.connection.H2Connection(settings)
        connection.initiate_connection()
        connection.send_headers(1, head)
        connection.send_data(1, body, end_stream=trailers is None)
        if trailers:
            connection.send_headers(1, trailers, end_stream=True)
        sock.sendall(connection.data_to_send())
        while data := sock.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    return str(dict(event.headers or [])[":status"])  # type: ignore[index]
    return "closed"


@pytest.mark.parametrize(
    "kind",
    ["application/connect+json", "application/grpc+json", "application/vnd.amazon.eventstream", "application/grpc"],
)
def test_a_stream_label_does_not_make_a_prompt_unread(proxy: Proxy, upstream: Upstream, kind: str) -> None:
    answer = proxy.request(OPENAI, CHAT, chat(MARKED), {"content-type": kind})
    record = proxy.records()[-1]
    assert record["facts"]["findings"] or record["facts"]["unknown"]  # read, or said to be unread
    if kind != "application/grpc":
        assert answer.status == 400
        assert not upstream.received


def test_a_call_that_is_judged_by_its_head_is_unknown(proxy: Proxy, upstream: Upstream) -> None:
    before = proxy.metric("hushgate_uninspected_requests_total", reason="protobuf")
    kind = {"content-type": "application/grpc"}
    proxy.request(OPENAI, "/google.ai.v1.GenerativeService/StreamGenerateContent", b"\0\0\0\0\1x", kind)
    assert proxy.metric("hushgate_uninspected_requests_total", reason="protobuf") == before + 1


def test_a_body_without_a_length_is_no_second_request(proxy: Proxy, upstream: Upstream) -> None:
    body = b"GET /v1/smuggled HTTP/1.1\r\nHost: api.openai.com\r\n\r\n"
    assert send(proxy, CHAT, body, ("content-type", "text/plain")) == "200"
    assert [(got.path, got.body) for got in upstream.received] == [(CHAT, body)]


def test_a_streamed_body_without_a_length_is_no_second_request(proxy: Proxy, upstream: Upstream) -> None:
    path = "/google.ai.v1.GenerativeService/StreamGenerateContent"
    body = b"GET /v1/smuggled HTTP/1.1\r\nHost: api.openai.com\r\n\r\n"
    assert send(proxy, path, body, ("content-type", "application/grpc")) == "200"
    assert [got.path for got in upstream.received] == [path]


@pytest.mark.parametrize("path", ["/v1/x HTTP/1.1 x", "v1/models", "https://evil.example/v1/models", "/v1/models#x"])
def test_a_target_that_is_no_path_is_refused(proxy: Proxy, upstream: Upstream, path: str) -> None:
    assert send(proxy, path, b"{}", ("content-type", "application/json")) == "400"
    assert not upstream.received


@pytest.mark.parametrize("kind", ["application/grpc", "application/x-protobuf", "application/connect+proto"])
def test_json_under_a_label_of_protobuf_is_read(proxy: Proxy, upstream: Upstream, kind: str) -> None:
    body = chat("CONFIDENTIAL - do not distribute\nHeron")
    assert proxy.request(OPENAI, CHAT, body, {"content-type": kind}).status == 400
    assert not upstream.received


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", "image/png"])
def test_json_in_utf_16_is_read_whatever_its_label(proxy: Proxy, upstream: Upstream, kind: str) -> None:
    body = chat("CONFIDENTIAL - do not distribute\nHeron").decode().encode("utf-16-le")
    assert proxy.request(OPENAI, CHAT, body, {"content-type": kind}).status == 400
    assert not upstream.received


def test_trailers_carry_nothing(proxy: Proxy, upstream: Upstream) -> None:
    assert send(proxy, CHAT, chat("hello"), trailers=[("x-note", CARD)]) == "200"
    assert len(upstream.received) == 1
    assert CARD not in str(upstream.received[0])


def test_a_compressing_transfer_coding_is_refused(proxy: Proxy, upstream: Upstream) -> None:
    with proxy.connect(OPENAI) as sock:
        head = f"POST {CHAT} HTTP/1.1\r\nHost: {OPENAI}\r\nContent-Type: image/png\r\nTransfer-Encoding: gzip, chunked"
        sock.sendall(f"{head}\r\n\r\n2\r\n\x1f\x02\r\n0\r\n\r\n".encode())
        assert b" 400 " in sock.recv(4096).split(b"\r\n")[0]
    assert not upstream.received


def test_a_name_of_the_clients_choice_does_not_poison_the_cache(proxy: Proxy, upstream: Upstream) -> None:
    name = "k prompt\0 " + CARD
    proxy.request(OPENAI, CHAT, json.dumps({name: "hello"}).encode())
    proxy.request(OPENAI, CHAT, json.dumps({"k": f" {CARD} prompt\0hello"}).encode())
    assert len(upstream.received) == 2
    assert all(CARD.encode() not in got.body for got in upstream.received)


@pytest.mark.parametrize("second", ["CONNECT claude.ai:443", "POST http://claude.ai/x"])
def test_a_kept_connection_reaches_no_host_that_is_refused(proxy: Proxy, upstream: Upstream, second: str) -> None:
    with socket.create_connection(proxy.address, timeout=30) as sock:
        first = b"POST http://api.openai.com/v1/x HTTP/1.1\r\nHost: api.openai.com\r\n"
        first += b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{["
        host = second.split()[1].removeprefix("http://").removesuffix("/x")
        sock.sendall(first + f"{second} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
        got = b""
        while b"HTTP/1.1 421" not in got:
            data = sock.recv(4096)
            assert data, got
            got += data
    assert not upstream.received
