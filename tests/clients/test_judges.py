"""Judges from PyPI measure the real proxy: what leaves, what comes back, and what a split answer lets through.

HUSHGATE_ORACLE=union-worst-case cuts each value in three in every way, too; that takes seven minutes.
"""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.shim import Gateway, relay
from tests.clients.stage import PYTHON, Driver, environment
from tests.running import AI_HOSTS, Proxy
from tests.upstream import Received, Reply, Upstream, sse

pytestmark = [pytest.mark.clients, pytest.mark.timeout(1700)]
ORACLE = os.environ.get("HUSHGATE_ORACLE", "exhaustive-2-part")

KINDS = "[EMAIL_ADDRESS, US_SSN, CREDIT_CARD, PHONE_NUMBER]"
POLICY = f"""
schema: policy/v1
policy: judged
owner: test@example.com
rules:
  - id: kinds-are-tokenised
    mode: enforce
    match: {{content: {{any: [{{entities: {KINDS}}}]}}}}
    action: {{type: tokenise, restore: true}}
  - id: secrets-are-tokenised
    mode: enforce
    match: {{content: {{any: [{{entities: ["SECRET_*"]}}]}}}}
    action: {{type: tokenise, restore: true}}
  - id: kinds-are-cut-out-of-answers
    mode: enforce
    match: {{direction: [response], content: {{any: [{{entities: {KINDS}}}]}}}}
    action: {{type: redact}}
"""
# The judges' social security numbers are of a range that is never issued and their keys say EXAMPLE, so that they are
# nobody's. Ours pass over both; a deployment that wants them finds them with recognisers of its own.
OWN_KINDS = r"""
recognizers:
  - {name: unissued, supported_entity: US_SSN, patterns: [{name: unissued, regex: '\b9\d\d-\d\d-\d{4}\b', score: 0.9}]}
  - name: example keys
    supported_entity: SECRET_EXAMPLE
    patterns: [{name: example, regex: '\b(AKIA|ghp_|xoxb-)[0-9A-Za-z-]*EXAMPLE[0-9A-Za-z]*\b', score: 0.9}]
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream, Gateway]]:
    folder = tmp_path_factory.mktemp("judges")
    (folder / "kinds.yaml").write_text(OWN_KINDS)
    own = {"HUSHGATE_DETECTOR_RULES": str(folder / "kinds.yaml")}
    with (
        Upstream(folder, AI_HOSTS) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], environment=own) as proxy,
        Gateway(proxy) as gateway,
    ):
        yield proxy, upstream, gateway


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def judge(running: tuple[Proxy, Upstream, Gateway], module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a judge beside the proxy; its own server is behind the upstream, on the port that `{port}` stands for."""
    proxy, upstream, gateway = running
    port = free_port()
    upstream.script = lambda request: relay(request, port)
    command = [str(PYTHON), "-m", module, *(each.format(port=port, url=gateway.url) for each in arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(proxy), cwd=proxy.state, timeout=1600
    )


def test_nothing_leaves_and_everything_comes_back(running: Any, tmp_path: Path) -> None:
    report = tmp_path / "selfcheck.json"
    done = judge(running, "pii_leak_benchmark.cli", "selfcheck", "--target-base-url", "{url}/v1", "--capture-port", "{port}",
                 "--json-out", str(report))  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CLEAN" in done.stdout


def test_a_split_answer_lets_nothing_through_not_even_a_part(running: Any, tmp_path: Path) -> None:
    done = judge(running, "pii_leak_benchmark.v2_cli", "--validate", "--out", str(tmp_path), "--only", "hushgate",
                 "--gateway-url", "{url}/v1/chat/completions", "--upstream-port", "{port}", "--seed", "a1b2c3d4e5f60001",
                 "--oracle", ORACLE, "--partial-emission", "--json-out", str(tmp_path / "summary.json"))  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = json.loads((tmp_path / "summary.json").read_text())["rows"]
    assert row["outcome"] == "pass", done.stdout
    sidecar = json.loads((tmp_path / "hushgate.partial-emission.json").read_text())
    assert sidecar["metrics"]["cases_applicable"] > 0
    assert sidecar["metrics"]["cases_partial_emission"] == 0


MAIL = "ann.smith@fabrikam.example.org"
TEXTS = {
    "card": ("the card is 4111 1111 1111 1111 and no other", "the card is [REDACTED_CREDIT_CARD] and no other"),
    "mail": (f"write to {MAIL}, please", "write to [REDACTED_EMAIL_ADDRESS], please"),
    "number": ("ssn 536-22-8145.", "ssn [REDACTED_US_SSN]."),
    "restored": ("for TOKEN: **TOKEN**TOKEN", f"for {MAIL}: **{MAIL}**{MAIL}"),
}


@pytest.mark.parametrize(("said", "read"), TEXTS.values(), ids=TEXTS)
def test_the_answer_does_not_depend_on_where_it_is_cut(running: Any, said: str, read: str) -> None:
    proxy, upstream, _ = running
    texts: set[str] = set()

    def cut(request: Received) -> Reply:
        (token,) = set(re.findall(rb"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]", request.body))
        text = said.replace("TOKEN", token.decode())
        texts.add(text)
        cuts = [int(each) for each in request.headers["x-cuts"].split(",") if each]
        parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        return sse(*({"choices": [{"index": 0, "delta": {"content": part}}]} for part in parts), "[DONE]")

    upstream.script = cut
    driver = Driver("invariance_python", proxy)
    try:
        whole = driver.ask("whole", f"write to {MAIL}")
        assert (whole.error, whole.text) == (None, read)
        (text,) = texts
        tried = driver.ask("splits", json.dumps([f"write to {MAIL}", text]))
        assert (tried.error, tried.text) == (None, str(len(text)))
    finally:
        driver.close()
