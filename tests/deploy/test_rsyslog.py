"""A real rsyslog reads a real audit log by the shipped configuration and sends it; a reader parses what came."""

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from proxy.audit import upkeep
from proxy.audit.notary import Notary
from proxy.audit.settings import AuditSettings
from proxy.audit.signing import signer_of
from proxy.audit.writer import AuditWriter

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "rsyslog" / "hushgate.conf"
_MESSAGE = re.compile(rb"<110>1 (\d{4}-\d\d-\d\dT\S+) (\S+) hushgate - audit - (\{.*\})", re.DOTALL)


class Receiver:
    """A syslog receiver over TCP that counts octets (RFC 6587, 3.4.1)."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.messages: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        data = b""
        while received := connection.recv(65536):
            data += received
            while (found := re.match(rb"(\d+) ", data)) and len(data) >= found.end() + int(found[1]):
                self.messages.append(data[found.end() : found.end() + int(found[1])])
                data = data[found.end() + int(found[1]) :]


@pytest.mark.services
@pytest.mark.skipif(not shutil.which("rsyslogd"), reason="rsyslog is not installed")
def test_every_record_and_checkpoint_arrives_whole(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    notary = Notary(folder, signer_of(bytes(32)))
    writer = AuditWriter.open(folder, slot="0", settings=AuditSettings(node="n"))
    hostile = upkeep.policy_reload("sha256:1", good=False, problems=['a|b="c\\d" % \u2028 é 日本 <13>1 - - - x'])
    for record in (upkeep.start("sha256:1"), hostile, upkeep.heartbeat(1, 0)):
        writer.append(record).result(30)
    notary.look()
    receiver = Receiver()
    text = CONFIG.read_text().replace("/var/lib/hushgate/audit", str(folder)).replace("siem.example.internal", "127.0.0.1", 1)  # fmt: skip
    text = text.replace('port="6514"', f'port="{receiver.port}"')
    text = re.sub(r'\s+streamdriver="gtls".*?permittedpeers="[^"]*"', "", text, flags=re.DOTALL)
    work = tmp_path / "work"
    work.mkdir()
    config = tmp_path / "rsyslog.conf"
    config.write_text(f'global(workDirectory="{work}" maxMessageSize="1m")\n{text}')
    checked = subprocess.run(["rsyslogd", "-N1", "-f", str(config)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(["rsyslogd", "-n", "-f", str(config), "-i", str(tmp_path / "pid")])
    try:
        deadline = time.monotonic() + 60
        while len(receiver.messages) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        writer.append(upkeep.heartbeat(2, 0)).result(30)
        while len(receiver.messages) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        process.terminate()
        process.wait(30)
        writer.end()
    found = [_MESSAGE.fullmatch(message) for message in receiver.messages]
    assert all(found), receiver.messages
    sent = sorted(json.dumps(json.loads(match[3]), sort_keys=True) for match in found if match)
    written = [line for path in folder.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    assert sent == sorted(json.dumps(json.loads(line), sort_keys=True) for line in written)
