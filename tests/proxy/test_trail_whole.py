"""The trail of a real proxy: what moved without a decision, one person erased while it serves, and all of it clean."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running import AI_HOSTS, CHAT, ROOT, Proxy, chat
from tests.upstream import Upstream
from tests.websocket import Client

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("trail")]

CARD = "4111 1111 1111 1111"
AUDIO = base64.b64encode(bytes([1, 0, 254, 255, 3, 0, 253, 255]) * 256).decode()  # PCM of a quiet room
FRAMES = 5


def hushgate(proxy: Proxy, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "proxy.cli", "audit", *arguments, "--state", str(proxy.state)],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=100,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Proxy, list[str]]:
    folder = tmp_path_factory.mktemp("trail")
    environment = {"HUSHGATE_AUDIT_CHECKPOINT": "0.5"}
    with (
        Upstream(folder, AI_HOSTS) as upstream,
        Proxy(folder / "state", upstream, policies=["pack:default"], environment=environment) as proxy,
    ):
        assert proxy.request("api.openai.com", "/v1/models").status == 200
        assert proxy.request("api.openai.com", CHAT, chat(f"card {CARD}")).status == 200
        with Client(proxy.connect("api.openai.com"), "api.openai.com", "/v1/realtime?model=gpt-realtime") as client:
            for _ in range(FRAMES):
                client.send(json.dumps({"type": "input_audio_buffer.append", "audio": AUDIO}))
                client.receive()
        decided = [record["id"] for record in proxy.records()]
        erased = hushgate(proxy, "erase", "--ip", "127.0.0.1", "--yes")
        assert erased.returncode == 0, erased.stdout + erased.stderr
    return proxy, decided


def traffic(proxy: Proxy) -> list[dict[str, Any]]:
    return [record for record in proxy.records("traffic") if record["app"]["id"] == "openai-api"]


def test_what_moved_without_a_decision_is_traffic(ended: tuple[Proxy, list[str]]) -> None:
    proxy, decided = ended
    moved = traffic(proxy)
    assert len(moved) == 2  # two connections
    [audio] = [record for record in moved if record["uninspected"]]
    [models] = [record for record in moved if not record["uninspected"]]
    assert models["bytes"]["down"] > 0
    reasons = {row["reason"]: row["bytes"] for row in audio["uninspected"]}
    assert set(reasons) == {"media"}
    assert audio["bytes"]["up"] >= FRAMES * len(AUDIO)
    assert AUDIO not in json.dumps(moved)
    assert len(decided) == 1  # the chat; frames of sound are no decisions


def test_the_person_was_erased_while_it_served_and_the_trail_is_clean(ended: tuple[Proxy, list[str]]) -> None:
    proxy, decided = ended
    assert not [record for record in proxy.records() if record["id"] in decided]
    done = hushgate(proxy, "verify", "--json")
    told = json.loads(done.stdout)
    assert (told["problems"], done.returncode) == ([], 0)
    assert told["erased"] >= 1


def test_the_folder_holds_nothing_of_the_card(ended: tuple[Proxy, list[str]]) -> None:
    proxy, _ = ended
    held = [path for path in Path(proxy.state).rglob("*") if path.is_file() and CARD.encode() in path.read_bytes()]
    assert held == []
