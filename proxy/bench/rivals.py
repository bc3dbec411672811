"""Proxies of others, where they are installed: Squid with ssl-bump, HAProxy with TLS at both ends, HAProxy as a relay.

None of them inspects anything: they are what moving the bytes costs. What is not here is left out, with the reason.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from proxy.bench.line import Way
from proxy.bench.programs import AI_HOST, OTHER_HOST, Running, Stand, StartError, free_port, listens, process, wait
from proxy.ca.authority import create_authority
from proxy.ca.signer import self_signed

_PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
Rival = Callable[[Stand], "contextlib.AbstractContextManager[Running]"]


def joined(stack: contextlib.ExitStack, stand: Stand, rivals: Mapping[str, Rival]) -> dict[str, Running]:
    """Start, within `stack`, those that can be started; say on standard error why another is left out."""
    running = {}
    for name, start in rivals.items():
        try:
            running[name] = stack.enter_context(start(stand))
        except StartError as error:
            sys.stderr.write(f"not beside it: {name}; {error}\n")
    return running


@contextlib.contextmanager
def bumping_squid(stand: Stand) -> Iterator[Running]:
    """Run Squid so that it decrypts (ssl-bump) with an authority of its own. Raises StartError."""
    binary = _binary("squid")
    helper = next(Path("/usr/lib").glob("**/squid/security_file_certgen"), None)
    if helper is None:
        raise StartError("this Squid cannot decrypt (Debian: squid-openssl)")
    home = _home(stand, "squid-bump")
    authority = create_authority(home / "ca.key", home / "ca.pem")
    pair = home / "pair.pem"
    pair.write_bytes(authority.certificate_pem + (home / "ca.key").read_bytes())
    port = free_port()
    command = [binary, "-N", "-f", str(home / "squid.conf")]
    begun = time.monotonic()
    with _store(helper) as leaves:
        shutil.copy(stand.roots[AI_HOST], leaves.parent / "roots.pem")
        (leaves.parent / "hosts").write_text(f"127.0.0.1 {AI_HOST}\n", encoding="utf-8")
        settings = _SQUID.format(home=home, port=port, helper=helper, leaves=leaves)
        (home / "squid.conf").write_text(settings, encoding="utf-8")
        with process(command, home / "squid.log") as child:
            wait(child, lambda: listens(port), home / "squid.log")
            way = Way(("127.0.0.1", port), home / "ca.pem", AI_HOST, proxied=True, port=stand.port, strict=False)
            yield Running(way, child.pid, time.monotonic() - begun)


@contextlib.contextmanager
def _store(helper: Path) -> Iterator[Path]:
    """Make Squid's store of certificates where the user that it goes on as can reach it. Raises StartError."""
    with tempfile.TemporaryDirectory(prefix="hushgate-squid-") as folder:
        leaves = Path(folder) / "leaves"
        made = subprocess.run([helper, "-c", "-s", leaves, "-M", "4MB"], capture_output=True, check=False)
        if made.returncode:
            raise StartError(made.stderr.decode(errors="replace").strip() or "its store of certificates cannot be made")
        for path in (Path(folder), leaves, *leaves.rglob("*")):
            path.chmod(0o777)
        yield leaves


@contextlib.contextmanager
def ending_haproxy(stand: Stand) -> Iterator[Running]:
    """Run HAProxy with TLS at both ends and one certificate: HTTP is read and passed on. Raises StartError."""
    home = _home(stand, "haproxy-ends")
    chain, key = self_signed(home, AI_HOST)
    (home / "pair.pem").write_bytes(chain.read_bytes() + key.read_bytes())
    roots, pair = stand.roots[AI_HOST], home / "pair.pem"
    ends = _ENDS.format(pair=pair, port="{port}", vendor=stand.port, roots=roots, host=AI_HOST)
    with _haproxy(home, "http", ends) as (port, pid):
        yield Running(Way(("127.0.0.1", port), chain, AI_HOST, proxied=False), pid)


@contextlib.contextmanager
def tunnelling_haproxy(stand: Stand) -> Iterator[Running]:
    """Run HAProxy as a relay of TCP: it has no CONNECT. Raises StartError."""
    home = _home(stand, "haproxy-tunnel")
    with _haproxy(home, "tcp", f" bind 127.0.0.1:{{port}}\n server vendor 127.0.0.1:{stand.port}\n") as (port, pid):
        yield Running(Way(("127.0.0.1", port), stand.roots[OTHER_HOST], OTHER_HOST, proxied=False), pid)


@contextlib.contextmanager
def _haproxy(home: Path, mode: str, listen: str) -> Iterator[tuple[int, int]]:
    binary, port = _binary("haproxy"), free_port()
    settings = _HAPROXY.format(mode=mode) + listen.format(port=port)
    (home / "haproxy.cfg").write_text(settings, encoding="utf-8")
    with process([binary, "-db", "-f", str(home / "haproxy.cfg")], home / "haproxy.log") as child:
        wait(child, lambda: listens(port), home / "haproxy.log")
        yield port, child.pid


def _binary(name: str) -> str:
    found = shutil.which(name, path=_PLACES)
    if found is None:
        raise StartError("it is not installed")
    return found


def _home(stand: Stand, name: str) -> Path:
    home = stand.folder / name
    home.mkdir()
    home.chmod(0o777)
    stand.folder.chmod(0o711)
    return home


_SQUID = """\
http_port 127.0.0.1:{port} ssl-bump tls-cert={home}/pair.pem generate-host-certificates=on
sslcrtd_program {helper} -s {leaves} -M 4MB
sslcrtd_children 1 startup=1 idle=1
ssl_bump bump all
tls_outgoing_options cafile={leaves}/../roots.pem
hosts_file {leaves}/../hosts
http_access allow all
cache deny all
access_log none
cache_log {home}/cache.log
pid_filename none
coredump_dir {home}
shutdown_lifetime 1 second
max_filedescriptors 4096
"""
_HAPROXY = """\
global
 maxconn 4096
defaults
 mode {mode}
 timeout connect 5s
 timeout client 60s
 timeout server 60s
listen measured
"""
_ENDS = """\
 bind 127.0.0.1:{port} ssl crt {pair}
 server vendor 127.0.0.1:{vendor} ssl verify required ca-file {roots} sni str({host}) verifyhost {host}
"""
