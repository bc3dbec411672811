"""A front door on 127.0.0.1 with upstreams behind it, for tests that go through real sockets."""

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from proxy.door.access import AccessList
from proxy.door.dial import Dialer, Resolver
from proxy.door.frontdoor import FrontDoor, FrontDoorConfig
from proxy.door.observer import Passage, Refusal
from proxy.door.peer import Peer
from proxy.exchange import Client

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

AI = "api.ai.test"
SITE = "www.site.test"


class Notes:
    """An observer that can be waited for."""

    def __init__(self) -> None:
        self.open: list[tuple[str, str, int]] = []
        self.faults: list[str] = []
        self.passages: asyncio.Queue[Passage] = asyncio.Queue()
        self.refusals: asyncio.Queue[Refusal] = asyncio.Queue()

    def opened(self, client: Client, kind: str, host: str, port: int) -> None:
        self.open.append((kind, host, port))

    def closed(self, passage: Passage) -> None:
        self.passages.put_nowait(passage)

    def refused(self, refusal: Refusal) -> None:
        self.refusals.put_nowait(refusal)

    def failed(self, kind: str) -> None:
        self.faults.append(kind)


@dataclass
class Door:
    """An open front door: where it listens, what it noted, what was handed to the engine."""

    port: int
    front: FrontDoor
    notes: Notes
    intercepted: asyncio.Queue[tuple[Client, bytes]]
    looked_up: list[str] = field(default_factory=list)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, data: bytes) -> bytes:
        """Send and return all that comes until the door closes."""
        reader, writer = await self.connect()
        writer.write(data)
        answer = await reader.read()
        writer.close()
        return answer

    async def ask_half(self, data: bytes) -> bytes:
        """Send, end the sending, and return all that comes."""
        reader, writer = await self.connect()
        writer.write(data)
        writer.write_eof()
        with contextlib.suppress(ConnectionResetError):
            return await reader.read()
        return b""

    async def tunnel(self, target: str, first: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """CONNECT and return the streams behind the 200, with `first` sent in the same packet."""
        reader, writer = await self.connect()
        writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode() + first)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionRefusedError(head.decode())
        return reader, writer


@contextlib.asynccontextmanager
async def open_door(
    *,
    config: FrontDoorConfig | None = None,
    to: Mapping[tuple[str, int], int] | None = None,
    names: Mapping[str, list[str]] | None = None,
    access: AccessList | None = None,
    timeout: float = 10.0,
    resolve: Resolver | None = None,
    **wiring: Any,
) -> AsyncIterator[Door]:
    """Open a front door. `to` maps (host, port) to a port of ours; `names` is what the resolver knows."""
    notes = Notes()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    intercepted: asyncio.Queue[tuple[Client, bytes]] = asyncio.Queue()
    looked_up: list[str] = []

    async def intercept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: Client, _peer: Peer
    ) -> None:
        data = await reader.readuntil(b"\r\n\r\n")
        intercepted.put_nowait((client, data))
        while more := await reader.read(1000):
            writer.write(b"engine:" + more)
            await writer.drain()

    async def look_up(host: str) -> list[str]:
        looked_up.append(host)
        if names is None or host not in names:
            raise socket.gaierror
        return names[host]

    dialer = Dialer(
        access or AccessList(),
        resolve or look_up,
        connect_to={key: ("127.0.0.1", value) for key, value in (to or {}).items()},
        timeout=timeout,
    )
    wires = {"intercepts": lambda host: host == AI, "intercept": intercept, "observer": notes, **wiring}
    front = FrontDoor(config or FrontDoorConfig(), dialer=dialer, **wires)
    await front.serve(listener)
    try:
        yield Door(port, front, notes, intercepted, looked_up)
    finally:
        await front.drain(0)


@contextlib.asynccontextmanager
async def upstream(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve `handler` on 127.0.0.1 and give the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back all that comes; when it ends, say so and end."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write(b"<end>")
    writer.write_eof()


def make_certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """Write a self-signed certificate and its key; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "upstream of a test")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = folder / "upstream.pem", folder / "upstream.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, key_pem
