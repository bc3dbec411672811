"""A rule about the language of prompts through the program: put in force by a reload, undone by none who write briefly."""

import time
from pathlib import Path

import pytest

from tests.detectors.language.test_detector import PROMPTS
from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Upstream, openai_chat

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("reload")]

BEFORE = "schema: policy/v1\npolicy: t\n"
AFTER = (
    BEFORE
    + """defaults: {on_unknown: {language: ON_UNKNOWN}}
rules:
  - id: german-stays-inside
    mode: enforce
    match: {content: {any: [{languages: [de], in: [prompt]}]}}
    action: {type: block, message: Please write in English.}
"""
)


def test_a_language_is_told_as_soon_as_a_rule_asks(tmp_path: Path) -> None:
    flag, block = AFTER.replace("ON_UNKNOWN", "flag"), AFTER.replace("ON_UNKNOWN", "block")
    with Upstream(tmp_path, list(AI_HOSTS)) as upstream:
        upstream.script = openai_chat
        with Proxy(
            tmp_path / "state", upstream, policies=[BEFORE], arguments=("--workers", "1", "--inspectors", "1")
        ) as proxy:

            def status(text: str) -> int:
                return proxy.request("api.openai.com", CHAT, chat(text)).status

            def enforce(policy: str) -> None:
                before = len(proxy.records("policy_reload"))
                (tmp_path / "policy-0.yaml").write_text(policy)
                deadline = time.monotonic() + 240
                while len(proxy.records("policy_reload")) == before:
                    assert time.monotonic() < deadline, "the reload did not show"
                    time.sleep(0.05)

            assert status(PROMPTS["de"]) == 200
            enforce(flag)
            assert [status(PROMPTS["de"]), status(PROMPTS["en"]), status("Hallo")] == [400, 200, 200]
            enforce(block)
            assert [status(PROMPTS["en"]), status("Hallo")] == [200, 400]
            told = [record["facts"].get("languages") for record in proxy.records("decision")]
    german, english = [{"in": "prompt", "language": "de"}], [{"in": "prompt", "language": "en"}]
    assert told == [None, german, english, None, english, None]
    trail = b"".join(file.read_bytes() for file in (tmp_path / "state" / "audit").glob("*"))
    assert PROMPTS["de"][:20].encode() not in trail
