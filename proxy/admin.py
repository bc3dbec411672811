"""Requests of monitoring and browsers in, health, metrics, CA certificate and PAC file out, on a listener of its own.

Rules
1. GET and HEAD only, one request a connection, a head of at most 8 KB within five seconds, few connections at once:
   whoever can reach the port can do no more than read.
2. `/livez` says that this process answers; `/readyz` that the data path works, else 503 with the reasons.
3. What a callable raises is a 500 without a word about it.
"""

import asyncio
import contextlib
import hashlib
import inspect
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import h11

logger = logging.getLogger("hushgate.admin")

Ready = tuple[bool, Sequence[str]]

_HEAD_BYTES = 8 * 1024
_SECONDS = 5.0
_ANSWER_SECONDS = 10.0
_CONNECTIONS = 64
_TEXT = "text/plain; charset=utf-8"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: status, media type, body."""

    status: int
    media: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()


class Admin:
    """The admin server. `ready` (which also returns the reasons why not) and `metrics` may be coroutine functions."""

    def __init__(
        self,
        ready: Callable[[], Ready | Awaitable[Ready]],
        metrics: Callable[[], bytes | Awaitable[bytes]],
        ca_pem: Callable[[], bytes],
        pac: Callable[[], str],
    ) -> None:
        self._ready = ready
        self._metrics = metrics
        self._ca_pem = ca_pem
        self._pac = pac
        self._pages: dict[bytes, Callable[[], Awaitable[Page]]] = {
            b"/livez": self._livez,
            b"/readyz": self._readyz,
            b"/metrics": self._metrics_page,
            b"/ca.pem": self._ca_page,
            b"/proxy.pac": self._pac_page,
        }
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, listener: socket.socket) -> None:
        """Begin to serve a listening socket. Raises OSError."""
        self._server = await asyncio.start_server(self._connected, sock=listener, limit=_HEAD_BYTES)

    async def close(self) -> None:
        """Stop serving; answers under way are cut off."""
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.transport.abort()
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if len(self._open) <= _CONNECTIONS:
                await self._converse(reader, writer)
        except (OSError, TimeoutError, h11.LocalProtocolError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        wire = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
        try:
            async with asyncio.timeout(_SECONDS):
                request = await _request(wire, reader)
        except h11.RemoteProtocolError as error:
            page, body = _plain(error.error_status_hint, "the request cannot be read\n"), True
        else:
            if request is None:
                return
            async with asyncio.timeout(_ANSWER_SECONDS):
                page, body = await self._answer(request), request.method != b"HEAD"
        data = wire.send(_response(page)) or b""
        if body and page.status != 304:
            data += wire.send(h11.Data(page.body)) or b""
        writer.write(data)
        await writer.drain()

    async def _answer(self, request: h11.Request) -> Page:
        if request.method not in (b"GET", b"HEAD"):
            return _plain(405, "only GET and HEAD\n", ("Allow", "GET, HEAD"))
        make = self._pages.get(request.target.split(b"?", 1)[0])
        if make is None:
            return _plain(404, "there are " + " ".join(path.decode() for path in self._pages) + "\n")
        try:
            page = await make()
        except Exception as error:  # noqa: BLE001 - the boundary: the port shows nothing of what failed
            logger.error("admin page failed: %s", type(error).__name__)
            return _plain(500, "failed; the log says more\n")
        return _if_changed(page, dict(request.headers).get(b"if-none-match", b""))

    async def _livez(self) -> Page:
        return _plain(200, "ok\n")

    async def _readyz(self) -> Page:
        good, reasons = await _value(self._ready())
        return _plain(200, "ok\n") if good else _plain(503, "".join(f"{reason}\n" for reason in reasons))

    async def _metrics_page(self) -> Page:
        return Page(200, _METRICS, await _value(self._metrics()))

    async def _ca_page(self) -> Page:
        return Page(200, "application/x-x509-ca-cert", self._ca_pem(), (("Cache-Control", "no-cache"),))

    async def _pac_page(self) -> Page:
        body = self._pac().encode()
        tag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        headers = (("ETag", tag), ("Cache-Control", "max-age=300"))
        return Page(200, "application/x-ns-proxy-autoconfig", body, headers)


async def _request(wire: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """Return the head of a request, None where the other end said nothing. Raises h11.RemoteProtocolError."""
    while True:
        event = wire.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        wire.receive_data(await reader.read(_HEAD_BYTES))


def _response(page: Page) -> h11.Response:
    headers = [("Content-Type", page.media), ("X-Content-Type-Options", "nosniff"), ("Connection", "close")]
    if page.status != 304:
        headers.append(("Content-Length", str(len(page.body))))
    if not any(name == "Cache-Control" for name, _ in page.headers):
        headers.append(("Cache-Control", "no-store"))
    reason = HTTPStatus(page.status).phrase
    return h11.Response(status_code=page.status, reason=reason, headers=[*headers, *page.headers])


def _plain(status: int, text: str, *headers: tuple[str, str]) -> Page:
    return Page(status, _TEXT, text.encode(), headers)


def _if_changed(page: Page, known: bytes) -> Page:
    """Return 304 instead where the client has this version (RFC 9110, 13.1.2)."""
    tag = dict(page.headers).get("ETag")
    tags = [each.strip().removeprefix("W/") for each in known.decode("latin-1").split(",")]
    return Page(304, page.media, b"", page.headers) if tag and (tag in tags or "*" in tags) else page


async def _value[T](found: T | Awaitable[T]) -> T:
    if inspect.isawaitable(found):
        result: T = await found
        return result
    return found
