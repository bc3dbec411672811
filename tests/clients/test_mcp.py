"""The MCP SDK through the real proxy: the arguments of a tool call go out, so they are read like a prompt."""

import json

import pytest

from tests.clients.prompts import CARD, MAIL, MARKED, MESSAGE, PLACEHOLDER, PLAIN, WITH_CARD, WITH_MAIL
from tests.clients.stage import Stage
from tests.clients.test_restoring import TOKEN
from tests.clients.vendors import mcp
from tests.upstream import Received, Reply

pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("running", [1], ids=["1+1"], indirect=True),
]


def calls(stage: Stage) -> list[bytes]:
    """Return the tool calls that arrived."""
    return [
        r.body for r in stage.upstream.received if r.method == "POST" and json.loads(r.body)["method"] == "tools/call"
    ]


def test_an_allowed_call_arrives_byte_for_byte(stage: Stage) -> None:
    seen = stage.driver("mcp_python").ask("call", PLAIN)
    assert (seen.error, seen.text) == (None, "hello from upstream")
    assert calls(stage)[0] in seen.sent


def test_a_redacted_call_arrives_without_the_value(stage: Stage) -> None:
    seen = stage.driver("mcp_python").ask("call", WITH_CARD)
    assert (seen.error, seen.text) == (None, "hello from upstream")
    (arrived,) = calls(stage)
    assert PLACEHOLDER.encode() in arrived
    assert CARD.encode() not in arrived


def test_the_result_of_a_call_has_the_value_again(stage: Stage) -> None:
    def echo(request: Received) -> Reply:
        return mcp(request, "I wrote to " + " and ".join(token.decode() for token in TOKEN.findall(request.body)))

    stage.upstream.script = echo
    seen = stage.driver("mcp_python").ask("call", WITH_MAIL)
    assert (seen.error, seen.text) == (None, f"I wrote to {MAIL}")
    assert not any(MAIL.encode() in arrived for arrived in calls(stage))


def test_a_refused_call_is_an_error_of_the_protocol(stage: Stage) -> None:
    seen = stage.driver("mcp_python").ask("call", MARKED)
    assert seen.error is not None
    assert MESSAGE in seen.error["message"]
    assert sum(b"tools/call" in body for body in seen.sent) == 1
    assert calls(stage) == []
