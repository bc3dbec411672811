"""Bugs of other products, each as a test of ours: docs/regressions.md has the list, and the tests that stand elsewhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import h11
import pytest

from detectors.base import Source
from detectors.finding import no_digest
from detectors.load import BUILTIN, Settings, load
from tests.running import AI_HOSTS, CHAT, Proxy, chat
from tests.upstream import Received, Reply, Upstream, openai_chat

ROOT = Path(__file__).parents[2]
LIST = ROOT / "docs" / "regressions.md"
POLICY = """
schema: policy/v1
policy: regressions
owner: test@example.com
rules:
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
  - id: secrets-are-redacted
    mode: enforce
    match: {content: {any: [{entities: [SECRET.*]}]}}
    action: {type: redact}
"""
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."


def test_the_tests_that_the_list_names_are_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", LIST.read_text())
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text()]
    assert missing == []
    assert len({test for _, test in named}) >= 22


BUGS = (
    *(
        "LiteLLM 30728",
        "LiteLLM 31950",
        "25230",
        "LiteLLM 37519",
        "LiteLLM 21949",
        "aisix 204",
        "PasteGuard",
        "Pipelock",
    ),
    *("Saibre", "AI Anonymizer", "agentcage 178", "Kong", "NeMo Guardrails 2375", "spaCy E088", "Presidio 2063"),
    *("LLM Guard", "ProxyDLP", "CodeGate 528, 1124", "Talon"),
)


def test_every_bug_that_was_collected_has_an_entry() -> None:
    where = [line.split("|")[2] for line in LIST.read_text().splitlines() if line.startswith("| ")]
    assert [bug for bug in BUGS if not any(bug in place for place in where)] == []
    twice = {"Pipelock": 3, "PasteGuard": 3, "Saibre": 2, "AI Anonymizer": 2}
    assert [bug for bug, number in twice.items() if sum(bug in place for place in where) < number] == []


def test_every_entry_of_the_list_has_a_test_or_a_reason() -> None:
    rows = [line.split("|")[1:-1] for line in LIST.read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 22
    assert [row[0].strip() for row in rows if len(row) != 3 or not row[2].strip()] == []


@pytest.fixture(scope="module")
def values() -> list[str]:
    """Two live-looking keys, put together from pieces."""
    return ["AKIA" + "Q3EGR5WXYZTL2NPM", "ghp_" + "x8Kq2mV9bN4tR7wL1cZ5pY3sD6fG0hJaQe2T"]


@pytest.mark.parametrize("line", ["{0} {1}", "{0},{1}", "a={0} b={1}", '{{"a": "{0}", "b": "{1}"}}'])
def test_two_secrets_on_one_line_are_both_found(line: str, values: list[str]) -> None:
    (detector,) = [one for one in load(Settings()) if one.name.startswith("secrets")]
    text = line.format(*values)
    found = {text[finding.start : finding.end] for finding in detector.detect(Source(text), no_digest)}
    assert all(any(value in stretch for stretch in found) for value in values)


@pytest.mark.parametrize(
    "text", ["Put it into S3 and run it on EKS.", "The C4 model has four levels.", "S3 EKS C4 EC2 RDS"]
)
def test_short_names_of_products_are_no_findings(text: str) -> None:
    assert "secrets" in BUILTIN
    for detector in load(Settings()):
        if detector.cost == "structured":
            assert [finding.entity for finding in detector.detect(Source(text), no_digest)] == []


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("regressions")
    with (
        Upstream(folder, AI_HOSTS) as upstream,
        Proxy(
            folder / "state", upstream, policies=[POLICY], arguments=["--workers", "1", "--inspectors", "1"]
        ) as proxy,
    ):
        yield proxy, upstream


@pytest.mark.proxy
@pytest.mark.xdist_group("regressions")
def test_a_get_without_a_body_stays_without_a_length(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    upstream.received.clear()
    assert proxy.request("claude.ai", "/api/bootstrap", method="GET").status == 200
    assert not {"content-length", "transfer-encoding"} & upstream.received[0].headers.keys()


@pytest.mark.proxy
@pytest.mark.xdist_group("regressions")
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_streaming_changes_nothing_about_the_decision(running: tuple[Proxy, Upstream], stream: bool) -> None:
    proxy, upstream = running
    upstream.received.clear()
    assert proxy.request("api.openai.com", CHAT, chat(MARKED, stream=stream)).status == 400
    assert upstream.received == []


@pytest.mark.proxy
@pytest.mark.xdist_group("regressions")
def test_every_occurrence_of_a_value_is_taken_out(running: tuple[Proxy, Upstream], values: list[str]) -> None:
    proxy, upstream = running
    upstream.received.clear()
    one, other = values
    assert proxy.request("api.openai.com", CHAT, chat(f"{one} and again {one} then {other} and {one}")).status == 200
    sent = json.loads(upstream.received[0].body)["messages"][-1]["content"]
    assert re.sub(r"\[REDACTED_\w+\]", "*", sent) == "* and again * then * and *"


@pytest.mark.proxy
@pytest.mark.xdist_group("regressions")
def test_an_upstream_that_dies_in_the_middle_does_not_look_like_a_normal_end(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running

    def dying(request: Received) -> Reply:
        event = "data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "half "}}]}) + "\n\n"
        headers = {"content-type": "text/event-stream", "content-length": "4000"}
        return Reply(headers=headers, chunks=(event.encode(),))

    upstream.script = dying
    try:
        with pytest.raises((ConnectionError, h11.RemoteProtocolError)):
            proxy.request("api.openai.com", CHAT, chat("hello", stream=True))
    finally:
        upstream.script = openai_chat
