"""A proxy that is killed under load, and a disk that fills up: what clients saw has its record, and the trail is whole."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import h11
import pytest

from proxy.audit.note import read_verifier
from proxy.audit.verify import told, verify
from tests.running import CHAT, Proxy, chat
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("crash")]

BLOCKED = chat("CONFIDENTIAL - do not distribute\nour margin is 12 %")
ALLOWED = chat("write a short poem about the sea")
_REFERENCE = re.compile(r"ref=([0-9A-Z]{26})")


class Load:
    """Clients that send as fast as they can until the proxy is gone or we are done, and remember what they saw."""

    def __init__(self, proxy: Proxy, clients: int = 4) -> None:
        self.proxy = proxy
        self.references: set[str] = set()
        self.allowed = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        with contextlib.suppress(OSError, h11.RemoteProtocolError):
            while not self._over.is_set():
                answer = self.proxy.request("api.openai.com", CHAT, BLOCKED if number % 2 else ALLOWED)
                found = _REFERENCE.search(answer.headers.get("x-hushgate", ""))
                with self._lock:
                    if answer.status == 200:
                        self.allowed += 1
                    elif answer.status == 400 and found:
                        self.references.add(found[1])
                    else:
                        return

    def enough(self) -> bool:
        with self._lock:
            return len(self.references) >= 20 and self.allowed >= 20

    def join(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)


def family(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in found] + [grand for child in found for grand in family(int(child))]


def wait_for(true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("durability", ["ack", "strict"])
@pytest.mark.parametrize("victim", ["everything", "a worker"])
def test_after_kill_9_every_answer_that_a_client_saw_has_its_record(
    tmp_path: Path, durability: str, victim: str
) -> None:
    environment = {"HUSHGATE_DURABILITY": durability, "HUSHGATE_AUDIT_CHECKPOINT": "0.3"}
    state = tmp_path / "state"
    with Upstream(tmp_path, ["api.openai.com"]) as upstream:
        with Proxy(state, upstream, environment=environment) as proxy:
            load = Load(proxy)
            wait_for(load.enough)
            if victim == "everything":
                processes = [proxy.process.pid, *family(proxy.process.pid)]
            else:
                processes = [pid for pid in family(proxy.process.pid)
                             if b"proxy.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]  # fmt: skip
                assert processes
            for pid in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            load.join()
            if victim == "everything":
                proxy.process.wait()
        (state / "run.json").unlink(missing_ok=True)
        with Proxy(state, upstream, environment=environment) as proxy:
            proxy.request("api.openai.com", CHAT, BLOCKED)
            decisions = proxy.records("decision")
    written = {record["id"] for record in decisions}
    assert load.references - written == set()
    if durability == "strict":
        assert sum(record["decision"]["action"] != "block" for record in decisions) >= load.allowed
    key = read_verifier((state / "keys" / "audit-sign.pub").read_text())
    result = verify(state / "audit", key)
    assert told(result.problems) == []
    assert result.unsigned == 0  # an orderly stop signs what is left


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state" / "audit"
    folder.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(folder)], check=False,
                          capture_output=True)  # fmt: skip
    if done.returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("on_failure", ["refuse_ai", "allow_flagged"])
def test_a_disk_that_fills_up_refuses_or_lets_pass_as_the_setting_says_and_the_gap_is_written(
    tmp_path: Path, small_disk: Path, on_failure: str
) -> None:
    environment = {"HUSHGATE_ON_AUDIT_FAILURE": on_failure, "HUSHGATE_AUDIT_CHECKPOINT": "0.3"}
    with (
        Upstream(tmp_path, ["api.openai.com"]) as upstream,
        Proxy(tmp_path / "state", upstream, environment=environment) as proxy,
    ):
        assert proxy.request("api.openai.com", CHAT, ALLOWED).status == 200
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(512))
        assert proxy.request("api.openai.com", CHAT, BLOCKED).status == 400  # whatever the setting: never forwarded
        answers = [proxy.request("api.openai.com", CHAT, ALLOWED).status for _ in range(30)]
        passed = answers.count(200)
        assert proxy.metric("hushgate_audit_errors_total") > 0
        if on_failure == "refuse_ai":
            assert set(answers[3:]) == {400}
        else:
            assert passed == len(answers)
        ballast.unlink()
        wait_for(lambda: proxy.request("api.openai.com", CHAT, ALLOWED).status == 200)
        wait_for(lambda: proxy.records("audit_gap"))
        gaps = proxy.records("audit_gap")
        assert {gap["reason"] for gap in gaps} <= {"unwritable", "late"}
        assert sum(gap["count"] for gap in gaps) >= 1
        wait_for(lambda: proxy.metric("hushgate_audit_records_total", type="audit_gap") >= 1)
    key = read_verifier((tmp_path / "state" / "keys" / "audit-sign.pub").read_text())
    assert told(verify(small_disk, key).problems) == []
