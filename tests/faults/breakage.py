"""The faults: each breaks something of a running proxy, for as long as its `with` block lasts."""

import contextlib
import os
import resource
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.exceptions

from tests.running import CHAT, Proxy, chat
from tests.upstream import Authority

BAD_HOST = "api.anthropic.com"
MESSAGES = "/v1/messages"
PROMPT = chat("hello", max_tokens=5)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault may touch: the proxy, a folder, the policy file that it watches, a vendor whose behaviour it sets."""

    proxy: Proxy
    folder: Path
    policy: Path
    vendor: "BadVendor"


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


def vendor(mode: str) -> Callable[[Scene], "contextlib.AbstractContextManager[object]"]:
    """Return a fault in which eight clients meet a vendor that misbehaves."""

    @contextlib.contextmanager
    def during(scene: Scene) -> Iterator[None]:
        scene.vendor.mode = mode

        def ask() -> None:
            with contextlib.suppress(OSError, ssl.SSLError, Exception):
                sock = scene.proxy.connect(BAD_HOST)
                sock.settimeout(3)
                scene.proxy.request(BAD_HOST, MESSAGES, PROMPT, sock=sock)

        clients = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(10)
        yield

    return during


def _children(pid: int, pattern: str) -> list[int]:
    found = subprocess.run(["pgrep", "-f", "-P", str(pid), pattern], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


@contextlib.contextmanager
def inspector_killed(scene: Scene) -> Iterator[None]:
    """Kill the inspectors, three times."""
    for _ in range(3):
        for zygote in _children(scene.proxy.process.pid, "proxy.inspector"):
            for child in _children(zygote, "proxy.inspector"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        time.sleep(0.2)
    yield


@contextlib.contextmanager
def zygote_killed(scene: Scene) -> Iterator[None]:
    """Kill the process that the inspectors are forked from."""
    for zygote in _children(scene.proxy.process.pid, "proxy.inspector"):
        os.kill(zygote, signal.SIGKILL)
    yield


@contextlib.contextmanager
def worker_killed(scene: Scene) -> Iterator[None]:
    """Kill a worker."""
    os.kill(_children(scene.proxy.process.pid, "proxy.worker")[0], signal.SIGKILL)
    yield


@contextlib.contextmanager
def renewed(scene: Scene) -> Iterator[None]:
    """Renew workers and inspectors."""
    os.kill(scene.proxy.process.pid, signal.SIGUSR2)
    time.sleep(1)
    yield


@contextlib.contextmanager
def name_unknown(scene: Scene) -> Iterator[None]:
    """Ask for hosts that no resolver knows."""
    for number in range(20):
        with contextlib.suppress(ConnectionError, OSError):
            scene.proxy.connect(f"nowhere-{number}.invalid")
    yield


def _raw(scene: Scene, address: str = "") -> socket.socket:
    return socket.create_connection(scene.proxy.address, timeout=10, source_address=(address, 0) if address else None)


@contextlib.contextmanager
def slowloris(scene: Scene) -> Iterator[None]:
    """Hold connections whose head never ends."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(_raw(scene)) for _ in range(100)]
        for beat in range(10):
            for sock in held:
                with contextlib.suppress(OSError):
                    sock.sendall(b"CONNECT api.openai.com:443 HTTP/1.1\r\n" if beat == 0 else b"x-a: b\r\n")
            time.sleep(0.1)
        yield


def idle(number: int) -> Callable[[Scene], "contextlib.AbstractContextManager[object]"]:
    """Return a fault in which so many connections are opened and say nothing, from twenty addresses."""

    @contextlib.contextmanager
    def during(scene: Scene) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, number + 2000), hard))
        with contextlib.ExitStack() as stack:
            for count in range(number):
                stack.enter_context(_raw(scene, f"127.0.0.{1 + count % 20}"))
            yield
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    return during


@contextlib.contextmanager
def huge_heads(scene: Scene) -> Iterator[None]:
    """Send heads of a megabyte, to the door and to the engine."""
    for _ in range(10):
        with contextlib.suppress(OSError), _raw(scene) as sock:
            sock.sendall(b"GET http://api.openai.com/ HTTP/1.1\r\nx: " + b"a" * 2**20)
        with contextlib.suppress(OSError, ssl.SSLError, Exception):
            scene.proxy.request("api.openai.com", CHAT, PROMPT, {"x-huge": "a" * 2**20})
    yield


def _h2(scene: Scene) -> tuple[ssl.SSLSocket, Any]:
    sock = scene.proxy.connect("api.openai.com", alpn="h2")
    sock.settimeout(5)
    wire = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    wire.initiate_connection()
    sock.sendall(wire.data_to_send())
    return sock, wire


