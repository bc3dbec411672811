"""Real client SDKs over WebSockets through the real proxy: allowed, redacted, restored, refused without an exception."""

import json
import re
from typing import Any

import pytest

from tests.clients.prompts import CARD, MAIL, MARKED, MESSAGE, PLACEHOLDER, PLAIN, WITH_CARD, WITH_MAIL
from tests.clients.stage import Stage
from tests.upstream import pieces

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

CALLS = ("realtime", "live")
TOKEN = re.compile(r"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]")


def answering(message: Any) -> list[str]:
    """Answer as Realtime or Live does: with the placeholder where there is one, a few characters a message."""
    asked = json.loads(message)
    found = TOKEN.findall(str(message))
    text = f"I wrote to **{found[0]}**, as you said." if found else "hello from upstream"
    if "setup" in asked:
        said: list[Any] = [{"setupComplete": {}}]
    elif asked.get("type") == "conversation.item.create":
        at = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
        said = [{"type": "response.output_text.delta", "event_id": f"e{n}", **at, "delta": piece}
                for n, piece in enumerate(pieces(text, 4))]  # fmt: skip
        said.append({"type": "response.done", "event_id": "e", "response": {"id": "r"}})
    else:
        said = [
            {"serverContent": {"modelTurn": {"role": "model", "parts": [{"text": piece}]}}} for piece in pieces(text, 4)
        ]
        said.append({"serverContent": {"turnComplete": True}})
    return [json.dumps(each) for each in said]


@pytest.fixture
def socket(stage: Stage) -> Stage:
    stage.upstream.heard.clear()
    stage.upstream.answering = answering
    return stage


def heard(stage: Stage) -> str:
    """Return the texts that the service got."""
    messages = [json.loads(each) for each in stage.upstream.heard if not str(each).startswith("closed")]
    return json.dumps(messages, ensure_ascii=False)


@pytest.mark.parametrize("call", CALLS)
def test_an_allowed_message_arrives_and_is_answered(socket: Stage, call: str) -> None:
    seen = socket.driver("sockets_python").ask(call, PLAIN)
    assert (seen.error, seen.text) == (None, "hello from upstream")
    assert json.dumps(PLAIN, ensure_ascii=False) in heard(socket)


@pytest.mark.parametrize("call", CALLS)
def test_a_card_is_taken_out(socket: Stage, call: str) -> None:
    seen = socket.driver("sockets_python").ask(call, WITH_CARD)
    assert (seen.error, seen.text) == (None, "hello from upstream")
    assert CARD not in heard(socket)
    assert json.dumps(WITH_CARD.replace(CARD, PLACEHOLDER), ensure_ascii=False) in heard(socket)


@pytest.mark.parametrize("call", CALLS)
def test_the_answer_has_the_value_again(socket: Stage, call: str) -> None:
    seen = socket.driver("sockets_python").ask(call, WITH_MAIL)
    assert (seen.error, seen.text) == (None, f"I wrote to **{MAIL}**, as you said.")
    assert MAIL not in heard(socket)


def test_realtime_is_told_in_band_and_goes_on(socket: Stage) -> None:
    seen = socket.driver("sockets_python").ask("realtime", MARKED)
    assert seen.error is None
    told, _, answered = (seen.text or "").partition("\n")
    assert told.startswith(MESSAGE)
    assert answered == "hello from upstream"
    assert "Heron" not in heard(socket)


def test_live_is_closed_with_the_reason(socket: Stage) -> None:
    seen = socket.driver("sockets_python").ask("live", MARKED)
    assert seen.error is not None
    assert MESSAGE in seen.error["message"]
    assert "Heron" not in heard(socket)
