"""Client certificates on the proxy's own port, through the real program: TLS inside TLS."""

import asyncio
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from tests.proxy.identity.test_revocation import crl
from tests.running import CHAT, Proxy, chat
from tests.upstream import Authority, Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("identity")]

POLICY = """
schema: policy/v1
policy: people
owner: security@example.com
rules:
  - id: only-ada
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block}
exceptions:
  - {id: ada, rules: [only-ada], match: {who: {users: [ada]}}, reason: r, owner: o@example.com,
     approved_by: p@example.com, ticket: T-1, expires: "2099-01-01"}
"""
MARKED = "CONFIDENTIAL - do not distribute\nour margin is 12 %"


def files(authority: Authority, folder: Path, names: list[str]) -> tuple[Path, Path]:
    folder.mkdir()
    pem, key = authority.leaf(folder, names)
    key.chmod(0o600)
    return pem, key


async def send(proxy: Proxy, outer: ssl.SSLContext) -> int:
    """Send a marked prompt over TLS to the proxy and TLS to the service; return the status, of CONNECT if not 200."""
    reader, writer = await asyncio.open_connection(*proxy.address, ssl=outer, server_hostname="localhost")
    host = "api.openai.com"
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    connected = int((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1])
    if connected != 200:
        writer.close()
        return connected
    await writer.start_tls(ssl.create_default_context(cafile=str(proxy.ca)), server_hostname=host)
    body = chat(MARKED)
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()
    return int(answer.split(b" ", 2)[1])


def number(pem: Path) -> int:
    """Return a certificate's number."""
    return x509.load_pem_x509_certificate(pem.read_bytes()).serial_number


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_certificate_says_who_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Authority("devices")
    pem, key = files(devices, tmp_path / "proxy", ["localhost"])
    monkeypatch.setattr("tests.upstream._general_name", x509.RFC822Name)
    ada, bob = (files(devices, tmp_path / name, [f"{name}@example.com"]) for name in ("Ada", "bob"))
    monkeypatch.undo()
    (tmp_path / "devices.pem").write_bytes(devices.pem())
    (tmp_path / "devices.crl").write_text(crl(devices))
    config = tmp_path / "hushgate.yaml"
    config.write_text(
        f"identity:\n  client_certificates:\n    certificate: {pem}\n    key: {key}\n    ca: {tmp_path}/devices.pem\n"
        f"    crl: {tmp_path}/devices.crl\n    strip_domain: true\n"
    )
    with Upstream(tmp_path, ["api.openai.com"]) as upstream:
        arguments = ["--config", str(config)]
        with Proxy(
            tmp_path / "state", upstream, policies=[POLICY], arguments=arguments, hosts=["api.openai.com"]
        ) as proxy:
            found = []
            for own in (ada, bob, None):
                outer = ssl.create_default_context(cafile=str(tmp_path / "devices.pem"))
                if own:
                    outer.load_cert_chain(*own)
                found.append(asyncio.run(send(proxy, outer)))
            assert found == [200, 400, 403]
            (tmp_path / "devices.crl").write_text(crl(devices, number(ada[0])))
            wait_for(lambda: proxy.records("policy_reload"))
            outer = ssl.create_default_context(cafile=str(tmp_path / "devices.pem"))
            outer.load_cert_chain(*ada)
            with pytest.raises((OSError, EOFError)):
                asyncio.run(send(proxy, outer))
            outer = ssl.create_default_context(cafile=str(tmp_path / "devices.pem"))
            outer.load_cert_chain(*bob)
            assert asyncio.run(send(proxy, outer)) == 400
        who = [record["who"] for record in proxy.records()]
        assert [(each["user"], each["src"]) for each in who] == [("ada", "certificate")] + [("bob", "certificate")] * 2