def _head(size: int) -> list[tuple[str, str]]:
    return [(":method", "POST"), (":scheme", "https"), (":authority", "api.openai.com"), (":path", CHAT),
            ("content-type", "application/json"), ("content-length", str(size))]  # fmt: skip


@contextlib.contextmanager
def rapid_reset(scene: Scene) -> Iterator[None]:
    """Open streams and reset them at once (CVE-2023-44487)."""
    with contextlib.suppress(OSError, ssl.SSLError, h2.exceptions.ProtocolError):
        sock, wire = _h2(scene)
        with sock:
            for _ in range(2000):
                stream = wire.get_next_available_stream_id()
                wire.send_headers(stream, _head(len(PROMPT)))
                wire.reset_stream(stream)
                sock.sendall(wire.data_to_send())
    yield


@contextlib.contextmanager
def control_flood(scene: Scene) -> Iterator[None]:
    """Send settings and pings without end (CVE-2019-9512, CVE-2019-9515)."""
    with contextlib.suppress(OSError, ssl.SSLError, h2.exceptions.ProtocolError):
        sock, wire = _h2(scene)
        with sock:
            for number in range(5000):
                wire.ping(number.to_bytes(8))
                wire.update_settings({})
                sock.sendall(wire.data_to_send())
    yield


@contextlib.contextmanager
def slow_reader(scene: Scene) -> Iterator[None]:
    """Ask for answers over HTTP/2 and read none of them (CVE-2019-9517)."""
    with contextlib.suppress(OSError, ssl.SSLError, h2.exceptions.ProtocolError):
        sock, wire = _h2(scene)
        with sock:
            for _ in range(50):
                stream = wire.get_next_available_stream_id()
                wire.send_headers(stream, _head(len(PROMPT)))
                wire.send_data(stream, PROMPT, end_stream=True)
                sock.sendall(wire.data_to_send())
            time.sleep(1)
    yield


def _settled(scene: Scene, seconds: float = 120.0) -> int:
    """Wait until one worker is there, and serves; return its process id. (Others may still be draining, or starting.)"""
    deadline = time.monotonic() + seconds
    while True:
        workers = _children(scene.proxy.process.pid, "proxy.worker")
        if len(workers) == 1 and scene.proxy.get("/readyz")[0] == 200:
            return workers[0]
        assert time.monotonic() < deadline, f"{len(workers)} workers after {seconds:.0f} s"
        time.sleep(0.1)


@contextlib.contextmanager
def no_descriptors(scene: Scene) -> Iterator[None]:
    """Take the worker's file descriptors away for a second."""
    pid = _settled(scene)
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = len(os.listdir(f"/proc/{pid}/fd"))
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used, hard))
        time.sleep(1)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    yield


@contextlib.contextmanager
def reload_storm(scene: Scene) -> Iterator[None]:
    """Change the policy back and forth, break it now and then, and signal all the while."""
    good = scene.policy.read_text()
    for number in range(20):
        scene.policy.write_text("rules: [" if number % 5 == 4 else f"{good}\n# {number}\n")
        os.kill(scene.proxy.process.pid, signal.SIGHUP)
        time.sleep(0.05)
    scene.policy.write_text(good)
    os.kill(scene.proxy.process.pid, signal.SIGHUP)
    yield


FAULTS = (
    Fault("inspectors killed", inspector_killed, "a short wait"),
    Fault("zygote killed", zygote_killed, "a short wait"),
    Fault("worker killed", worker_killed, "open connections are cut, new ones are served", spares=False),
    Fault("workers and inspectors renewed", renewed, "nothing"),
    Fault("upstream stalls", vendor("stall"), "the answer stalls too"),
    Fault("upstream resets", vendor("reset"), "the answer breaks off"),
    Fault("upstream sends garbage", vendor("garbage"), "502"),
    Fault("upstream half-closes", vendor("half"), "the answer breaks off"),
    Fault("upstream has a bad certificate", vendor("certificate"), "502"),
    Fault("names do not resolve", name_unknown, "502 at CONNECT"),
    Fault("slowloris, 100 connections", slowloris, "408 after head_timeout"),
    Fault("1,000 idle connections", idle(1000), "nothing"),
    Fault("10,000 idle connections", idle(10_000), "nothing, or 503 above max_connections", full=True),
    Fault("heads of a megabyte", huge_heads, "431, or the end of the connection"),
    Fault("HTTP/2 rapid reset", rapid_reset, "the end of that connection, at the most"),
    Fault("HTTP/2 settings and ping flood", control_flood, "the end of that connection, at the most"),
    Fault("HTTP/2 reader that reads nothing", slow_reader, "nothing"),
    Fault("no file descriptors left", no_descriptors, "connections wait or fail", spares=False),
    Fault("policy reload storm", reload_storm, "nothing"),
)
