"""Renewal through the real program: new inspectors and workers, not one stream or connection lost."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Received, Reply, Upstream, openai_chat

OPENAI = "api.openai.com"
pytestmark = pytest.mark.proxy


def wait_for(true: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def starts(proxy: Proxy) -> int:
    return len({record["boot"] for record in proxy.records()})


def test_a_stream_outlives_the_workers_that_carry_it(tmp_path: Path) -> None:
    gate = threading.Event()

    def script(request: Received) -> Reply:
        if b"slow" in request.body:
            chunks = [b"data: one\n\n", b"data: two\n\n"]
            return Reply(headers={"content-type": "text/event-stream"}, chunks=chunks, gates={1: gate})
        return openai_chat(request)

    answers = []
    with Upstream(tmp_path, AI_HOSTS, script) as upstream, Proxy(tmp_path / "state", upstream) as proxy:
        held = threading.Thread(target=lambda: answers.append(proxy.request(OPENAI, CHAT, chat("slow please"))))
        held.start()
        wait_for(lambda: upstream.received)
        os.kill(proxy.process.pid, signal.SIGUSR2)
        wait_for(lambda: proxy.request(OPENAI, CHAT, chat("hello")).status == 200 and starts(proxy) == 2)
        gate.set()
        held.join(30)
        assert answers[0].status == 200
        assert answers[0].body == b"data: one\n\ndata: two\n\n"
        assert proxy.get("/readyz")[0] == 200


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
        assert not found(short + " indeed")
        assert found(long)
