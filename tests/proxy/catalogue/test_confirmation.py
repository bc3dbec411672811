"""What the vendors' answers have in common confirms a service; what ordinary services answer does not."""

import json

import pytest

from proxy.catalogue.confirmation import confirm
from tests import upstream
from tests.clients import vendors

JSON = "application/json"
ANSWERS = {
    "chat": upstream.chat(), "chat stream": upstream.chat(stream=True), "completions": upstream.completions(),
    "responses stream": upstream.responses(stream=True), "anthropic": upstream.anthropic(),
    "anthropic stream": upstream.anthropic(stream=True), "gemini": upstream.gemini(),
    "gemini stream": upstream.gemini(stream=True), "cohere stream": vendors.cohere("hello", stream=True, size=0),
    "ollama": vendors.ollama("/api/chat", "hello", stream=False, size=0),
    "ollama stream": vendors.ollama("/api/chat", "hello", stream=True, size=0),
    "bedrock": vendors.bedrock("/model/m/converse", "hello", 0),
    "bedrock stream": vendors.bedrock("/model/m/converse-stream", "hello", 0),
    "embeddings": upstream.reply_json({"data": [{"embedding": [0.1, 0.2]}]}),
    "mcp": upstream.reply_json({"jsonrpc": "2.0", "id": 1, "result": {"content": [], "isError": False}}),
}  # fmt: skip
ORDINARY = {
    "a form with choices": {"choices": [{"label": "red", "value": 1}], "question": "which colour"},
    "an election": {"candidates": [{"name": "Ann", "votes": 3}]},
    "a login": {"access_token": "x", "token_type": "bearer", "expires_in": 3600},
    "a chat room": {"messages": [{"role": "member", "content": "hello there"}]},
    "a car": {"model": "Golf", "message": "found", "available": True},
    "a language server": {"jsonrpc": "2.0", "id": 1, "result": {"capabilities": {}}},
    "a web page": "<html><body>choices, candidates, tokens</body></html>",
    "a video": {"embed": [1, 2], "usage": {"seconds": 4}},
}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_vendor_s_answer_is_known(name: str) -> None:
    reply = ANSWERS[name]
    assert confirm(reply.headers["content-type"], b"".join(reply.chunks))


@pytest.mark.parametrize("name", sorted(ORDINARY))
def test_an_ordinary_answer_is_not(name: str) -> None:
    assert confirm(JSON, json.dumps(ORDINARY[name]).encode()) == ()


def test_hostile_beginnings_cost_little() -> None:
    for piece in (b'"choices":[{', b'"model":"m"', b'"jsonrpc":"2.0"', b'"candidates":[{"', b"\xff\x00"):
        assert confirm(JSON, piece * 20_000) == ()
