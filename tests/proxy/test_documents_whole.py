"""Own documents and records through the real program: an index that is built while it runs is taken over by itself."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.running import AI_HOSTS, CHAT, ROOT, Proxy, chat
from tests.upstream import Upstream

pytestmark = pytest.mark.proxy
OPENAI = "api.openai.com"
POLICY = """
schema: policy/v1
policy: t
owner: t@example.test
rules:
  - id: plans-stay
    mode: enforce
    match: {content: {any: [{documents: ["plans/*"], min_overlap: 0.3}]}}
    action: {type: block, message: That page is ours.}
  - id: customers-out
    mode: enforce
    match: {content: {any: [{entities: [EXACT_DATA]}]}}
    action: {type: redact}
"""
PAGE = """The northern depot closes in autumn, and its forty lorries move to the harbour, where the new crane was bought
from a bankrupt yard for a third of its price. Until the quay is dredged the larger ships unload at night, and the
overtime of the dockers is paid out of the savings on fuel. Nobody outside this room knows which line we drop first.
"""
OTHER = """The recipe wants three eggs, a pound of flour and a little patience. Beat the eggs until they are pale, fold
the flour in by hand, let the dough rest under a cloth for an hour, and bake it on the lowest shelf of a warm oven.
"""


def build(proxy: Proxy, *arguments: str) -> None:
    command = [sys.executable, "-P", "-m", "proxy.cli", "fingerprint", "build", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [*command, "--state", str(proxy.state)],
        check=True,
        capture_output=True,
        cwd=proxy.state.parent,
        env=environment,
    )


def status(proxy: Proxy, text: str) -> int:
    return proxy.request(OPENAI, CHAT, chat(text)).status


def test_an_index_built_meanwhile_stops_its_pages_and_cuts_its_records(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "depot.txt").write_text(PAGE)
    (tmp_path / "c.csv").write_text("name,mail,phone\nAnn Bell,ann.bell@example.org,+1 555 010 2233\n")
    pasted = "shorten this: " + " ".join(PAGE.split()[8:52])
    with Upstream(tmp_path, AI_HOSTS) as upstream, Proxy(tmp_path / "state", upstream, policies=[POLICY]) as proxy:
        assert status(proxy, pasted) == 200
        build(proxy, str(tmp_path / "plans"))
        build(proxy, "--csv", str(tmp_path / "c.csv"), "--primary", "mail,phone", "--name", "customers")
        deadline = time.monotonic() + 240
        while status(proxy, pasted) != 400:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert status(proxy, "shorten this: " + OTHER) == 200
        while b"EXACT_DATA" not in upstream.received[-1].body:
            proxy.request(OPENAI, CHAT, chat("Ann Bell (ann.bell@example.org) called"))
            assert time.monotonic() < deadline
        content = json.loads(upstream.received[-1].body)["messages"][0]["content"]
        assert "ann.bell" not in content
        blocked = [r for r in proxy.records() if r["decision"]["action"] == "block"]
        assert blocked[-1]["decision"]["rules"][0]["id"] == "plans-stay"
        everything = b"".join(path.read_bytes() for path in proxy.state.rglob("*") if path.is_file())
        assert b"northern depot" not in everything
        assert b"ann.bell" not in everything
