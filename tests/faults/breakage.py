"""The faults: each breaks something of a running proxy, for as long as its `with` block lasts."""

import contextlib
import json
import os
import resource
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import h2.config
import h2.connection
import h2.exceptions

from tests.faults.crowd import CLEAN, FORBIDDEN
from tests.faults.machine import disk_full, disk_stalls, killed_and_started, stopped_and_started
from tests.faults.scene import BAD_HOST, MESSAGES, PROMPT, Fault, Scene, children, stands_by
from tests.running import CHAT
from tests.websocket import Client

REALTIME = "/v1/realtime?model=gpt-realtime"


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


@contextlib.contextmanager
def inspector_killed(scene: Scene) -> Iterator[None]:
    """Kill the inspectors, three times."""
    for _ in range(3):
        for zygote in children(scene.proxy.process.pid, "proxy.inspector"):
            for child in children(zygote, "proxy.inspector"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        time.sleep(0.2)
    yield


@contextlib.contextmanager
def zygote_killed(scene: Scene) -> Iterator[None]:
    """Kill the process that the inspectors are forked from."""
    for zygote in children(scene.proxy.process.pid, "proxy.inspector"):
        os.kill(zygote, signal.SIGKILL)
    yield


@contextlib.contextmanager
def worker_killed(scene: Scene) -> Iterator[float]:
    """Kill the lone worker when another stands by; say when."""
    worker, deadline = _settled(scene), time.monotonic() + 120
    while not any(stands_by(pid) for pid in children(scene.proxy.process.pid, "proxy.worker")):
        assert time.monotonic() < deadline, "no worker stands by"
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    begun = time.monotonic()
    yield begun


@contextlib.contextmanager
def upgraded(scene: Scene) -> Iterator[None]:
    """Let the program on disk take over, and wait until it has."""
    worker, deadline = _settled(scene), time.monotonic() + 300
    os.kill(scene.proxy.process.pid, signal.SIGUSR2)
    while worker in _serving(scene) or not _serving(scene):
        assert time.monotonic() < deadline, "the program was not replaced"
        time.sleep(0.1)
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


def _serving(scene: Scene) -> list[int]:
    """Return the workers that serve, or drain."""
    return [pid for pid in children(scene.proxy.process.pid, "proxy.worker") if not stands_by(pid)]


def _settled(scene: Scene, seconds: float = 120.0) -> int:
    """Wait until one worker is there, and serves; return its process id. (Others may still be draining, or starting.)"""
    deadline = time.monotonic() + seconds
    while True:
        workers = _serving(scene)
        if len(workers) == 1 and scene.proxy.get("/readyz")[0] == 200:
            return workers[0]
        assert time.monotonic() < deadline, f"{len(workers)} workers after {seconds:.0f} s"
        time.sleep(0.1)


@contextlib.contextmanager
def websocket_flood(scene: Scene) -> Iterator[None]:
    """Send WebSocket messages, forbidden ones too, as fast as they go, and read no answer."""

    def flood() -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            sock = scene.proxy.connect("api.openai.com")
            sock.settimeout(5)
            with Client(sock, "api.openai.com", REALTIME) as client:
                for number in range(1000):
                    client.send(_spoken(FORBIDDEN if number % 2 else CLEAN, number))

    clients = [threading.Thread(target=flood, daemon=True) for _ in range(4)]
    for client in clients:
        client.start()
    time.sleep(1)
    yield
    for client in clients:
        client.join(60)


def _spoken(text: str, number: int) -> str:
    content = [{"type": "input_text", "text": text.format(f"flood {number}")}]
    return json.dumps(
        {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}}
    )


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
    Fault("program upgraded in its process", upgraded, "nothing", full=True),
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
    Fault("WebSocket flood", websocket_flood, "its messages wait"),
    Fault("no file descriptors left", no_descriptors, "connections wait or fail", spares=False),
    Fault("policy reload storm", reload_storm, "nothing"),
    Fault("disk full", disk_full, "requests to AI services are refused (on_audit_failure)"),
    Fault("disk stalls", disk_stalls, "requests to AI services wait, then are refused (on_audit_failure)"),
    Fault("supervisor killed and started again", killed_and_started, "nobody is there meanwhile", spares=False),
    Fault("stopped and started again", stopped_and_started, "nobody is there meanwhile", spares=False, full=True),
)
