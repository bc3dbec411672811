"""A stream that is broken off ends with the vendor's own kind of error."""

import json

from proxy.refusals.refusal import refuse
from proxy.restore.ending import ending
from tests.proxy.restore.wires import events, frames

REF = "01M85GKQX3RM47Q7TW5MBNVXMZ"


def end(kind: str, shape: str, dialect: str = "") -> bytes:
    return ending(kind, dialect, refuse(shape, "No.", REF).body, "No.", REF)


def test_openai_and_google() -> None:
    (event,) = events(end("text/event-stream", "openai"))
    assert event["error"]["message"] == "No."
    (event,) = events(end("text/event-stream", "google"))
    assert (event["error"]["message"], event["error"]["code"]) == ("No.", 400)


def test_anthropic_calls_it_error() -> None:
    body = end("text/event-stream", "anthropic")
    assert body.startswith(b"event: error\n")
    assert events(body)[0]["error"]["message"] == "No."


def test_responses_fail() -> None:
    body = end("text/event-stream", "openai", "openai-responses")
    assert body.startswith(b"event: response.failed\n")
    assert events(body)[0]["response"]["error"] == {"code": "hushgate_blocked", "message": "No."}


def test_amazon_gets_an_exception() -> None:
    body = end("application/vnd.amazon.eventstream", "bedrock")
    (payload,) = frames(body)
    assert json.loads(payload) == {"message": "No."}
    assert b":message-type\x07\x00\x09exception" in body


def test_connect_gets_its_end_frame() -> None:
    body = end("application/connect+json", "connect")
    assert body[0] == 2
    assert json.loads(body[5:])["error"]["message"] == "No."


def test_json_is_the_error() -> None:
    assert json.loads(end("application/json", "ollama")) == {"error": "No."}
