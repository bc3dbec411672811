"""History that the vendor keeps, through the real program with two workers: values come back turns later, to their user."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import Answer, Proxy
from tests.upstream import Received, Reply, Upstream, reply_json, sse

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("vault")]

POLICY = """
schema: policy/v1
policy: vault
owner: test@example.com
rules:
  - id: mail-is-tokenised
    mode: enforce
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: tokenise, restore: true}
"""
HOST = "api.openai.com"
MAIL = "ann.smith@fabrikam.example.org"
ANN, BOB = "127.0.0.1", "127.0.1.1"
TOKEN = re.compile(r"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]")


class Vendor:
    """Keeps what it was told in a conversation and says it again, as Responses does with `previous_response_id`."""

    def __init__(self) -> None:
        self.token = ""

    def __call__(self, request: Received) -> Reply:
        found = TOKEN.findall(request.body.decode())
        self.token = found[0] if found else self.token
        if b'"stream": true' not in request.body:
            part = {"type": "output_text", "text": f"It is {self.token}."}
            return reply_json({"id": "resp_1", "output": [{"type": "message", "id": "m", "content": [part]}]})
        pieces = [f"It is {self.token}."[start : start + 5] for start in range(0, 40, 5)]
        at = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0}
        return sse(*({**at, "delta": piece} for piece in pieces))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Vendor]]:
    folder = tmp_path_factory.mktemp("vault")
    (folder / "addresses").write_text("127.0.0.0/24 ann\n127.0.1.0/24 bob\n")
    config = folder / "hushgate.yaml"
    config.write_text(f"identity: {{addresses: {folder}/addresses}}\n")
    arguments = ["--config", str(config), "--workers", "2"]
    vendor = Vendor()
    with (
        Upstream(folder, [HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=[HOST]) as proxy,
    ):
        upstream.script = vendor
        yield proxy, vendor


def ask(proxy: Proxy, text: str, source: str = ANN, **more: Any) -> Answer:
    sock = proxy.connect(HOST, source=source)
    body = json.dumps({"model": "m", "input": text, **more}).encode()
    return proxy.request(HOST, "/v1/responses", body, sock=sock)


def test_a_later_turn_has_the_value_on_every_worker(running: tuple[Proxy, Vendor]) -> None:
    proxy, vendor = running
    assert MAIL in ask(proxy, f"my address is {MAIL}").body.decode()
    assert MAIL not in vendor.token
    slots: set[int] = set()
    for _ in range(200):
        answer = ask(proxy, "what was it?", previous_response_id="resp_1")
        assert answer.json()["output"][0]["content"][0]["text"] == f"It is {MAIL}."
        slots |= {record["slot"] for record in proxy._records("outcome")}
        if len(slots) == 2:
            break
    assert len(slots) == 2


def test_so_has_a_stream_that_cuts_the_placeholder(running: tuple[Proxy, Vendor]) -> None:
    proxy, _ = running
    ask(proxy, f"my address is {MAIL}")
    answer = ask(proxy, "what was it?", previous_response_id="resp_1", stream=True)
    lines = [line for line in answer.body.decode().split("\n") if line.startswith("data: {")]
    assert "".join(json.loads(line[6:])["delta"] for line in lines) == f"It is {MAIL}."


def test_it_is_no_value_for_anybody_else(running: tuple[Proxy, Vendor]) -> None:
    proxy, vendor = running
    ask(proxy, "mine is bob.jones@fabrikam.example.org", BOB)
    ask(proxy, f"my address is {MAIL}")
    answer = ask(proxy, "what was hers?", BOB, previous_response_id="resp_1").body.decode()
    assert vendor.token in answer
    assert MAIL not in answer


def test_what_was_typed_and_never_issued_stays(running: tuple[Proxy, Vendor]) -> None:
    proxy, vendor = running
    answer = ask(proxy, "what is [EMAIL_ADDRESS_AAAAAA]?")
    assert vendor.token == "[EMAIL_ADDRESS_AAAAAA]"
    assert vendor.token in answer.body.decode()
