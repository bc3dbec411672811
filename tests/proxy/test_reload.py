"""A policy file that breaks: the running proxy keeps enforcing, and so does the next start."""

import time
from pathlib import Path
from typing import Any

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


CATALOGUE = """schema: catalogue/v1
services:
  - id: acme-ai
    vendor: Acme
    title: Acme AI
    category: genai.chat
    hosts: [HOST]
    refusal: openai
    endpoints:
      - {id: acme-chat, paths: [POST /talk], dialect: openai-chat, activity: chat}
"""
OLD, NEW = "talk.acme-ai.test", "talk.acme-ki.test"


def test_a_broken_catalogue_file_changes_nothing_and_says_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    file = folder / "own.yaml"
    good = CATALOGUE.replace("HOST", OLD)
    breakages = {
        "dialect: openai-chat": ("dialect: opnai-chat", "own.yaml:10:"),
        "category: genai.chat": ("category: genai.chta", "genai.chat"),
        "schema: catalogue/v1": ("schema: catalogue/v9", "own.yaml:1:"),
        "hosts: [HOST]".replace("HOST", OLD): ("hosts: [HOST", "own.yaml:"),
        "POST /talk": ("TALK talk", "own.yaml:10:"),
        "    refusal: openai\n": ("    refusal: opneai\n", "own.yaml:8:"),
        "id: acme-ai": ("id: openai-api", "openai-api"),
    }
    file.write_text(good)
    hosts = (*AI_HOSTS, OLD, NEW)
    with (
        Upstream(tmp_path, list(hosts)) as upstream,
        Proxy(
            tmp_path / "state", upstream, policies=[POLICY], arguments=SMALL, hosts=hosts,
            environment={"HUSHGATE_CATALOGUE": str(folder)},
        ) as proxy,
    ):  # fmt: skip
        upstream.script = openai_chat
        assert proxy.request(OLD, "/talk", chat(MARKED)).json()["error"]["message"].startswith("No.")
        revision = proxy.records()[-1]["policy"]["rev"]
        for number, (right, (wrong, told)) in enumerate(breakages.items(), 1):
            assert right in good
            file.write_text(good.replace(right, wrong, 1))
            until(proxy, 0)
            record = reload(proxy, number)
            assert record["good"] is False
            assert told in " ".join(record["problems"]), (wrong, record["problems"])
            assert proxy.request(OLD, "/talk", chat(MARKED)).status == 400
            assert proxy.records()[-1]["policy"]["rev"] == revision
        assert "reload refused: " in proxy.errors.read_text()
        file.write_text(good.replace(OLD, NEW))
        until(proxy, 1)
        assert proxy.request(NEW, "/talk", chat(MARKED)).status == 400
        file.unlink()  # a file less is no mistake
        (folder / "more.yaml").write_bytes(b"\xff\xfe")
        assert reload(proxy, len(breakages) + 2)["good"] is False
        assert proxy.request(NEW, "/talk", chat(MARKED)).status == 400


def reload(proxy: Proxy, number: int) -> dict[str, Any]:
    """Return the record of reload `number`, counted from 1, once it is written."""
    for _ in range(1200):
        found = proxy.records("policy_reload")
        if len(found) >= number:
            return dict(found[number - 1])
        time.sleep(0.05)
    raise AssertionError("no reload was recorded")
