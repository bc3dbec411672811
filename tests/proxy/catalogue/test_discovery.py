import json
from dataclasses import replace

import pytest

from proxy.catalogue.discovery import Recognition, recognise
from proxy.codecs.decode import decode
from proxy.exchange import Exchange
from tests.proxy.codecs.samples import recorded

UNKNOWN = {  # what nothing but the host tells from any other upload or task
    "azure-ai-inference-embed", "bedrock-apply-guardrail", "huggingface-feature-extraction",
    "huggingface-question-answering", "huggingface-summarization", "huggingface-zero-shot", "mistral-files",
    "mistral-ocr", "openai-live-ws",
}  # fmt: skip

# Requests to ordinary services that look a little like those to an AI service.
ORDINARY = {
    "chat room": ("/api/rooms/1/posts", {"role": "member", "content": "hello there", "room": 1}),
    "car search": ("/search", {"model": "Golf", "prompt": "red", "temperature": 20}),
    "ticket": ("/rest/api/3/issue", {"fields": {"summary": "x", "description": "y", "project": {"key": "A"}}}),
    "mail": ("/gmail/v1/users/me/messages/send", {"raw": "aGVsbG8="}),
    "graphql": ("/graphql", {"query": "query Q { me { id } }", "variables": {"input": {"text": "hello"}}}),
    "language server": (
        "/rpc",
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"rootUri": "file:///x"}},
    ),
    "crm": ("/services/data/v60/sobjects/Contact", {"LastName": "Doe", "Email": "a@b.example"}),
    "search engine": ("/products/_search", {"query": {"match": {"title": "pelican"}}, "size": 3}),
    "translation": ("/v2/translate", {"text": ["hello"], "target_lang": "DE"}),
    "form": ("/forms/1", {"name": "x", "message": "please call me back"}),
    "thermostat": ("/v1/devices/7", {"model": "T6", "temperature": 21.5}),
    "analytics": ("/v1/track", {"event": "click", "properties": {"stream": True}, "messages": 3}),
    "chat bot of a shop": ("/conversations", {"message": "where is my parcel", "session": "s1"}),
    "users": ("/api/users", {"users": [{"name": "a", "role": "admin"}]}),
    "webhook": ("/hooks/1", {"text": "deployed", "channel": "#ops"}),
    "payments": ("/v1/payment_intents", {"amount": 1000, "currency": "eur"}),
    "metrics": ("/api/v1/write", {"timeseries": [{"labels": [], "samples": []}]}),
    "notes": ("/v1/pages", {"parent": {"id": "1"}, "children": [{"type": "paragraph", "content": "x"}]}),
    "video": ("/upload", {"title": "x", "description": "y", "tags": ["z"], "stream": "live"}),
    "calendar": ("/calendars/primary/events", {"summary": "x", "attendees": [{"email": "a@b.example"}]}),
}


def seen(exchange: Exchange) -> Recognition:
    return recognise(exchange, decode(exchange, "generic").prompt)


def test_of_the_recorded_requests_most_are_recognised_and_it_is_known_which_are_not() -> None:
    assert {name for name, sample in recorded().items() if not seen(sample.exchanges[0]).known} == UNKNOWN


def test_without_headers_half_are_still_recognised() -> None:
    bare = [
        replace(exchange, headers=tuple(pair for pair in exchange.headers if pair[0] == "content-type"))
        for sample in recorded().values()
        for exchange in sample.exchanges[:1]
    ]
    assert sum(seen(exchange).known for exchange in bare) >= len(bare) / 2


@pytest.mark.parametrize("name", sorted(ORDINARY))
def test_an_ordinary_request_is_not_taken_for_one(name: str) -> None:
    path, body = ORDINARY[name]
    headers = (
        ("content-type", "application/json"),
        ("user-agent", "Mozilla/5.0"),
        ("authorization", "Bearer eyJhbGci"),
    )
    assert not seen(Exchange("POST", "https", "h", 443, path, headers, json.dumps(body).encode())).known


def test_the_signs_are_named() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "temperature": 0}
    exchange = Exchange("POST", "https", "h", 443, "/v1/chat/completions", (), json.dumps(body).encode())
    assert seen(exchange) == Recognition(13, ("turns", "model-and-input", "path", "parameters"), True)


def test_a_tool_call_is_recognised_by_its_method_alone() -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "f", "arguments": {}}}
    assert seen(Exchange("POST", "https", "h", 443, "/", (), json.dumps(body).encode())).signs == ("agents",)
