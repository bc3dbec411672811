"""A disk that does not answer, under the real proxy: nobody hangs, nothing passes unrecorded, the gap is written."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.audit.note import read_verifier
from proxy.audit.verify import told, verify
from tests.running import CHAT, Proxy, chat, until
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("stalled")]

ALLOWED = chat("a poem about the sea")
BLOCKED = chat("CONFIDENTIAL - do not distribute\nour margin is 12 %")


class Disk:
    """A file system of its own under the audit folder, which can be frozen: writes and syncs then wait."""

    def __init__(self, folder: Path, image: Path) -> None:
        self.folder = folder
        self._frozen = False
        folder.mkdir(parents=True)
        with image.open("wb") as file:
            file.truncate(16 << 20)
        for command in (["mkfs.ext4", "-q", str(image)], ["mount", "-o", "loop,noatime", str(image), str(folder)]):
            if not shutil.which(command[0]) or subprocess.run(command, check=False, capture_output=True).returncode:
                pytest.skip(f"{command[0]} cannot be used here")
        folder.chmod(0o700)

    def freeze(self) -> None:
        if not shutil.which("fsfreeze") or self._run("-f"):
            pytest.skip("a file system cannot be frozen here")
        self._frozen = True

    def thaw(self) -> None:
        if self._frozen:
            self._frozen = False
            assert self._run("-u") == 0

    def _run(self, flag: str) -> int:
        return subprocess.run(["fsfreeze", flag, str(self.folder)], check=False, capture_output=True).returncode

    def close(self) -> None:
        self.thaw()
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "state" / "audit", tmp_path / "image")
    try:
        yield made
    finally:
        made.close()


@pytest.mark.timeout(300)
def test_a_disk_that_stalls_refuses_what_cannot_be_recorded_and_hangs_nobody(tmp_path: Path, disk: Disk) -> None:
    environment = {"HUSHGATE_AUDIT_CHECKPOINT": "0.3"}
    with (
        Upstream(tmp_path, ["api.openai.com"]) as upstream,
        Proxy(tmp_path / "state", upstream, environment=environment) as proxy,
    ):
        try:
            assert proxy.request("api.openai.com", CHAT, ALLOWED).status == 200
            disk.freeze()
            assert proxy.request("api.openai.com", CHAT, BLOCKED).status == 400  # answered, and never forwarded
            assert until(lambda: proxy.metric("hushgate_audit_lag_seconds", worker="0") > 1, 60)
            assert until(lambda: proxy.request("api.openai.com", CHAT, ALLOWED).status == 400, 60)
            assert proxy.request("api.openai.com", CHAT, BLOCKED).status == 400
            assert {proxy.request("api.openai.com", CHAT, ALLOWED).status for _ in range(3)} == {400}
            assert proxy.get("/livez")[0] == 200
        finally:
            disk.thaw()
        assert until(lambda: proxy.request("api.openai.com", CHAT, ALLOWED).status == 200, 60)
        assert until(lambda: bool(proxy.records("audit_gap")), 60)
        assert {gap["reason"] for gap in proxy.records("audit_gap")} <= {"late", "unwritable"}
        assert not any(b"CONFIDENTIAL" in request.body for request in upstream.received)
    key = read_verifier((tmp_path / "state" / "keys" / "audit-sign.pub").read_text())
    assert told(verify(disk.folder, key).problems) == []
