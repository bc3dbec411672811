"""A real `hushgate serve` for tests: started as a user would, on free ports, against a local upstream."""

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h11

from tests.upstream import Upstream

ROOT = Path(__file__).resolve().parents[1]
AI_HOSTS = ("api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "chatgpt.com", "claude.ai")
PLAIN_HOST = "www.example.com"


@dataclass(slots=True)
class Answer:
    """What a raw client got: status, headers in lower case, body as it stood on the wire after the transfer coding."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def until(holds: Callable[[], object], seconds: float = 30.0) -> bool:
    """Wait until something holds, for `seconds` at most; tell whether it does."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(holds())


class Proxy:
    """The program. Everything it wrote can be read after the `with` block: `state`, `errors`."""

    def __init__(
        self,
        state: Path,
        upstream: Upstream | None = None,
        *,
        policies: Sequence[str] = (),
        arguments: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        hosts: Sequence[str] = (*AI_HOSTS, PLAIN_HOST),
        ready: bool = True,
    ) -> None:
        self.state = state
        self.arguments = [sys.executable, "-P", "-m", "proxy.cli", "serve", "--state", str(state)]
        self.arguments += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
        self._environment = {"HUSHGATE_WORKERS": "1", "HUSHGATE_INSPECTORS": "1"}
        if upstream is not None:
            self.arguments += ["--upstream-ca", str(upstream.ca_file)]
            for host in hosts:
                self.arguments += ["--connect-to", f"{host}:443:127.0.0.1:{upstream.port}"]
        for number, policy in enumerate(policies):
            if policy.startswith("pack:"):
                self.arguments += ["--policies", policy]
            else:
                file = state.parent / f"policy-{number}.yaml"
                file.write_text(policy)
                self.arguments += ["--policies", str(file)]
        self.arguments += list(arguments)
        self._environment |= {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        self._wait = ready
        self.errors = state.parent / f"{state.name}.stderr"

    def __enter__(self) -> "Proxy":
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                self.arguments, stderr=errors, stdin=subprocess.DEVNULL, env=self._environment, cwd=self.state.parent
            )
        deadline = time.monotonic() + 240
        while not (self.state / "run.json").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(self.errors.read_text())
            time.sleep(0.02)
        where = json.loads((self.state / "run.json").read_text())
        self.address: tuple[str, int] = tuple(where["listen"])
        self.admin: tuple[str, int] = tuple(where["admin"])
        while self._wait and self.get("/readyz")[0] != 200:
            if time.monotonic() > deadline:
                raise AssertionError(self.errors.read_text())
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("serve did not stop:\n" + self.errors.read_text()) from None

    def again(self) -> None:
        """Start the program again where it was, after it ended."""
        (self.state / "run.json").unlink(missing_ok=True)
        for flag, (host, port) in (("--listen", self.address), ("--admin", self.admin)):
            self.arguments[self.arguments.index(flag) + 1] = f"{host}:{port}"
        self.__enter__()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.address[1]}"

    @property
    def ca(self) -> Path:
        return self.state / "ca" / "ca.pem"

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin[1]}{path}", timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of `name` whose labels hold `labels`."""
        total = 0.0
        for line in self.get("/metrics")[1].decode().splitlines():
            if line.startswith((name + "{", name + " ")) and all(f'{k}="{v}"' in line for k, v in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def records(self, kind: str = "decision") -> list[dict[str, Any]]:
        """Return the audit records of one kind, oldest first.

        Records that nobody waits for gather for a moment before they are written: look until nothing is added.
        """
        found = self._records(kind)
        for _ in range(20):
            time.sleep(0.06)
            before, found = len(found), self._records(kind)
            if len(found) == before:
                break
        return found

    def _records(self, kind: str) -> list[dict[str, Any]]:
        found = []
        for file in (self.state / "audit").glob("*.jsonl"):
            for line in file.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):
                    found.append(json.loads(line))
        return sorted((r for r in found if r.get("type") == kind), key=lambda r: r["id"])

    def tunnel(self, host: str, port: int = 443, *, headers: str = "", source: str = "127.0.0.1",
               first: bytes = b"", by: tuple[str, int] | None = None) -> socket.socket:  # fmt: skip
        """Return the raw connection behind a CONNECT, made from the address `source`; `headers` are whole lines, `first`
        goes before it, `by` is what stands before the proxy. Raises ConnectionError with the answer where refused."""
        sock = socket.create_connection(by or self.address, 30, (source, 0))
        sock.sendall(first + f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            data = sock.recv(4096)
            if not data:
                break
            head += data
        if b" 200 " not in head.split(b"\r\n")[0]:
            sock.close()
            raise ConnectionError(head.decode())
        return sock

    def connect(self, host: str, port: int = 443, *, sni: str | None = "", alpn: str = "http/1.1",
                cafile: Path | None = None, **opening: Any) -> ssl.SSLSocket:  # fmt: skip
        """Return a TLS connection through a `tunnel`, `opening` as there. Raises ConnectionError where it is refused."""
        sock = self.tunnel(host, port, **opening)
        context = ssl.create_default_context(cafile=str(cafile or self.ca))
        context.set_alpn_protocols([alpn])
        if sni != "":
            context.check_hostname = False
        return context.wrap_socket(sock, server_hostname=host if sni == "" else sni)

    def request(
        self,
        host: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        method: str = "",
        *,
        sock: Any = None,
    ) -> Answer:
        """Send one request over HTTP/1.1 and return the answer."""
        sock = sock or self.connect(host)
        with sock:
            fields = {"host": host, "content-type": "application/json", **(headers or {})}
            if body is not None and "transfer-encoding" not in fields:
                fields.setdefault("content-length", str(len(body)))
            client = h11.Connection(h11.CLIENT)
            head = h11.Request(
                method=method or ("GET" if body is None else "POST"), target=path, headers=list(fields.items())
            )
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(client.send(head) or b"")
                sock.sendall((client.send(h11.Data(data=body)) if body else b"") or b"")
                sock.sendall(client.send(h11.EndOfMessage()) or b"")
            return read(client, sock)


def read(client: h11.Connection, sock: Any) -> Answer:
    """Read one answer."""
    answer = Answer(0, {}, b"")
    body = bytearray()
    while True:
        event = client.next_event()
        if event is h11.NEED_DATA:
            client.receive_data(sock.recv(65536))
        elif isinstance(event, h11.Response):
            answer = Answer(event.status_code, {k.decode(): v.decode() for k, v in event.headers}, b"")
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            answer.body = bytes(body)
            return answer


def chat(text: str, **more: Any) -> bytes:
    """Return a Chat Completions body with one user message."""
    return json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": text}], **more}).encode()


CHAT = "/v1/chat/completions"


def insist(value: object) -> None:
    """Fail unless `value` is true; tests/test_optimised.py shows that helpers' asserts live under `python -O`."""
    assert value
