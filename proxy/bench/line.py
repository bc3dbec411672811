"""One kept-alive client connection, straight or through a proxy: requests in, times out."""

import asyncio
import re
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from proxy.bench.upstream import STEP, WRAP

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SENT = re.compile(rb'"at": (\d+)')
_SIZE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Timing:
    """One exchange: its status, seconds until the answer began and was complete, and the delay of each event."""

    status: int
    first: float
    total: float
    delays: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How to get to the service: the address to connect to, the roots to trust, and whether CONNECT comes first."""

    address: tuple[str, int]
    roots: Path
    host: str
    proxied: bool
    port: int = 443  # that CONNECT names
    strict: bool = True  # False where the other end's certificates miss what RFC 5280 wants of them


class Line:
    """Open it, post, close. Raises OSError, ssl.SSLError or ValueError where the other end misbehaves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host

    @classmethod
    async def open(cls, way: Way) -> "Line":
        """Connect, through CONNECT where `way` is proxied, and finish the TLS handshake."""
        context = _context(way.roots, strict=way.strict)
        reader, writer = await asyncio.open_connection(*way.address, limit=_SIZE)
        if way.proxied:
            target = f"{way.host}:{way.port}"
            writer.write(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer[:20]:
                writer.close()
                raise ValueError(f"CONNECT was answered {answer[:12].decode(errors='replace')}")
        await writer.start_tls(context, server_hostname=way.host)
        return cls(reader, writer, way.host if way.port == 443 else f"{way.host}:{way.port}")

    async def post(self, path: str, body: bytes) -> Timing:
        """Send one request and read its answer whole."""
        head = f"POST {path} HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\n"
        head += f"authorization: Bearer bench\r\ncontent-length: {len(body)}\r\n\r\n"
        begun = time.monotonic()
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        first = time.monotonic() - begun
        status = int(answer[9:12])
        length = _LENGTH.search(answer)
        if length is not None:
            await self._reader.readexactly(int(length[1]))
            return Timing(status, first, time.monotonic() - begun)
        delays = await self._chunks()
        return Timing(status, first, time.monotonic() - begun, delays)

    async def _chunks(self) -> tuple[float, ...]:
        """Read a chunked answer; return how long after its sending each event came."""
        delays: list[float] = []
        while size := int(await self._reader.readline(), 16):
            data = await self._reader.readexactly(size + 2)
            now = time.monotonic() / STEP
            delays.extend(STEP * max((now - int(sent) + WRAP / 2) % WRAP - WRAP / 2, 0) for sent in _SENT.findall(data))
        await self._reader.readline()
        return tuple(delays)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


_CONTEXTS: dict[Path, ssl.SSLContext] = {}


def _context(roots: Path, *, strict: bool) -> ssl.SSLContext:
    if roots not in _CONTEXTS:
        context = _CONTEXTS[roots] = ssl.create_default_context(cafile=str(roots))
        if not strict:
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return _CONTEXTS[roots]
