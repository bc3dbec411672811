"""Real client SDKs through the real proxy: allowed byte for byte, redacted without the value, refused once and clearly."""

import json
import threading

import pytest

from tests.clients.prompts import CARD, MARKED, MESSAGE, PLACEHOLDER, PLAIN, WITH_CARD
from tests.clients.stage import Stage
from tests.clients.vendors import answer
from tests.upstream import Received, Reply

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

CALLS = {
    "openai_python": (
        "chat", "chat-stream", "chat-helper", "chat-async", "chat-async-stream", "responses", "responses-stream",
        "responses-helper", "responses-async", "responses-async-stream", "completions", "completions-stream",
        "completions-async", "embeddings", "embeddings-async",
    ),
    "anthropic_python": ("messages", "messages-stream", "messages-helper", "messages-async", "messages-async-stream"),
    "gemini_python": ("generate", "generate-stream", "generate-async", "generate-async-stream", "chats"),
    "openai_node": (
        "chat", "chat-stream", "responses", "responses-stream", "completions", "completions-stream", "embeddings",
    ),
    "anthropic_node": ("messages", "messages-stream"),
    "ai_node": ("generate", "generate-stream"),
    "mistral_python": ("chat", "chat-stream"),
    "cohere_python": ("chat", "chat-stream"),
    "ollama_python": ("chat", "chat-stream", "generate"),
    "huggingface_python": ("chat", "chat-stream"),
    "litellm_python": ("anthropic", "anthropic-stream"),
    "bedrock_python": ("converse", "converse-stream", "invoke"),
}  # fmt: skip
ALL = [(driver, call) for driver, calls in CALLS.items() for call in calls]
STREAMS = [(driver, call) for driver, call in ALL if call.endswith(("stream", "helper"))]
PASSED = "monitor"  # where no rule matches, what goes to a service that nobody sanctioned is watched
ERRORS = {  # the others name status 400 BadRequestError
    "gemini_python": "ClientError",
    "ai_node": "APICallError",
    "mistral_python": "SDKError",
    "ollama_python": "ResponseError",
    "bedrock_python": "ValidationException",
}


@pytest.mark.parametrize(("driver", "call"), ALL)
def test_an_allowed_prompt_arrives_byte_for_byte(stage: Stage, driver: str, call: str) -> None:
    program, before = stage.driver(driver), len(stage.proxy.records())
    seen = program.ask(call, PLAIN)
    assert seen.error is None
    assert seen.text
    assert len(seen.sent) == 1
    assert [request.body for request in stage.upstream.received] == seen.sent
    assert "x-hushgate" not in seen.headers
    decision = stage.decision(before)["decision"]
    assert (decision["action"], decision["rules"]) == (PASSED, [])


@pytest.mark.parametrize(("driver", "call"), ALL)
def test_a_redacted_prompt_arrives_without_the_value(stage: Stage, driver: str, call: str) -> None:
    program, before = stage.driver(driver), len(stage.proxy.records())
    seen = program.ask(call, WITH_CARD)
    assert seen.error is None
    assert seen.text
    assert len(seen.sent) == 1
    assert seen.sent[0].count(CARD.encode()) == 1
    (request,) = stage.upstream.received
    assert request.body == seen.sent[0].replace(CARD.encode(), PLACEHOLDER.encode())
    record = stage.decision(before)
    assert record["decision"]["action"] == "redact"
    assert seen.headers["x-hushgate"] == f"redacted; n=1; ref={record['id']}"


@pytest.mark.parametrize(("driver", "call"), ALL)
def test_a_refused_prompt_is_tried_once_and_shown_clearly(stage: Stage, driver: str, call: str) -> None:
    program, before, connections = stage.driver(driver), len(stage.proxy.records()), stage.upstream.connections
    seen = program.ask(call, MARKED)
    assert seen.text is None
    assert seen.error is not None
    assert seen.error["class"] == ERRORS.get(driver, "BadRequestError")
    assert MESSAGE in seen.error["message"]
    assert seen.status == 400
    assert len(seen.sent) == 1
    record = stage.decision(before)
    assert record["decision"]["action"] == "block"
    assert record["id"] in seen.error["message"]
    assert seen.headers["x-hushgate"] == f"blocked; ref={record['id']}"
    assert stage.upstream.connections == connections
    assert not stage.upstream.received


@pytest.mark.parametrize(("driver", "call"), STREAMS)
def test_the_first_token_of_a_redacted_request_does_not_wait_for_the_last(stage: Stage, driver: str, call: str) -> None:
    gate = threading.Event()
    shown: list[tuple[str, bool]] = []

    def script(request: Received) -> Reply:
        reply = answer(request)
        token = next(number for number, chunk in enumerate(reply.chunks) if b"hello" in chunk)
        reply.gates[token + 1] = gate  # nothing after the first token until the client has shown it
        return reply

    def first(token: str) -> None:
        shown.append((token, gate.is_set()))
        gate.set()

    program = stage.driver(driver)
    stage.upstream.script = script
    backstop = threading.Timer(20, gate.set)  # a proxy that buffers fails the test, it does not hang it
    backstop.start()
    try:
        seen = program.ask(call, WITH_CARD, first)
    finally:
        backstop.cancel()
        backstop.join()
    assert [(token.split()[0], late) for token, late in shown] == [("hello", False)]
    assert (seen.text or "").split() == ["hello", "from", "upstream"]
    assert PLACEHOLDER.encode() in stage.upstream.received[0].body


def test_many_prompts_at_once_each_get_their_own_verdict(stage: Stage) -> None:
    program, before = stage.driver("openai_python"), len(stage.proxy.records())
    prompts = [PLAIN, WITH_CARD, MARKED] * 8
    seen = program.ask("chat-many", json.dumps(prompts))
    assert len(seen.sent) == 24
    outcomes = json.loads(seen.text or "null")
    assert [MESSAGE in outcome for outcome in outcomes] == [prompt is MARKED for prompt in prompts]
    arrived = [request.body for request in stage.upstream.received]
    assert sorted(PLACEHOLDER.encode() in body for body in arrived) == [False] * 8 + [True] * 8
    assert not any(CARD.encode() in body or b"Heron" in body for body in arrived)
    records = stage.records(before + 24)[before:]
    assert sorted(record["decision"]["action"] for record in records) == ["block"] * 8 + [PASSED] * 8 + ["redact"] * 8
