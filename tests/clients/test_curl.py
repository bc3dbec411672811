"""curl through the real proxy, over HTTP/1.1 and HTTP/2, with what only curl does: raw bytes, coded and expecting bodies."""

import gzip
import json
import shutil

import pytest

from tests.clients.prompts import CARD, MARKED, MESSAGE, PLACEHOLDER, PLAIN, WITH_CARD
from tests.clients.stage import Stage

pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]
CHAT = "https://api.openai.com/v1/chat/completions"
VERSIONS = pytest.mark.parametrize("version", ["--http1.1", "--http2"])


def raw(text: str) -> bytes:
    """Return a chat body in a form that no JSON library writes: spaces, CRLF, an escape beside the letter, `1.0`."""
    content = json.dumps(text, ensure_ascii=False)
    return f'{{ "n" : 1.0,\r\n\t"messages":[ {{"content": {content},"role":"user"}} ], "x":"\\u00e9 é \\/" ,"model":"m"}}'.encode()


@VERSIONS
def test_an_allowed_body_arrives_byte_for_byte(stage: Stage, version: str) -> None:
    before = len(stage.proxy.records())
    status, headers, answer = stage.curl(CHAT, version, body=raw(PLAIN))
    assert status == 200
    assert json.loads(answer)["choices"][0]["message"]["content"] == "hello from upstream"
    assert "x-hushgate" not in headers
    assert [request.body for request in stage.upstream.received] == [raw(PLAIN)]
    assert stage.decision(before)["decision"]["rules"] == []


@VERSIONS
def test_a_redacted_body_arrives_with_one_slice_replaced(stage: Stage, version: str) -> None:
    before = len(stage.proxy.records())
    status, headers, _ = stage.curl(CHAT, version, body=raw(WITH_CARD))
    assert status == 200
    assert headers["x-hushgate"] == f"redacted; n=1; ref={stage.decision(before)['id']}"
    assert [r.body for r in stage.upstream.received] == [raw(WITH_CARD).replace(CARD.encode(), PLACEHOLDER.encode())]


@VERSIONS
def test_a_refused_body_reaches_nobody_and_is_not_tried_again(stage: Stage, version: str) -> None:
    before, connections = len(stage.proxy.records()), stage.upstream.connections
    status, headers, answer = stage.curl(CHAT, version, "--retry", "3", body=raw(MARKED))
    assert status == 400
    assert headers["x-should-retry"] == "false"
    record = stage.decision(before)
    assert headers["x-hushgate"] == f"blocked; ref={record['id']}"
    message = json.loads(answer)["error"]["message"]
    assert MESSAGE in message
    assert record["id"] in message
    assert stage.upstream.connections == connections
    assert not stage.upstream.received


@VERSIONS
def test_a_compressed_body_is_read_too(stage: Stage, version: str) -> None:
    coded = gzip.compress(raw(PLAIN), mtime=0)
    assert stage.curl(CHAT, version, "-H", "content-encoding: gzip", body=coded)[0] == 200
    marked = gzip.compress(raw(MARKED), mtime=0)
    assert stage.curl(CHAT, version, "-H", "content-encoding: gzip", body=marked)[0] == 400
    assert [request.body for request in stage.upstream.received] == [coded]


@VERSIONS
def test_a_body_without_a_length_is_read_too(stage: Stage, version: str) -> None:
    chunked = ("-H", "transfer-encoding: chunked") if version == "--http1.1" else ("-H", "content-length:")
    assert stage.curl(CHAT, version, *chunked, body=raw(WITH_CARD))[0] == 200
    assert stage.curl(CHAT, version, *chunked, body=raw(MARKED))[0] == 400
    assert [r.body for r in stage.upstream.received] == [raw(WITH_CARD).replace(CARD.encode(), PLACEHOLDER.encode())]


def test_a_body_that_waits_for_100_continue_is_asked_for_and_read(stage: Stage) -> None:
    long = "The pelican is a large water bird. " * 200 + PLAIN
    # curl gives up before it would send the body unasked
    expecting = ("--http1.1", "--expect100-timeout", "90", "-H", "expect: 100-continue")
    assert stage.curl(CHAT, *expecting, body=raw(long))[0] == 200
    assert stage.curl(CHAT, *expecting, body=raw(long + "\n" + MARKED))[0] == 400
    assert [request.body for request in stage.upstream.received] == [raw(long)]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://api.anthropic.com/v1/messages", {"model": "c", "max_tokens": 9, "messages": [{"role": "user", "content": MARKED}]}),
        ("https://generativelanguage.googleapis.com/v1beta/models/g:generateContent", {"contents": [{"parts": [{"text": MARKED}]}]}),
    ],
    ids=["anthropic", "gemini"],
)  # fmt: skip
def test_a_refusal_has_the_shape_of_the_vendor(stage: Stage, url: str, body: dict[str, object]) -> None:
    status, _, answer = stage.curl(url, body=json.dumps(body).encode())
    refusal = json.loads(answer)
    assert status == 400
    assert MESSAGE in refusal["error"]["message"]
    assert refusal.get("type") == ("error" if "anthropic" in url else None)
    assert refusal["error"].get("status") == (None if "anthropic" in url else "INVALID_ARGUMENT")
    assert not stage.upstream.received
