"""What SigV4 signs is not changed: boto3 with keys of its own is allowed or refused, never redacted."""

import pytest

from tests.clients.prompts import MARKED, MESSAGE, PLAIN, WITH_CARD
from tests.clients.stage import Stage

pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("running", [1], ids=["1+1"], indirect=True),
]


def test_an_allowed_prompt_arrives_byte_for_byte(stage: Stage) -> None:
    seen = stage.driver("bedrock_python").ask("converse-signed", PLAIN)
    assert seen.error is None
    assert [request.body for request in stage.upstream.received] == seen.sent
    assert stage.upstream.received[0].headers["authorization"].startswith("AWS4-HMAC-SHA256")


@pytest.mark.parametrize("prompt", [WITH_CARD, MARKED], ids=["would-be-redacted", "marked"])
def test_what_cannot_be_rewritten_is_refused_once_and_clearly(stage: Stage, prompt: str) -> None:
    before = len(stage.proxy.records())
    seen = stage.driver("bedrock_python").ask("converse-signed", prompt)
    assert seen.error is not None
    assert seen.error["class"] == "ValidationException"
    assert len(seen.sent) == 1
    record = stage.decision(before)
    assert record["decision"]["action"] == "block"
    assert record["id"] in seen.error["message"]
    assert (MESSAGE in seen.error["message"]) == (prompt is MARKED)
    assert not stage.upstream.received
