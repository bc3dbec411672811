"""Requests for targets: OpenAI's form, Azure OpenAI's, Bedrock's; and what cannot be sent there."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from proxy.catalogue.services import Target
from proxy.exchange import Exchange
from proxy.judging.routing import Unroutable, route

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
CHAT = {"model": "gpt-5", "messages": [{"role": "user", "content": "café"}], "stream": True}
CLAUDE = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
OPENAI = Target("private", "https://llm.corp.test:8443/v1/", "own-llm", model="llama")
AZURE = Target("azure", "https://corp.openai.azure.com", "azure-openai", "azure-openai", models=MappingProxyType({"gpt-5": "gpt5-eu"}))  # fmt: skip
BEDROCK = Target("aws", "https://bedrock-runtime.eu-central-1.amazonaws.com", "bedrock", "bedrock", model="anthropic.claude-x-v1:0")  # fmt: skip


def exchange(method: str = "POST", **more: Any) -> Exchange:
    headers = (("authorization", "Bearer theirs"), ("cookie", "c"), ("openai-organization", "org-mine"),
               ("content-type", "application/json"), ("accept", "text/event-stream"))  # fmt: skip
    return Exchange(method, "https", "api.openai.com", 443, "/v1/chat/completions?x=1", headers, **more)


def sent(target: Target, dialect: str, body: dict[str, Any]) -> tuple[str, str, int, dict[str, str], dict[str, Any]]:
    routed = route(target, exchange(), dialect, json.dumps(body).encode(), "ours", NOW)
    to, path = routed.changes.to, routed.changes.path
    assert to is not None
    assert path is not None
    return to.host, path, to.port, dict(routed.changes.headers(exchange().headers)), json.loads(routed.body)


@pytest.mark.parametrize(
    ("dialect", "path"),
    [
        ("openai-chat", "/v1/chat/completions"),
        ("openai-responses", "/v1/responses"),
        ("openai-completions", "/v1/completions"),
        ("openai-embeddings", "/v1/embeddings"),
    ],
)
def test_an_openai_target(dialect: str, path: str) -> None:
    host, at, port, headers, body = sent(OPENAI, dialect, CHAT)
    assert (host, at, port) == ("llm.corp.test", path, 8443)
    assert headers == {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "authorization": "Bearer ours",
    }
    assert body == {**CHAT, "model": "llama"}


def test_an_azure_target() -> None:
    host, path, port, headers, body = sent(AZURE, "openai-chat", CHAT)
    assert (host, port) == ("corp.openai.azure.com", 443)
    assert path == "/openai/deployments/gpt5-eu/chat/completions?api-version=2024-10-21"
    assert headers["api-key"] == "ours"
    assert "authorization" not in headers
    assert body["model"] == "gpt5-eu"
    assert sent(AZURE, "openai-responses", CHAT)[1] == "/openai/responses?api-version=2024-10-21"


def test_a_bedrock_target() -> None:
    _, path, _, headers, body = sent(BEDROCK, "openai-chat", CHAT)
    assert (path, headers["authorization"]) == ("/openai/v1/chat/completions", "Bearer ours")
    assert body["model"] == "anthropic.claude-x-v1:0"
    _, path, _, _, body = sent(BEDROCK, "anthropic-messages", CLAUDE)
    assert path == "/model/anthropic.claude-x-v1%3A0/invoke"
    assert body == {"max_tokens": 9, "messages": CLAUDE["messages"], "anthropic_version": "bedrock-2023-05-31"}


def test_without_a_name_the_clients_model_is_asked_for() -> None:
    target = Target("private", "https://llm.corp.test/v1", "own-llm")
    assert sent(target, "openai-chat", CHAT)[4]["model"] == "gpt-5"


@pytest.mark.parametrize(
    ("target", "dialect", "body", "method"),
    [
        (OPENAI, "anthropic-messages", json.dumps(CLAUDE).encode(), "POST"),
        (OPENAI, "generic", json.dumps(CHAT).encode(), "POST"),
        (OPENAI, "openai-chat", b"\x1f\x8b not json", "POST"),
        (OPENAI, "openai-chat", b"[" * 100_000, "POST"),
        (OPENAI, "openai-chat", b"[]", "POST"),
        (OPENAI, "openai-chat", json.dumps(CHAT).encode(), "GET"),
        (Target("p", "https://h/v1", "s"), "openai-chat", b'{"messages": []}', "POST"),
        (Target("p", "https://h/v1", "s"), "openai-chat", b'{"model": ["x"]}', "POST"),
        (BEDROCK, "bedrock-converse", json.dumps(CLAUDE).encode(), "POST"),
    ],
    ids=["anthropic", "generic", "gzip", "deep", "list", "get", "no-model", "odd-model", "no-operation"],
)  # fmt: skip
def test_what_the_target_would_not_understand_is_not_sent(
    target: Target, dialect: str, body: bytes, method: str
) -> None:
    with pytest.raises(Unroutable):
        route(target, exchange(method), dialect, body, "ours", NOW)


def test_anthropics_stream_becomes_invoke_models_and_is_to_be_turned_back() -> None:
    body = json.dumps({**CLAUDE, "stream": True}).encode()
    routed = route(BEDROCK, exchange(), "anthropic-messages", body, "ours", NOW)
    assert routed.changes.path == "/model/anthropic.claude-x-v1%3A0/invoke-with-response-stream"
    assert "stream" not in json.loads(routed.body)
    assert routed.changes.to is not None
    assert routed.changes.to.chunks
    quiet = route(BEDROCK, exchange(), "anthropic-messages", json.dumps(CLAUDE).encode(), "ours", NOW)
    assert quiet.changes.to is not None
    assert not quiet.changes.to.chunks


@pytest.mark.parametrize("operation", ["converse", "converse-stream", "invoke", "invoke-with-response-stream"])
def test_bedrocks_own_forms_keep_their_operation_and_their_bytes(operation: str) -> None:
    theirs = Exchange(
        "POST", "https", "bedrock-runtime.us-east-1.amazonaws.com", 443, f"/model/claude%3Ax/{operation}", ()
    )
    body = b'{ "messages": [] }'
    dialect = "bedrock-converse" if "converse" in operation else "bedrock-invoke"
    routed = route(BEDROCK, theirs, dialect, body, "ours", NOW)
    assert routed.changes.path == f"/model/anthropic.claude-x-v1%3A0/{operation}"
    assert routed.body == body
    assert routed.changes.to is not None
    assert not routed.changes.to.chunks
    mapped = replace(BEDROCK, model="", models=MappingProxyType({"claude:x": "eu.claude"}))
    assert route(mapped, theirs, dialect, body, "ours", NOW).changes.path == f"/model/eu.claude/{operation}"


def test_a_pair_of_aws_keys_signs_what_is_sent() -> None:
    pair = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    headers = dict(route(BEDROCK, exchange(), "openai-chat", json.dumps(CHAT).encode(), pair, NOW).changes.put)
    assert headers["x-amz-date"] == "20260301T080000Z"
    assert headers["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/eu-central-1/bedrock/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature="
    )


def test_a_signature_needs_a_region() -> None:
    pair = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    own = replace(BEDROCK, url="https://bedrock.corp.test")
    with pytest.raises(Unroutable, match="region"):
        route(own, exchange(), "openai-chat", json.dumps(CHAT).encode(), pair, NOW)
    signed = route(replace(own, region="eu-west-1"), exchange(), "openai-chat", json.dumps(CHAT).encode(), pair, NOW)
    assert "/eu-west-1/" in dict(signed.changes.put)["authorization"]
