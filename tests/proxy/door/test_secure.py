"""TLS on the proxy's own port: tunnels and TLS inside TLS, with and without a certificate, beside plain CONNECT."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from proxy.door.peer import Peer
from proxy.door.requesthead import RequestHead
from proxy.door.secure import ProxyTls
from proxy.exchange import Client
from proxy.identity.certificates import context
from proxy.identity_section import Certificates
from tests.doorstep import SITE, Door, echo, open_door, upstream
from tests.upstream import Authority


class Site:
    """A CA, the proxy's certificate, and contexts of clients."""

    def __init__(self, folder: Path, *, required: bool = False) -> None:
        self.authority = Authority("devices")
        (folder / "proxy").mkdir()
        (folder / "client").mkdir()
        pem, key = self.authority.leaf(folder / "proxy", ["localhost"])
        self.client_files = self.authority.leaf(folder / "client", ["lt-0231"])
        texts = {
            "tls_ca": self.authority.pem().decode(),
            "tls_certificate": pem.read_text(),
            "tls_key": key.read_text(),
        }
        made = context(Certificates("c", "k", "a", required=required), texts)
        self.tls = ProxyTls(made, lambda der: ("ada", "lt-0231") if der else ("", ""))

    def client(self, *, certificate: bool) -> ssl.SSLContext:
        made = ssl.create_default_context(cadata=self.authority.pem().decode())
        if certificate:
            made.load_cert_chain(*self.client_files)
        return made


async def authenticate(_head: RequestHead, peer: Peer) -> Client:
    return Client(peer.address, peer.user, (), "certificate" if peer.user else "address", peer.device)


@asynccontextmanager
async def door(site: Site, port: int) -> AsyncIterator[Door]:
    async with open_door(to={(SITE, 443): port}, tls=lambda: site.tls, authenticate=authenticate) as opened:
        yield opened


async def tunnel(opened: Door, tls: ssl.SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    more: dict[str, Any] = {"ssl": tls, "server_hostname": "localhost"} if tls else {}
    reader, writer = await asyncio.open_connection("127.0.0.1", opened.port, **more)
    writer.write(f"CONNECT {SITE}:443 HTTP/1.1\r\nHost: {SITE}:443\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    return reader, writer


@pytest.mark.parametrize("certificate", [True, False])
async def test_a_tunnel_over_tls_and_who_it_is(tmp_path: Path, certificate: bool) -> None:
    site = Site(tmp_path)
    async with upstream(echo) as port, door(site, port) as opened:
        reader, writer = await tunnel(opened, site.client(certificate=certificate))
        writer.write(b"SSH-2.0-x\r\n" + b"a" * 200_000)
        assert len(await reader.readexactly(200_011)) == 200_011
        writer.close()
        passage = await opened.notes.passages.get()
    assert passage.client.subject == ("ada" if certificate else "")
    assert passage.client.device == ("lt-0231" if certificate else "")


async def test_the_same_port_speaks_without_tls_too(tmp_path: Path) -> None:
    async with upstream(echo) as port, door(Site(tmp_path), port) as opened:
        reader, writer = await tunnel(opened, None)
        writer.write(b"SSH-2.0-x\r\n")
        assert await reader.readexactly(11) == b"SSH-2.0-x\r\n"
        writer.close()
        assert (await opened.notes.passages.get()).client.subject == ""


async def test_no_certificate_where_one_is_demanded(tmp_path: Path) -> None:
    site = Site(tmp_path, required=True)
    async with upstream(echo) as port, door(site, port) as opened:
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await tunnel(opened, site.client(certificate=False))
        _, writer = await tunnel(opened, site.client(certificate=True))
        writer.close()


async def test_a_certificate_of_another_authority_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    site, other = Site(tmp_path), Site(tmp_path / "other")
    async with upstream(echo) as port, door(site, port) as opened:
        stranger = site.client(certificate=False)
        stranger.load_cert_chain(*other.client_files)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await tunnel(opened, stranger)


async def test_a_hello_that_ends_in_nothing_is_closed(tmp_path: Path) -> None:
    async with upstream(echo) as port, door(Site(tmp_path), port) as opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
        writer.write(b"\x16\x03\x01\x00\x05hello")
        await reader.read()
        writer.close()
