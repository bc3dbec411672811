"""Planted values stand in no log, metric, record, file or core dump setting after a run that did everything."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.cli.audit_export import FORMATS
from proxy.evidence.reviewers import make, panel, read_private, write_panel
from proxy.evidence.sealing import unseal
from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, ROOT, Proxy, chat
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("bad-input")]

CANARIES = {
    "card": "5555 5555 5555 4444",
    "mail": "canary.person@canary-mail.com",
    "secret": "ghp_" + "Qm3vZ8kL5tR2xW9pB4nC7yD1fH6jA0S2c2Ya",
    "prose": "canaryword in the middle of a sentence",
    "query": "canaryquery",
    "header": "canaryheader",
    "key": "canaryobjectkey",
}

SINKS = [
    *(["audit", "export", "--format", name] for name in FORMATS),
    ["audit", "search", "--json"],
    ["audit", "search"],
    ["audit", "verify"],
    ["top", "--once", "--interval", "0.2"],
    ["top", "--once", "--interval", "0.2", "--json"],
]
"""Whatever else writes of what went through; their output lies in the folder that is looked through."""


REVIEWERS = [make(name, b"correct horse") for name in ("alice", "bob")]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Path]]:
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "tmp").mkdir()
    environment = {
        "TMPDIR": str(folder / "tmp"),
        "HUSHGATE_LOG_LEVEL": "debug",
        "HUSHGATE_DETECTOR_FACTORIES": "tests.planted:build",
    }
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=["pack:default"], environment=environment) as proxy,
    ):
        _trust(proxy)
        everything = " ".join(CANARIES.values())
        bodies = [
            chat(everything),
            chat("CONFIDENTIAL - do not distribute\n" + everything),
            chat("trap-raise " + everything),
            chat("trap-die " + everything),
            json.dumps({CANARIES["key"]: everything, "model": CANARIES["prose"]}).encode(),
            everything.encode(),
            b'{"broken": "' + everything.encode(),
        ]
        for body in bodies:
            target = f"{CHAT}?q={CANARIES['query']}" if body is bodies[4] else CHAT
            proxy.request(
                "api.openai.com", target, body, {"x-canary": CANARIES["header"], "user-agent": CANARIES["header"]}
            )
        for number, sink in enumerate(SINKS):
            done = subprocess.run([sys.executable, "-P", "-m", "proxy.cli", *sink, "--state", str(proxy.state)],
                                  capture_output=True, check=False, cwd=ROOT)  # fmt: skip
            (folder / f"sink-{number}.txt").write_bytes(done.stdout + done.stderr)
        metrics = proxy.get("/metrics")[1]
        (folder / "metrics.txt").write_bytes(metrics)
        for pid in _family(proxy.process.pid):
            limits = Path(f"/proc/{pid}/limits").read_text() if Path(f"/proc/{pid}/limits").exists() else ""
            (folder / f"limits-{pid}").write_text(limits)
        yield proxy, folder


def _trust(proxy: Proxy) -> None:
    """Have evidence sealed from now on, by a proxy that runs already."""
    write_panel(proxy.state, panel([reviewer for reviewer, _ in REVIEWERS]))
    deadline = time.monotonic() + 60
    while not any("reviewers" in record["changed"] for record in proxy.records("config_change")):
        assert time.monotonic() < deadline


def _family(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found] + [grand for child in found for grand in _family(int(child))]


def test_no_planted_value_is_in_any_file(run: tuple[Proxy, Path]) -> None:
    proxy, folder = run
    looked = 0
    for file in folder.rglob("*"):
        if file.is_file() and not file.name.startswith("policy-"):
            looked += 1
            content = file.read_bytes()
            for name, value in CANARIES.items():
                assert value.encode() not in content, f"{name} stands in {file.relative_to(folder)}"
                assert value.split()[0].encode() not in content or name == "card", f"{name} stands in {file.name}"
    assert looked > 5
    assert len(proxy.records()) >= 6


def test_what_was_kept_as_evidence_two_reviewers_can_read(run: tuple[Proxy, Path]) -> None:
    """So that the test before is about something: the values are there, sealed."""
    proxy, _ = run
    keys = [read_private(pem, b"correct horse") for _, pem in REVIEWERS]
    boxes = list((proxy.state / "evidence").rglob("*.sealed"))
    read = [json.loads(unseal(box.read_bytes(), box.stem, *keys)) for box in boxes]
    values = [row["value"] for each in read for row in each["findings"]]
    assert CANARIES["mail"] in values
    assert CANARIES["secret"] in values
    assert {record["id"] for record in proxy.records() if record.get("evidence")} == {box.stem for box in boxes}


def test_every_sink_said_something(run: tuple[Proxy, Path]) -> None:
    _, folder = run
    texts = [file.read_text() for file in folder.glob("sink-*.txt")]
    assert len(texts) == len(SINKS)
    assert all("openai" in text or "records in" in text for text in texts), [text[:200] for text in texts]


def test_no_process_with_prompts_dumps_core(run: tuple[Proxy, Path]) -> None:
    _, folder = run
    limits = [file.read_text() for file in folder.glob("limits-*")]
    core = [line.split() for text in limits for line in text.splitlines() if line.startswith("Max core file size")]
    assert len(core) >= 3
    assert all(fields[4] == "0" for fields in core)


def test_reprs_of_the_core_show_no_text() -> None:
    from detectors.base import Source
    from detectors.scan import Task
    from proxy.exchange import Edit, Part
    from proxy.judging.drive import drive
    from tests.inside import CLIENT, exchange, scanner, snapshot

    runner, words = scanner()
    canary = "CANARYTEXT"
    values: list[object] = [
        Source(canary, canary), Task(Source(canary), ("x",)), Part("$.a", "user", "prompt", canary), Edit(0, 0, 1, canary),
        exchange(canary), drive(exchange(f"CARD {canary}"), CLIENT, snapshot([words]), runner),
        drive(exchange(f"MARKED {canary}"), CLIENT, snapshot([words]), runner),
    ]  # fmt: skip
    for value in values:
        assert canary not in repr(value)
