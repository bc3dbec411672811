"""A real proxy, the upstream behind it, and the client programs in front of it, each asked line by line."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.clients.vendors import answer
from tests.running import ROOT, Proxy
from tests.upstream import Upstream

PYTHON = ROOT / ".venv-clients" / "bin" / "python"
NODE_MODULES = ROOT / "tests" / "clients" / "node_modules"
DRIVERS = ROOT / "tests" / "clients" / "drivers"


def environment(proxy: Proxy) -> dict[str, str]:
    """Return what a user sets to go through the proxy, and nothing else that a client would read."""
    return {
        "PATH": os.environ["PATH"], "HOME": str(proxy.state), "LANG": "C.UTF-8", "HTTPS_PROXY": proxy.url,
        "SSL_CERT_FILE": str(proxy.ca), "NODE_EXTRA_CA_CERTS": str(proxy.ca), "OPENAI_API_KEY": "sk-test",
        "ANTHROPIC_API_KEY": "test", "GEMINI_API_KEY": "test",
    }  # fmt: skip


@dataclass(slots=True)
class Seen:
    """What the SDK's user saw of one call; `sent` is each attempt's body as the SDK made it."""

    text: str | None
    error: dict[str, str] | None
    status: int
    headers: dict[str, str]
    sent: list[bytes] = field(repr=False)


class Driver:
    """One client program, started once."""

    def __init__(self, name: str, proxy: Proxy) -> None:
        node = name.endswith("_node")
        program = (
            ["node", str(DRIVERS / f"{name}.mjs")] if node else [str(PYTHON), "-m", f"tests.clients.drivers.{name}"]
        )
        self.process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
            env={**environment(proxy), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def ask(self, call: str, text: str, first: Callable[[str], None] = lambda _: None) -> Seen:
        """Make one call and return what its user saw; a stream's first token is given to `first` when it is there."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"call": call, "text": text}).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            assert line, "the client program ended"
            answer: dict[str, Any] = json.loads(line)
            if "sent" in answer:
                return Seen(**answer | {"sent": [base64.b64decode(body) for body in answer["sent"]]})
            first(answer["first"])

    def close(self) -> None:
        """End the program."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Stage:
    """A proxy, its upstream, and the client programs that were needed."""

    def __init__(self, proxy: Proxy, upstream: Upstream) -> None:
        self.proxy, self.upstream = proxy, upstream
        self._drivers: dict[str, Driver] = {}

    def driver(self, name: str) -> Driver:
        """Return the program of that name, started when it is first asked for."""
        if name.endswith("_node"):
            if shutil.which("node") is None:
                pytest.skip("node is not installed")
            if not NODE_MODULES.exists():
                pytest.skip("npm packages are not installed: make test-clients")
        if name not in self._drivers:
            self._drivers[name] = Driver(name, self.proxy)
        return self._drivers[name]

    def curl(self, url: str, *arguments: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Post `body` with curl as a user would; return its status, the answer's headers and the answer's body."""
        folder = self.proxy.state.parent
        (folder / "body").write_bytes(body)
        command = [
            "curl",
            "-sS",
            "--max-time",
            "60",
            "-D",
            str(folder / "head"),
            "-H",
            "content-type: application/json",
        ]
        command += ["--data-binary", f"@{folder / 'body'}", *arguments, url]
        done = subprocess.run(command, capture_output=True, check=True, env=environment(self.proxy), cwd=folder)
        # With an `Expect` there is a 100 before it, and the proxy's answer to CONNECT before that: the last head counts.
        status, *lines = _heads(folder / "head")[-1].splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(status.split()[1]), headers, done.stdout

    def records(self, number: int) -> list[dict[str, Any]]:
        """Return the decision records once there are `number`: one may be written a moment after the answer."""
        deadline = time.monotonic() + 20
        while len(records := self.proxy.records()) < number:
            assert time.monotonic() < deadline, "no audit record was written"
            time.sleep(0.01)
        return records

    def decision(self, before: int) -> dict[str, Any]:
        """Return the record that was added to `before` records: exactly one."""
        records = self.records(before + 1)
        assert len(records) == before + 1
        return records[-1]

    def reset(self) -> None:
        """Forget what the upstream received and let it answer as it does."""
        self.upstream.received.clear()
        self.upstream.script = answer

    def close(self) -> None:
        """End the client programs."""
        for driver in self._drivers.values():
            driver.close()


def _heads(file: Path) -> list[str]:
    return file.read_text(encoding="latin1").replace("\r\n", "\n").strip().split("\n\n")
