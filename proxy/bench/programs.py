"""The programs that are measured: hushgate, and the peers that are installed, each started on free ports.

A program is a context manager; inside, `way` says how to reach the service through it and `pid` is the root of its
processes. `hushgate serve` is started as a user would start it.
"""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proxy.bench.accounting import cpu_seconds
from proxy.bench.line import Way
from proxy.ca.signer import self_signed

AI_HOST = "api.openai.com"
OTHER_HOST = "www.example.com"
_READY_SECONDS = 90.0


class StartError(RuntimeError):
    """A program did not come up; its own last words are in the message."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a benchmark runs: a folder of its own, the stand-in vendor's port and process, the roots of its hosts."""

    folder: Path
    port: int
    pid: int
    roots: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Running:
    """A program that is up: `pid` 0 where there is none of its own (the direct way)."""

    way: Way
    pid: int
    ready_seconds: float = 0.0
    admin: tuple[str, int] = ("", 0)

    def way_to(self, host: str, roots: Path) -> Way:
        """Return the way through the same program to another host."""
        return replace(self.way, host=host, roots=roots)


def rest(seconds: float, running: Iterable[Running]) -> None:
    """Leave programs alone for so long, and until they do nothing: what starts late is no cost of what is measured."""
    time.sleep(seconds)
    deadline = time.monotonic() + 4 * seconds
    for one in running:
        while one.pid and time.monotonic() < deadline and _busy(one.pid):
            pass


def _busy(pid: int) -> bool:
    before = cpu_seconds(pid)
    time.sleep(0.5)
    return cpu_seconds(pid) - before > 0.02


@contextlib.contextmanager
def direct(stand: Stand, host: str = AI_HOST) -> Iterator[Running]:
    """Yield the way without any proxy."""
    yield Running(Way(("127.0.0.1", stand.port), stand.roots[host], host, proxied=False), 0)


@contextlib.contextmanager
def hushgate(
    stand: Stand, name: str = "hushgate", arguments: Sequence[str] = (), host: str = AI_HOST
) -> Iterator[Running]:
    """Run `hushgate serve` with further `arguments`, one worker and one inspector unless they say more.

    Raises StartError.
    """
    state = stand.folder / name
    command = [sys.executable, "-P", "-m", "proxy.cli", "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    command += ["--state", str(state), "--upstream-ca", str(stand.roots[AI_HOST])]
    command += ["--workers", "1", "--inspectors", "1"]
    for target in (AI_HOST, OTHER_HOST):
        command += ["--connect-to", f"{target}:443:127.0.0.1:{stand.port}"]
    begun = time.monotonic()
    ready = state / "run.json"
    ready.unlink(missing_ok=True)
    with process([*command, *arguments], stand.folder / f"{name}.log") as child:
        wait(child, ready.exists, stand.folder / f"{name}.log")
        seconds = time.monotonic() - begun
        addresses = json.loads(ready.read_text(encoding="utf-8"))
        roots = state / "ca" / "ca.pem" if host == AI_HOST else stand.roots[host]
        way = Way(tuple(addresses["listen"]), roots, host, proxied=True)
        yield Running(way, child.pid, seconds, tuple(addresses["admin"]))


@contextlib.contextmanager
def mitmdump(
    stand: Stand,
    arguments: Sequence[str] = (),
    host: str = AI_HOST,
    *,
    name: str = "mitmdump",
    streaming: bool = False,
) -> Iterator[Running]:
    """Run mitmproxy's own `mitmdump -q` as it comes, but for where it connects to. Raises StartError."""
    port = free_port()
    home = stand.folder / name
    home.mkdir(exist_ok=True)
    redirect = home / "redirect.py"
    script = _REDIRECT.format(port=stand.port) + (_STREAMING if streaming else "")
    redirect.write_text(script, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("mitmdump")), "-q", "--listen-host", "127.0.0.1", "-p", str(port)]
    command += ["--set", f"confdir={home}", "--set", f"ssl_verify_upstream_trusted_ca={stand.roots[AI_HOST]}", "-s"]
    command += [str(redirect), *arguments]
    begun = time.monotonic()
    with process(command, stand.folder / f"{name}.log") as child:
        wait(child, lambda: listens(port), stand.folder / f"{name}.log")
        roots = home / "mitmproxy-ca-cert.pem" if "--ignore-hosts" not in arguments else stand.roots[host]
        way = Way(("127.0.0.1", port), roots, host, proxied=True)
        yield Running(way, child.pid, time.monotonic() - begun)


_REDIRECT = "def server_connect(data):\n    data.server.address = ('127.0.0.1', {port})\n"
_STREAMING = "def responseheaders(flow):\n    flow.response.stream = True\n"


@contextlib.contextmanager
def squid(stand: Stand, host: str = OTHER_HOST) -> Iterator[Running]:
    """Run Squid as a plain CONNECT proxy. Raises StartError where it is not installed or does not come up."""
    binary = shutil.which("squid", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if binary is None:
        raise StartError("Squid is not installed")
    with tempfile.TemporaryDirectory(prefix="hushgate-squid-") as folder:
        home = Path(folder)
        home.chmod(0o777)  # started as root it takes another user, who may read nothing in the stand's folder
        (home / "hosts").write_text(f"127.0.0.1 {host}\n", encoding="utf-8")
        port = free_port()
        (home / "squid.conf").write_text(_SQUID.format(home=home, port=port), encoding="utf-8")
        # Squid dials the port that CONNECT names: the way names the stand-in's own.
        with process([binary, "-N", "-f", str(home / "squid.conf")], home / "squid.log") as child:
            wait(child, lambda: listens(port), home / "squid.log")
            yield Running(Way(("127.0.0.1", port), stand.roots[host], host, proxied=True, port=stand.port), child.pid)


_SQUID = """\
http_port 127.0.0.1:{port}
hosts_file {home}/hosts
http_access allow all
cache deny all
access_log none
cache_log {home}/cache.log
pid_filename none
coredump_dir {home}
shutdown_lifetime 1 second
max_filedescriptors 4096
"""


@contextlib.contextmanager
def vendor(folder: Path) -> Iterator[Stand]:
    """Run the stand-in vendor in `folder`; yield the stand."""
    arguments, roots = [], {}
    for host in (AI_HOST, OTHER_HOST):
        home = folder / host
        home.mkdir()
        chain, key = self_signed(home, host)
        roots[host] = chain
        arguments += [host, str(chain), str(key)]
    command = [sys.executable, "-OP", "-m", "proxy.bench.upstream", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Stand(folder, int(process.stdout.readline()), process.pid, roots)  # type: ignore[union-attr]
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait(30)
        process.stdout.close()  # type: ignore[union-attr]


@contextlib.contextmanager
def process(command: Sequence[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command whose words go to a file; end it with the block."""
    with log.open("wb") as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(40)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait(child: "subprocess.Popen[bytes]", up: Callable[[], bool], log: Path) -> None:
    """Wait until a program is up. Raises StartError with its last words."""
    deadline = time.monotonic() + _READY_SECONDS
    while not up():
        if child.poll() is not None or time.monotonic() > deadline:
            words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise StartError("; ".join(words[-3:]) or "it did not start")
        time.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port here."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
