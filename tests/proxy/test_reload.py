"""A policy file that breaks: the running proxy keeps enforcing, and so does the next start."""

import time
from pathlib import Path

import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Upstream, openai_chat

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("reload")]

POLICY = """schema: policy/v1
policy: t
rules:
  - id: marked
    mode: enforce
    match: {content: {any: [{labels: [CONFIDENTIAL], min_confidence: 0.5}]}}
    action: {type: block, message: No.}
"""
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
BROKEN = POLICY.replace("enforce", "enfroce")
SMALL = ("--workers", "1", "--inspectors", "1")


def until(proxy: Proxy, value: float) -> None:
    for _ in range(600):
        if proxy.metric("hushgate_policy_last_reload_successful") == value:
            return
        time.sleep(0.05)
    raise AssertionError("the reload did not show")


def test_the_last_good_policy_holds_over_a_broken_file_and_a_restart(tmp_path: Path) -> None:
    with Upstream(tmp_path, list(AI_HOSTS)) as upstream:
        upstream.script = openai_chat
        with Proxy(tmp_path / "state", upstream, policies=[POLICY], arguments=SMALL) as proxy:
            assert proxy.request("api.openai.com", CHAT, chat(MARKED)).status == 400
            (tmp_path / "policy-0.yaml").write_text(BROKEN)
            until(proxy, 0)
            assert proxy.request("api.openai.com", CHAT, chat(MARKED)).status == 400
            [record] = proxy.records("policy_reload")
            assert record["good"] is False
            assert 'unknown word "enfroce"' in record["problems"][0]
        (tmp_path / "state" / "run.json").unlink(missing_ok=True)
        with Proxy(tmp_path / "state", upstream, policies=[BROKEN], arguments=SMALL) as proxy:
            assert proxy.metric("hushgate_policy_last_reload_successful") == 0
            assert proxy.request("api.openai.com", CHAT, chat(MARKED)).status == 400
            assert proxy.request("api.openai.com", CHAT, chat("hello")).status == 200
            (tmp_path / "policy-0.yaml").write_text(POLICY.replace("block", "monitor"))
            until(proxy, 1)
            assert proxy.request("api.openai.com", CHAT, chat(MARKED)).status == 200
