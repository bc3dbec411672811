"""Renewal of inspectors through the real program. That of everything: tests/proxy/test_upgrade.py."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Upstream

OPENAI = "api.openai.com"
pytestmark = pytest.mark.proxy


def wait_for(true: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


RULES = """
family: building
title: The building
source: https://building.test/
secrets:
  - id: badge
    entity: SECRET_BADGE
    title: Badge
    pattern: 'bdg_[a-z]{{12}}{extra}'
    keywords: [bdg_]
    match: [["bdg_", "qwertzuiopas{extra}"]]
    pass: [["bdg_", "abc"]]
"""


def test_changed_detector_rules_come_with_new_inspectors_and_bad_ones_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules" / "badges.yaml"
    rules.parent.mkdir()
    rules.write_text(RULES.format(extra=""))
    monkeypatch.setenv("HUSHGATE_DETECTOR_RULES", str(rules.parent))
    short, long = "bdg_" + "qwertzuiopas", "bdg_" + "qwertzuiopas" + "4711"
    with Upstream(tmp_path, AI_HOSTS) as upstream, Proxy(tmp_path / "state", upstream) as proxy:

        def found(text: str) -> bool:
            proxy.request(OPENAI, CHAT, chat(f"my badge is {text}"))
            return short.encode() not in upstream.received[-1].body

        assert found(short)
        rules.write_text("rules: [")
        os.utime(rules, (1, 1))
        wait_for(lambda: proxy.metric("hushgate_policy_last_reload_successful") == 0)
        assert found(short)
        rules.write_text(RULES.format(extra="4711"))
        wait_for(lambda: proxy.metric("hushgate_policy_last_reload_successful") == 1)
        assert not found(short)  # the same text as before: what others found of it is forgotten
        assert found(long)
