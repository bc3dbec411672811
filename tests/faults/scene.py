"""What the faults have at hand: a running proxy, its policy file and its disk, a vendor that misbehaves on request."""

import contextlib
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.running import Proxy, chat
from tests.upstream import Authority

BAD_HOST = "api.anthropic.com"
MESSAGES = "/v1/messages"
PROMPT = chat("hello", max_tokens=5)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault may touch: the proxy, a folder, the policy file that it watches, a vendor whose behaviour it sets, and
    the disk of the audit log (None where no disk can be mounted)."""

    proxy: Proxy
    folder: Path
    policy: Path
    vendor: "BadVendor"
    disk: Path | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `spares`: traffic that is none of ours must not notice. `shown` is what a client sees of it."""

    name: str
    during: Callable[[Scene], "contextlib.AbstractContextManager[object]"]
    shown: str
    spares: bool = True
    full: bool = False  # only in the long form


class BadVendor:
    """A vendor of its own port that does what `mode` says: stall, reset, garbage, half, certificate."""

    def __init__(self, folder: Path, trusted: Authority) -> None:
        self.mode = "stall"
        self._contexts = {}
        for name, authority in (("good", trusted), ("bad", Authority("somebody else"))):
            (folder / name).mkdir()
            chain, key = authority.leaf(folder / name, [BAD_HOST])
            context = self._contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "BadVendor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError), sock:
            context = self._contexts["bad" if self.mode == "certificate" else "good"]
            with context.wrap_socket(sock, server_side=True) as tls:
                tls.settimeout(30)
                tls.recv(65536)
                _MODES[self.mode](tls)


def _stall(tls: ssl.SSLSocket) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{")
    tls.recv(1)


def _reset(tls: ssl.SSLSocket) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{")
    tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def _garbage(tls: ssl.SSLSocket) -> None:
    tls.sendall(os.urandom(2000))


def _half(tls: ssl.SSLSocket) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab")
    tls.unwrap()


_MODES = {"stall": _stall, "reset": _reset, "garbage": _garbage, "half": _half, "certificate": _stall}


def children(pid: int, pattern: str) -> list[int]:
    """Return the children of a process whose command line holds `pattern`."""
    found = subprocess.run(["pgrep", "-f", "-P", str(pid), pattern], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def family(pid: int) -> list[int]:
    """Return all processes below a process."""
    return [each for child in children(pid, ".") for each in (child, *family(child))]


def stands_by(pid: int) -> bool:
    """Tell whether a worker has loaded its code and waits for another to end."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip() == "hushgate spare"
    except OSError:
        return False
