"""Real client SDKs get their values back: in whole answers and streams, in texts and in the arguments of tool calls."""

import json
import re
from typing import Any

import pytest

from tests.clients.prompts import MAIL, WITH_MAIL
from tests.clients.stage import Stage
from tests.clients.test_sdks import ALL
from tests.clients.vendors import answer
from tests.upstream import Received, Reply, pieces, reply_json, sse

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

TOKEN = re.compile(rb"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]")
TEXTS = [(driver, call) for driver, call in ALL if "embeddings" not in call]
TOOLS = [("openai_python", "tools"), ("openai_python", "tools-stream"), ("anthropic_python", "tools"),
         ("anthropic_python", "tools-stream"), ("gemini_python", "tools"),
         ("openai_node", "tools"), ("openai_node", "tools-stream"), ("anthropic_node", "tools"),
         ("anthropic_node", "tools-stream")]  # fmt: skip


def token_in(request: Received) -> str:
    (token,) = set(TOKEN.findall(request.body))
    return token.decode()


def echo(request: Received) -> Reply:
    """Answer with the placeholder, a few characters an event."""
    return answer(request, f"I wrote to **{token_in(request)}**, as you said.", size=4)


def called(request: Received) -> Reply:
    """Answer with a tool call whose arguments hold the placeholder, and JSON in a string that holds it."""
    token = token_in(request)
    arguments = {"to": token, "body": json.dumps({"cc": [token]})}
    if ":generateContent" in request.path:
        part = {"functionCall": {"name": "send", "args": arguments}}
        return reply_json({"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]})
    stream = b'"stream":true' in request.body.replace(b" ", b"")
    return (_anthropic if "/messages" in request.path else _openai)(arguments, stream)


def _openai(arguments: Any, stream: bool) -> Reply:
    call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": json.dumps(arguments)}}
    base = {"id": "c", "created": 1, "model": "m"}
    if not stream:
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return reply_json({**base, "object": "chat.completion", "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls"}]})  # fmt: skip
    begun = {**call, "index": 0, "function": {"name": "send", "arguments": ""}}
    deltas = [{"role": "assistant", "content": None, "tool_calls": [begun]}, *({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
              for piece in pieces(json.dumps(arguments), 3)), {}]  # fmt: skip
    return sse(*({**base, "object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": delta, "finish_reason": None if delta else "tool_calls"}]} for delta in deltas), "[DONE]")  # fmt: skip


def _anthropic(arguments: Any, stream: bool) -> Reply:
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
             "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    use = {"type": "tool_use", "id": "toolu_1", "name": "send"}
    if not stream:
        return reply_json({**whole, "content": [{**use, "input": arguments}]})
    events: list[Any] = [
        {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {**use, "input": {}}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": piece}}
          for piece in pieces(json.dumps(arguments), 3)),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]  # fmt: skip
    return sse(*events, names=[event["type"] for event in events])


@pytest.mark.parametrize(("driver", "call"), TEXTS)
def test_the_answer_has_the_value_again(stage: Stage, driver: str, call: str) -> None:
    stage.upstream.script = echo
    program = stage.driver(driver)
    seen = program.ask(call, WITH_MAIL)
    assert seen.error is None
    assert seen.text == f"I wrote to **{MAIL}**, as you said."
    (request,) = stage.upstream.received
    assert MAIL.encode() not in request.body


@pytest.mark.parametrize(("driver", "call"), TOOLS)
def test_so_have_the_arguments_of_a_tool_call(stage: Stage, driver: str, call: str) -> None:
    stage.upstream.script = called
    seen = stage.driver(driver).ask(call, WITH_MAIL)
    assert seen.error is None
    arguments = json.loads(seen.text or "null")
    assert arguments["to"] == MAIL
    assert json.loads(arguments["body"]) == {"cc": [MAIL]}
    assert MAIL.encode() not in stage.upstream.received[0].body


def test_a_second_turn_brings_the_same_placeholder(stage: Stage) -> None:
    stage.upstream.script = echo
    program = stage.driver("openai_python")
    first = program.ask("chat", WITH_MAIL).text or ""
    assert MAIL in first
    program.ask("chat-stream", f"{WITH_MAIL}\n{first}\nthanks")
    assert len({token_in(request) for request in stage.upstream.received}) == 1
