"""Runs the demo: starts the local service and the real `serve`, sends the prompts, tells what happened to each."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from policies import fakes
from proxy.ca.signer import self_signed
from proxy.demo import client
from proxy.demo.service import LocalService

_PROMPTS = Path(__file__).with_name("prompts.yaml")
_READY_SECONDS = 60


class DemoError(Exception):
    """The proxy did not come up; its own words are in the message."""


def run(policies: Sequence[str], say: Callable[[str], None], tell: Callable[[str], None]) -> None:
    """Run the demo. `say` is told the transcript, line by line; `tell` what one waits for. Raises DemoError."""
    with tempfile.TemporaryDirectory(prefix="hushgate-demo-") as folder:
        state = Path(folder)
        chain, key = self_signed(state, client.HOST)
        with LocalService(chain, key) as service:
            tell("starting the proxy and its detectors")
            with _Proxy(state, service.port, chain, policies) as proxy:
                for prompt in yaml.load(_PROMPTS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
                    _one(prompt["title"], fakes.fill(prompt["text"]), proxy, service, say)
                _metrics(proxy, say)


def _one(title: str, text: str, proxy: "_Proxy", service: LocalService, say: Callable[[str], None]) -> None:
    before = len(service.received)
    say(f"── {title}")
    for line in text.strip().splitlines():
        say(f"you      {line}")
    reply = client.send(text, proxy.listen, proxy.state / "ca" / "ca.pem")
    if len(service.received) > before:
        arrived = json.loads(service.received[-1])["messages"][0]["content"]
        say("arrived  as it was" if arrived == text else f"arrived  {arrived.strip()}")
    else:
        say("arrived  nothing: the service was not even connected to")
    say(f"answer   {reply.status} {reply.text}")
    record = proxy.last_decision()
    say(f"audit    action={record['action']} rules={','.join(record['rules']) or '-'} found={record['found'] or '-'}")
    say("")


def _metrics(proxy: "_Proxy", say: Callable[[str], None]) -> None:
    with urllib.request.urlopen(f"http://{proxy.admin[0]}:{proxy.admin[1]}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    say("── what the SOC sees")
    for line in sorted(text.splitlines()):
        if line.startswith("hushgate_requests_total{"):
            say(f"metric   {line}")


class _Proxy:
    """The real `hushgate serve` on free ports, while in its `with` block."""

    def __init__(self, state: Path, upstream: int, roots: Path, policies: Sequence[str]) -> None:
        self.state = state
        arguments = [sys.executable, "-P", "-m", "proxy.cli", "serve", "--listen", "127.0.0.1:0"]
        arguments += ["--admin", "127.0.0.1:0", "--state", str(state), "--upstream-ca", str(roots)]
        arguments += ["--workers", "1", "--inspectors", "1"]
        arguments += ["--connect-to", f"{client.HOST}:443:127.0.0.1:{upstream}"]
        for policy in policies:
            arguments += ["--policies", str(Path(policy).resolve()) if not policy.startswith("pack:") else policy]
        self._arguments = arguments
        self.listen = ("", 0)
        self.admin = ("", 0)

    def __enter__(self) -> "_Proxy":
        self._process = subprocess.Popen(self._arguments, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        os.set_blocking(self._process.stderr.fileno(), False)  # type: ignore[union-attr]
        said = b""
        ready = self.state / "run.json"
        deadline = time.monotonic() + _READY_SECONDS
        while not ready.exists():
            said += self._process.stderr.read() or b""  # type: ignore[union-attr]
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise DemoError(said.decode(errors="replace").strip() or "the proxy did not start")
            time.sleep(0.05)
        addresses = json.loads(ready.read_text())
        self.listen, self.admin = tuple(addresses["listen"]), tuple(addresses["admin"])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        self._process.stderr.close()  # type: ignore[union-attr]

    def last_decision(self) -> dict[str, Any]:
        """Return action, rules and kinds of the newest decision in the audit log."""
        records = [
            json.loads(line)
            for file in (self.state / "audit").glob("*.jsonl")
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        newest = max((r for r in records if r["type"] == "decision"), key=lambda r: r["id"])
        found = ",".join(sorted({finding["entity"] for finding in newest["facts"]["findings"]}))
        decision = newest["decision"]
        return {"action": decision["action"], "rules": [rule["id"] for rule in decision["rules"]], "found": found}
