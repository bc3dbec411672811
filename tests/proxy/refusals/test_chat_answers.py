"""A refusal is a message in the application's own stream."""

import json
from typing import Any

import pytest

from proxy.catalogue.error_shapes import names
from proxy.refusals.chat_answers import chat_answers
from proxy.refusals.refusal import Asked, refuse
from tests.proxy.restore.wires import events

MESSAGE = 'Please leave "marked"\ndocuments out. 😀 </script> Reference: 01M85'
SSE = "text/event-stream"
ASKED = {
    "web-chatgpt": Asked("POST", "chatgpt.com", SSE, path="/backend-api/f/conversation"),
    "web-claude": Asked("POST", "claude.ai", SSE, path="/api/organizations/o/chat_conversations/c/completion"),
    "web-google": Asked("POST", "gemini.google.com", "*/*", path="/_/BardChatUi/data/x.y/StreamGenerate?rt=c"),
}


def chatgpt(body: bytes) -> str:
    added = next(event for event in events(body) if isinstance(event, dict) and event.get("o") == "add")
    assert added["v"]["message"]["author"]["role"] == "assistant"
    assert body.startswith(b'event: delta_encoding\ndata: "v1"\n\n')
    assert body.endswith(b"data: [DONE]\n\n")
    text: str = added["v"]["message"]["content"]["parts"][0]
    return text


def claude(body: bytes) -> str:
    found = events(body)
    assert [event["type"] for event in found] == ["message_start", "content_block_start", "content_block_delta",
                                                  "content_block_stop", "message_delta", "message_stop"]  # fmt: skip
    text: str = found[2]["delta"]["text"]
    return text


def gemini(body: bytes) -> str:
    rest = body.decode().removeprefix(")]}'\n\n")
    chunks: list[Any] = []
    while rest:
        length, _, rest = rest.partition("\n")
        chunks.append(json.loads(rest[: int(length)]))
        rest = rest[int(length) :]
    text: str = json.loads(chunks[0][0][2])[4][0][1][0]
    return text


READ = {"web-chatgpt": chatgpt, "web-claude": claude, "web-google": gemini}


@pytest.mark.parametrize("shape", READ)
def test_the_application_shows_our_message(shape: str) -> None:
    answer = refuse(shape, MESSAGE, "01M85", ASKED[shape])
    assert answer.status == 200
    assert READ[shape](answer.body) == MESSAGE
    assert answer.header("x-hushgate") == "blocked; ref=01M85"
    assert answer.header("content-length") == str(len(answer.body))
    assert answer.header("content-type").startswith(chat_answers()[shape].type)


@pytest.mark.parametrize(
    ("shape", "asked"),
    [
        ("web-chatgpt", Asked("POST", "chatgpt.com", "*/*", path="/backend-api/f/conversation")),
        ("web-chatgpt", Asked("POST", "chatgpt.com", SSE, path="/backend-api/files")),
        ("web-claude", Asked("GET", "claude.ai", SSE, path="/api/x/completion")),
        ("web-google", Asked("POST", "gemini.google.com", "*/*", path="/_/BardChatUi/data/batchexecute")),
        ("openai", Asked("POST", "api.openai.com", SSE, path="/v1/conversation")),
    ],
)
def test_everything_else_gets_400(shape: str, asked: Asked) -> None:
    assert refuse(shape, MESSAGE, "01M85", asked).status == 400


def test_each_stands_for_an_error_shape_and_has_a_test() -> None:
    assert set(READ) == set(chat_answers())
    assert set(chat_answers()) <= names()
