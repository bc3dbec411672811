"""An upgrade of the program itself, under load: what is on disk takes over in the same process, and nobody notices."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proxy.supervisor import handover
from tests.faults.crowd import Crowd
from tests.faults.scene import children, family
from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, ROOT, Answer, Proxy, chat, until
from tests.upstream import Received, Reply, Upstream, openai_chat

pytestmark = [
    pytest.mark.proxy,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not handover.possible(), reason="this platform cannot hand children over"),
]
OPENAI = "api.openai.com"
POLICY = """schema: policy/v1
policy: t
rules:
  - id: marked
    mode: enforce
    match: {content: {any: [{labels: [CONFIDENTIAL], min_confidence: 0.5}]}}
    action: {type: block, message: No.}
"""


class Installed:
    """A copy of the program that can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in ("proxy", "detectors", "policies", "addons"):
            shutil.copytree(ROOT / package, folder / package)

    @contextmanager
    def changed(self, file: str, old: str, new: str) -> Iterator[None]:
        path = self.folder / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))
        yield
        path.write_text(before)


@contextmanager
def running(folder: Path, installed: Installed, gate: threading.Event) -> Iterator[tuple[Proxy, Upstream]]:
    def script(request: Received) -> Reply:
        if b"slow" in request.body:
            chunks = [b"data: one\n\n", b"data: two\n\n"]
            return Reply(headers={"content-type": "text/event-stream"}, chunks=chunks, gates={1: gate})
        return openai_chat(request)

    environment = {"PYTHONPATH": f"{installed.folder}:{ROOT}"}
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST], script) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], environment=environment) as proxy,
    ):
        yield proxy, upstream


def serving(proxy: Proxy) -> set[int]:
    """Return workers and zygotes, without the worker that stands by: it comes and goes."""
    workers = {pid for pid in children(proxy.process.pid, "proxy.worker") if booted(pid)}
    return workers | set(children(proxy.process.pid, "proxy.inspector"))


def booted(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "hushgate worker"
    except OSError:
        return False


def lives(proxy: Proxy) -> bytes:
    """Return what it says of itself, nothing where it is between two programs."""
    try:
        return proxy.get("/livez")[1]
    except OSError:
        return b""


def refused(proxy: Proxy, why: str) -> None:
    """Ask for an upgrade, and see it refused; all processes stay."""
    before = serving(proxy)
    proxy.process.send_signal(signal.SIGUSR2)
    lines = proxy.errors.read_text
    assert until(lambda: any("the upgrade is refused" in line and why in line for line in lines().splitlines()), 180)
    assert before <= serving(proxy)
    assert proxy.request(OPENAI, CHAT, chat("hello")).status == 200


def taken_over(proxy: Proxy, installed: Installed, word: str) -> None:
    """Upgrade to a program that says another word at /livez."""
    before = serving(proxy)
    with installed.changed("proxy/admin.py", '_plain(200, "ok', f'_plain(200, "{word} ok'):
        proxy.process.send_signal(signal.SIGUSR2)
        assert until(lambda: lives(proxy).startswith(word.encode()), 180)
    assert until(lambda: len(proxy.records("start")) == 2, 180)  # written when its workers serve
    assert until(lambda: proxy.get("/readyz")[0] == 200, 60)
    assert proxy.process.poll() is None
    assert serving(proxy) - before


def test_the_new_program_takes_over_and_nobody_notices(tmp_path: Path) -> None:
    installed, gate = Installed(tmp_path / "code"), threading.Event()
    answers: list[Answer] = []
    with running(tmp_path, installed, gate) as (proxy, upstream):
        before = serving(proxy)
        with Crowd(proxy, upstream, pause=0.2) as crowd:
            with installed.changed("addons/gate.py", "import", "imbort"):
                refused(proxy, "a worker cannot be loaded")
            (tmp_path / "policy-0.yaml").write_text(POLICY.replace("enforce", "enfroce"))
            refused(proxy, "enfroce")
            (tmp_path / "policy-0.yaml").write_text(POLICY)
            sock = proxy.connect(OPENAI)
            sock.settimeout(300)
            held = threading.Thread(
                target=lambda: answers.append(proxy.request(OPENAI, CHAT, chat("slow please"), sock=sock))
            )
            held.start()
            assert until(lambda: any(b"slow" in request.body for request in upstream.received), 60)
            taken_over(proxy, installed, "another")
            crowd.recovered(crowd.seen[-1].ended)
            assert before & serving(proxy)  # it holds the stream
            gate.set()
            held.join(300)
        assert answers[0].body == b"data: one\n\ndata: two\n\n"
        assert [seen for kind in ("clean", "forbidden", "bystander") for seen in crowd.failed(kind, 0)] == []
        assert not crowd.leaked()
        assert until(lambda: not before & serving(proxy), 120)
        inspected = crowd.count("clean") + crowd.count("forbidden") + 3  # the stream, and one after each refusal
        assert len(proxy.records()) == inspected
    verified = subprocess.run(
        [sys.executable, "-P", "-m", "proxy.cli", "audit", "verify", "--state", str(proxy.state)],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert not until(lambda: family(proxy.process.pid), 0)
