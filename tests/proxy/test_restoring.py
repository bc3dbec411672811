"""Through the whole program: placeholders go out, values come back, streamed; and every WebSocket message is a request."""

import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import h11
import pytest

from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, Proxy, chat
from tests.upstream import Received, Reply, Upstream, reply_json, sse
from tests.websocket import Client

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("restoring")]

POLICY = """
schema: policy/v1
policy: test
owner: test@example.com
rules:
  - id: mail-is-tokenised
    mode: enforce
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: tokenise, restore: true}
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
"""
MAIL = "ann.smith@fabrikam.example.org"
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
TOKEN = re.compile(r"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]")
REALTIME = "/v1/realtime?model=gpt-realtime"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("restoring")
    arguments = ["--workers", "2"]
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments) as proxy,
    ):
        yield proxy, upstream


def token_in(body: bytes) -> str:
    (token,) = set(TOKEN.findall(body.decode()))
    return token


def pieces(request: Received, size: int) -> list[str]:
    text = f"I wrote to {token_in(request.body)}, as you said."
    return [text[start : start + size] for start in range(0, len(text), size)]


def streaming(request: Received, size: int = 3) -> Reply:
    return sse(*[{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces(request, size)], "[DONE]")


def texts(body: bytes) -> str:
    lines = [line[6:] for line in body.decode().split("\n") if line.startswith("data: {")]
    return "".join(json.loads(line)["choices"][0]["delta"]["content"] for line in lines)


def restored_outcome(proxy: Proxy) -> dict[str, Any]:
    """Return the record of the newest answer that had values put back, once it is written."""
    for _ in range(200):
        found = [record for record in proxy.records("outcome") if record["restored"]]
        if found:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError("no outcome was recorded")


def test_a_stream_has_the_value_again(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = streaming
    answer = proxy.request("api.openai.com", CHAT, chat(f"write to {MAIL}", stream=True))
    assert MAIL.encode() not in upstream.received[0].body
    assert texts(answer.body) == f"I wrote to {MAIL}, as you said."
    assert answer.headers["x-hushgate"].startswith("redacted; n=1;")
    outcome = restored_outcome(proxy)
    assert outcome["restored"] == 1
    (decision,) = [record for record in proxy.records() if record["id"] == outcome["id"]]
    assert decision["decision"]["action"] == "tokenise"
    assert MAIL not in json.dumps(proxy.records()) + proxy.get("/metrics")[1].decode()


def test_it_streams_while_it_restores(proxy: Proxy, upstream: Upstream) -> None:
    gate = threading.Event()

    def slow(request: Received) -> Reply:
        reply = streaming(request, 6)
        reply.gates[len(reply.chunks) - 2] = gate
        return reply

    upstream.script = slow
    sock = proxy.connect("api.openai.com")
    body = chat(f"write to {MAIL}", stream=True)
    head = (
        f"POST {CHAT} HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    )
    sock.sendall(f"{head}\r\n\r\n".encode() + body)
    got = b""
    while MAIL.encode() not in got:
        got += sock.recv(4096)
    assert b"[DONE]" not in got
    gate.set()
    while b"[DONE]" not in got:
        got += sock.recv(4096)
    sock.close()


def test_the_same_value_has_the_same_placeholder_on_every_worker(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = streaming
    for _ in range(8):
        proxy.request("api.openai.com", CHAT, chat(f"write to {MAIL}", stream=True))
    assert len({token_in(request.body) for request in upstream.received}) == 1


def test_a_whole_answer_with_arguments_in_json(proxy: Proxy, upstream: Upstream) -> None:
    def answer(request: Received) -> Reply:
        token = token_in(request.body)
        arguments = json.dumps({"to": token, "body": json.dumps({"cc": token})})
        call = {"id": "c", "type": "function", "function": {"name": "send", "arguments": arguments}}
        return reply_json({"choices": [{"message": {"content": token, "tool_calls": [call]}}]})

    upstream.script = answer
    message = proxy.request("api.openai.com", CHAT, chat(f"write to {MAIL}")).json()["choices"][0]["message"]
    arguments = json.loads(message["tool_calls"][0]["function"]["arguments"])
    assert (message["content"], arguments["to"], json.loads(arguments["body"])) == (MAIL, MAIL, {"cc": MAIL})


def test_an_answer_is_asked_for_uncoded_and_a_coded_one_is_read_all_the_same(proxy: Proxy, upstream: Upstream) -> None:
    def coded(request: Received) -> Reply:
        body = gzip.compress(b"".join(streaming(request).chunks))
        kind = {"content-type": "text/event-stream", "content-encoding": "gzip", "etag": '"x"'}
        return Reply(headers=kind, chunks=[body[:50], body[50:]])

    upstream.script = coded
    answer = proxy.request("api.openai.com", CHAT, chat(f"to {MAIL}"), {"accept-encoding": "gzip, br"})
    assert upstream.received[0].headers["accept-encoding"] == "identity"
    assert texts(answer.body) == f"I wrote to {MAIL}, as you said."
    assert {"content-encoding", "etag"}.isdisjoint(answer.headers)


def test_a_request_without_values_keeps_its_header_and_its_answer(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = lambda request: Reply(headers={"content-type": "application/json", "content-encoding": "gzip"},
                                            chunks=[gzip.compress(b'{"a":"[EMAIL_ADDRESS_K7Q2XW]"}')])  # fmt: skip
    answer = proxy.request("api.openai.com", CHAT, chat("[EMAIL_ADDRESS_K7Q2XW]"), {"accept-encoding": "gzip, br"})
    assert upstream.received[0].headers["accept-encoding"] == "gzip, br"
    assert b"[EMAIL_ADDRESS_K7Q2XW]" in upstream.received[0].body
    assert gzip.decompress(answer.body) == b'{"a":"[EMAIL_ADDRESS_K7Q2XW]"}'


def test_http_2(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = streaming
    import h2.config
    import h2.connection
    import h2.events

    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    head = {":method": "POST", ":scheme": "https", ":path": CHAT, ":authority": "api.openai.com"}
    connection.send_headers(1, [*head.items(), ("content-type", "application/json")])
    connection.send_data(1, chat(f"write to {MAIL}", stream=True), end_stream=True)
    body, ended = b"", False
    with proxy.connect("api.openai.com", alpn="h2") as sock:
        while not ended:
            sock.sendall(connection.data_to_send())
            for event in connection.receive_data(sock.recv(65536)):
                body += event.data if isinstance(event, h2.events.DataReceived) else b""
                ended = ended or isinstance(event, h2.events.StreamEnded)
    assert texts(body) == f"I wrote to {MAIL}, as you said."


def event(**more: Any) -> str:
    return json.dumps({"type": "conversation.item.create", **more})


def item(text: str) -> str:
    content = [{"type": "input_text", "text": text}]
    return event(item={"type": "message", "role": "user", "content": content})


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("number", [1, 3])
def test_a_socket_s_messages_are_tokenised_and_restored(
    proxy: Proxy, upstream: Upstream, deflate: bool, number: int
) -> None:
    def spelled(message: Any) -> list[str]:
        token = token_in(str(message).encode())
        return [
            json.dumps({"type": "response.text.delta", "item_id": "i", "delta": piece})
            for piece in (token[:7], token[7:], " ok")
        ]

    upstream.answering = spelled
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME, deflate=deflate) as client:
        assert client.deflated is deflate
        client.send(item(f"write to {MAIL} für ä€😀" + "é" * 9000), pieces=number)
        said = [json.loads(client.receive() or "")["delta"] for _ in range(3)]
        assert "".join(said) == f"{MAIL} ok"
    assert MAIL not in str(upstream.heard)
    (heard,) = [json.loads(message) for message in upstream.heard if "item" in str(message)]
    assert heard["item"]["content"][0]["text"].endswith(" für ä€😀" + "é" * 9000)


def test_a_refused_message_is_answered_in_the_socket_which_stays_open(proxy: Proxy, upstream: Upstream) -> None:
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        client.send(item(MARKED))
        refused = json.loads(client.receive() or "")
        assert refused["type"] == "error"
        assert "Please leave marked documents out." in refused["error"]["message"]
        client.send(item("hello"))
        assert json.loads(client.receive() or "") == json.loads(item("hello"))
    assert [message for message in upstream.heard if "CONFIDENTIAL" in str(message)] == []


def test_a_value_over_two_messages_never_arrives_whole(proxy: Proxy, upstream: Upstream) -> None:
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        for text in (f"write to {MAIL[:6]}", f"{MAIL[6:]} today", "and be kind"):
            client.send(item(text))
            client.receive()
    sent = [json.loads(message)["item"]["content"][0]["text"] for message in upstream.heard if "item" in str(message)]
    assert sent[0] == f"write to {MAIL[:6]}"
    assert TOKEN.sub("", sent[1]) == " today"
    assert sent[2] == "and be kind"


def test_where_there_is_no_form_for_it_the_socket_is_closed_with_the_reason(proxy: Proxy, upstream: Upstream) -> None:
    path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    host = "generativelanguage.googleapis.com"
    with Client(proxy.connect(host), host, path) as client:
        client.send(json.dumps({"setup": {"model": "models/m"}}))
        assert client.receive() is not None
        message = {"client_content": {"turns": [{"role": "user", "parts": [{"text": MARKED}]}]}}
        client.send(json.dumps(message))
        client.send(json.dumps({"client_content": {"turns": []}}))
        assert client.receive() is None
        assert client.closed is not None
        assert client.closed[0] == 1008
        assert client.closed[1].startswith("Please leave marked documents out.")
    assert "CONFIDENTIAL" not in str(upstream.heard)
    assert len([heard for heard in upstream.heard if not str(heard).startswith("closed")]) == 1


def test_a_message_without_end_closes_the_socket(proxy: Proxy, upstream: Upstream) -> None:
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        try:
            for _ in range(40):
                client._sock.sendall(client._ws.send(_fragment("x" * (1 << 20))))
            closed = client.receive() is None and client.closed
        except OSError:
            closed = (1009, "")  # it was closed while we still sent
        assert closed
        assert closed[0] == 1009
    assert not [message for message in upstream.heard if "xxx" in str(message)]


def _fragment(text: str) -> Any:
    import wsproto.events

    return wsproto.events.TextMessage(text, message_finished=False)


def test_a_message_that_ends_in_a_bracket_does_not_wait_for_ever(proxy: Proxy, upstream: Upstream) -> None:
    upstream.answering = lambda message: [json.dumps({"type": "x", "delta": "a ["})]
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        client.send(item(f"write to {MAIL}"))
        assert json.loads(client.receive() or "") == {"type": "x", "delta": "a ["}


def test_an_answer_that_breaks_off_does_not_look_like_a_whole_one(proxy: Proxy, upstream: Upstream) -> None:
    hello = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    kind = {"content-type": "text/event-stream", "content-length": "5000"}
    upstream.script = lambda request: Reply(headers=kind, chunks=[hello, b"data: "])
    with pytest.raises((h11.RemoteProtocolError, OSError)):
        proxy.request("api.openai.com", CHAT, chat(f"write to {MAIL}", stream=True))
