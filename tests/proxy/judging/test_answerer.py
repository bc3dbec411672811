"""Answers under rules, through the whole program: streamed, cut, stopped, recorded."""

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Received, Reply, Upstream, anthropic, openai_chat, pieces, reply_json, sse
from tests.upstream import chat as chat_reply
from tests.websocket import Client

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("answerer")]

POLICY = """
schema: policy/v1
policy: test
owner: test@example.com
rules:
  - id: mail-is-tokenised
    mode: enforce
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: tokenise, restore: true}
  - id: cards-are-cut-out-of-answers
    mode: enforce
    match: {direction: [response], content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: marked-answers-stop
    mode: enforce
    match: {direction: [response], content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: The answer held a marked document.}
"""
CARD = "4111 1111 1111 1111"
MAIL = "ann.smith@fabrikam.example.org"
TEXT = f"You paid with the card {CARD}, and later again with another card, which was {CARD}."
CUT = TEXT.replace(CARD, "[REDACTED_CREDIT_CARD]")
MARKED = "Here is the page that you asked for, as it stands.\n\nCONFIDENTIAL - do not distribute\nProject Heron starts in March."


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("answerer")
    with (
        Upstream(folder, AI_HOSTS) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY]) as proxy,
    ):
        yield proxy, upstream


def texts(body: bytes) -> str:
    events = [json.loads(line[6:]) for line in body.decode().split("\n") if line.startswith("data: {")]
    return "".join(event["choices"][0]["delta"].get("content", "") for event in events if "choices" in event)


@pytest.mark.parametrize("size", [1, 5, 500])
def test_a_stream_comes_without_the_values(proxy: Proxy, upstream: Upstream, size: int) -> None:
    upstream.script = lambda request: openai_chat(request, TEXT, size)
    answer = proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    assert texts(answer.body) == CUT
    assert answer.body.endswith(b"data: [DONE]\n\n")
    record = proxy.records()[-1]
    assert record["req"]["direction"] == "response"
    assert record["decision"]["action"] == "redact"
    assert record["decision"]["replaced"] == 2
    assert CARD not in json.dumps(proxy.records())


def test_so_does_a_whole_answer(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = lambda request: chat_reply(TEXT)
    answer = proxy.request("api.openai.com", CHAT, chat("hello"))
    assert answer.json()["choices"][0]["message"]["content"] == CUT


def test_an_answer_stops_with_the_vendor_s_error(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = lambda request: openai_chat(request, MARKED + " And so on." * 20, 7)
    answer = proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    assert answer.status == 200
    assert b"Heron" not in answer.body
    last = json.loads(answer.body.rstrip().rpartition(b"data: ")[2])
    assert last["error"]["message"].startswith("The answer held a marked document.")
    record = proxy.records()[-1]
    assert (record["decision"]["action"], record["id"] in last["error"]["message"]) == ("block", True)
    upstream.script = lambda request: anthropic(MARKED, stream=True, size=9)
    body = json.dumps({"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "x"}]})
    answer = proxy.request("api.anthropic.com", "/v1/messages", body.encode())
    assert b"event: error\ndata: " in answer.body
    assert b"Heron" not in answer.body


def test_the_user_s_own_values_come_back_all_the_same(proxy: Proxy, upstream: Upstream) -> None:
    def echo(request: Received) -> Reply:
        token = json.loads(request.body)["messages"][0]["content"].split()[-1]
        return openai_chat(request, f"{token} has the card {CARD}.", 4)

    upstream.script = echo
    answer = proxy.request("api.openai.com", CHAT, chat(f"write to {MAIL}", stream=True))
    assert texts(answer.body) == f"{MAIL} has the card [REDACTED_CREDIT_CARD]."


def test_text_that_is_far_enough_behind_leaves_before_the_end(proxy: Proxy, upstream: Upstream) -> None:
    gate = threading.Event()

    def slow(request: Received) -> Reply:
        text = "many words that hold nothing at all, one after the other, " * 3
        reply = sse(*[{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces(text, 8)], "[DONE]")
        reply.gates[len(reply.chunks) - 1] = gate
        return reply

    upstream.script = slow
    sock = proxy.connect("api.openai.com")
    body = chat("hello", stream=True)
    head = (
        f"POST {CHAT} HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    )
    sock.sendall(f"{head}\r\n\r\n".encode() + body)
    got = b""
    while got.count(b"data: ") < 10:
        got += sock.recv(4096)
    assert b"[DONE]" not in got
    gate.set()
    while b"[DONE]" not in got:
        got += sock.recv(4096)
    sock.close()


def event(text: str, index: int = 0) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": index, "delta": {"content": text}}]}


def opened(proxy: Proxy, **more: Any) -> tuple[Any, Any]:
    """Return a connection on which a request was sent, and what reads its answer."""
    sock = proxy.connect("api.openai.com")
    body = chat("hello", stream=True)
    head = f"POST {CHAT} HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\n"
    sock.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    return sock, sock.makefile("rb")


def test_words_leave_while_the_service_pauses(proxy: Proxy, upstream: Upstream) -> None:
    gate = threading.Event()

    def slow(request: Received) -> Reply:
        reply = sse(event("Let me look into "), event("the matter for you, Ann "), event("Smith. "), "[DONE]")
        reply.gates[2] = gate
        return reply

    upstream.script = slow
    sock, answer = opened(proxy)
    got = b""
    while b"Let me look into" not in got:
        got += answer.readline()
    gate.set()
    while b"[DONE]" not in got:
        got += answer.readline()
    sock.close()
    assert b"Ann " in got


def test_a_block_ends_the_answer_at_once_and_the_connection_can_be_used_again(proxy: Proxy, upstream: Upstream) -> None:
    gate = threading.Event()

    def endless(request: Received) -> Reply:
        reply = sse(event(MARKED), event(" And so on, and so on, at length."), event("x"))
        reply.gates[2] = gate
        return reply

    upstream.script = endless
    sock, answer = opened(proxy)
    got = b""
    while not got.endswith(b"\r\n0\r\n\r\n"):
        line = answer.readline()
        assert line, "the connection was closed"
        got += line
    assert b"The answer held a marked document." in got
    assert b"Heron" not in got
    upstream.script = lambda request: chat_reply("well")
    body = chat("hello")
    sock.sendall(f"POST {CHAT} HTTP/1.1\r\nhost: api.openai.com\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
    assert b"200" in answer.readline()
    gate.set()
    sock.close()


def test_the_end_of_one_text_counts_although_others_go_on(proxy: Proxy, upstream: Upstream) -> None:
    first = [event("Here is the page.\n\nCONFIDENTIAL - do not distribute")]
    upstream.script = lambda request: sse(*first, *(event(f"word{n} ", 1) for n in range(60)), "[DONE]")
    answer = proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    assert b"distribute" not in answer.body
    assert b"The answer held a marked document." in answer.body


def test_many_choices_may_take_turns(proxy: Proxy, upstream: Upstream) -> None:
    turns = [event(piece, n) for piece in pieces(f"{CARD} is it.", 5) for n in range(50)]
    upstream.script = lambda request: sse(*turns, "[DONE]")
    answer = proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    assert answer.body.count(b"[REDACTED_CREDIT_CARD]") == 50
    assert b"1111" not in answer.body


@pytest.mark.parametrize(
    ("kind", "coding"), [("text/event-stream", "compress"), ("text/event-stream; charset=utf-16", "")]
)
def test_an_answer_that_cannot_be_read_is_refused_before_its_first_byte(
    proxy: Proxy, upstream: Upstream, kind: str, coding: str
) -> None:
    gate = threading.Event()
    headers = {"content-type": kind} | ({"content-encoding": coding} if coding else {})
    upstream.script = lambda request: Reply(headers=headers, chunks=[b"secret", b"more"], gates={1: gate})
    answer = proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    assert answer.status == 400
    assert "could not be checked" in answer.json()["error"]["message"]
    assert answer.json()["error"]["message"].startswith("This answer")
    assert b"secret" not in answer.body
    record = proxy.records()[-1]
    assert (record["decision"]["action"], record["facts"]["unknown"]) == ("block", ["undecodable"])
    assert record["id"] in answer.headers["x-hushgate"]
    gate.set()
    upstream.script = lambda request: chat_reply("well")
    assert proxy.request("api.openai.com", CHAT, chat("hello")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b'data: {"choices":[{"index":0,"delta":{"content":"\xff\xfe secret"}}]}\n\n',
        b"data: " + b'{"a":' * 3000 + b'"secret"' + b"}" * 3000 + b"\n\n",
    ],
    ids=["no UTF-8", "too deep"],
)
def test_a_part_that_cannot_be_read_ends_the_answer(proxy: Proxy, upstream: Upstream, body: bytes) -> None:
    upstream.script = lambda request: Reply(headers={"content-type": "text/event-stream"}, chunks=[body])
    answer = proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    assert b"secret" not in answer.body
    assert b"could not be checked" in answer.body


def test_pages_are_read_as_they_are_written(proxy: Proxy, upstream: Upstream) -> None:
    page = f"<html><p>The card &#52;111 1111 1111 1111</p><b>{CARD}</b></html>"
    upstream.script = lambda request: Reply(headers={"content-type": "text/html"}, chunks=[page.encode()])
    answer = proxy.request("api.openai.com", CHAT, chat("hello"))
    assert answer.body.count(b"[REDACTED_CREDIT_CARD]") == 2
    assert b"1111" not in answer.body


def test_a_card_in_a_signed_part_cannot_be_cut_out_and_stops_the_answer(proxy: Proxy, upstream: Upstream) -> None:
    thinking = {"type": "thinking_delta", "thinking": f"the card is {CARD}, I think"}
    upstream.script = lambda request: sse({"type": "content_block_delta", "index": 0, "delta": thinking})
    body = json.dumps({"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "x"}]})
    answer = proxy.request("api.anthropic.com", "/v1/messages", body.encode())
    assert b"1111" not in answer.body
    assert b"event: error\ndata: " in answer.body


def test_a_card_that_is_a_number(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = lambda request: reply_json({"card": int(CARD.replace(" ", "")), "n": 4})
    answer = proxy.request("api.openai.com", CHAT, chat("hello"))
    assert answer.json() == {"card": "[REDACTED_CREDIT_CARD]", "n": 4}


def test_what_is_no_text_passes(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = lambda request: Reply(headers={"content-type": "image/png"}, chunks=[b"\x89PNG" + bytes(100)])
    assert proxy.request("api.openai.com", CHAT, chat("hello")).body == b"\x89PNG" + bytes(100)
    upstream.script = lambda request: reply_json({})
    assert proxy.request("api.openai.com", CHAT, chat("hello")).body == b"{}"


REALTIME = "/v1/realtime?model=gpt-realtime"


def said(client: Client) -> dict[str, Any]:
    return dict(json.loads(client.receive() or "{}"))


def delta(text: str) -> str:
    return json.dumps(
        {"type": "response.output_text.delta", "event_id": f"e{len(text)}", "item_id": "i", "delta": text}
    )


def item(text: str) -> str:
    content = [{"type": "input_text", "text": text}]
    created = {"type": "message", "role": "user", "content": content}
    return json.dumps({"type": "conversation.item.create", "item": created})


@pytest.mark.parametrize("size", [3, 500])
def test_what_a_service_says_on_a_socket_is_cut_and_restored(proxy: Proxy, upstream: Upstream, size: int) -> None:
    def answering(message: Any) -> list[str]:
        token = re.findall(r"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]", str(message))[0]
        return [*map(delta, pieces(f"{token} has the card {CARD}.", size)), json.dumps({"type": "response.done"})]

    upstream.answering = answering
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        client.send(item(f"write to {MAIL}"))
        heard = [said(client)]
        while heard[-1]["type"] != "response.done":
            heard.append(said(client))
    assert "".join(each.get("delta", "") for each in heard) == f"{MAIL} has the card [REDACTED_CREDIT_CARD]."
    records = [record for record in proxy.records() if record["req"]["direction"] == "response"]
    assert records[-1]["decision"]["action"] == "redact"
    assert CARD not in json.dumps(records)


def test_a_socket_is_told_and_closed_when_a_service_says_what_it_must_not(proxy: Proxy, upstream: Upstream) -> None:
    upstream.answering = lambda message: [*map(delta, pieces(MARKED + " And so on.", 9)), delta("never")]
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        client.send(item("hello"))
        heard = []
        while client.closed is None:
            message = client.receive()
            heard += [] if message is None else [json.loads(message)]
    assert heard[-1]["type"] == "error"
    assert heard[-1]["error"]["message"].startswith("The answer held a marked document.")
    assert "Heron" not in json.dumps(heard)
    assert client.closed[0] == 1008
    assert proxy.records()[-1]["decision"]["action"] == "block"


def test_a_socket_s_last_words_leave_before_the_service_closes(proxy: Proxy, upstream: Upstream) -> None:
    upstream.answering = lambda message: [delta("good bye, Ann"), json.dumps({"type": "response.done"}), None]
    with Client(proxy.connect("api.openai.com"), "api.openai.com", REALTIME) as client:
        client.send(item("hello"))
        assert said(client)["delta"] == "good bye, Ann"
        assert said(client)["type"] == "response.done"
        assert client.receive() is None
        assert client.closed == (1000, "")
