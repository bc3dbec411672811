"""A plain HTTP request for a host that is not inspected in, sent on by h11, its answer back out (RFC 9110 7.6).

Hop-by-hop headers end here, Via is added, Host comes from the absolute URL, bodies and interim answers stream both
ways, and each connection carries one request. A WebSocket that the upstream accepts is relayed from then on.
"""

import asyncio
from collections.abc import Iterable

import h11

from proxy.door.notice import render
from proxy.door.requesthead import RequestHead

_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authorization proxy-authenticate te trailer "
    b"transfer-encoding upgrade".split()
)
_CHUNK = 64 * 1024
_HEAD_LIMIT = 64 * 1024  # of an upstream's answer

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Headers = list[tuple[bytes, bytes]]


class Forwarder:
    """Carries one request. `up` and `down` count bytes of bodies; `status` is the answer's, 0 while there is none."""

    def __init__(
        self,
        head: RequestHead,
        client: Streams,
        upstream: Streams,
        idle: float,
        own_headers: frozenset[str] = frozenset(),
    ) -> None:
        self.up = 0
        self.down = 0
        self.status = 0
        self._head = head
        self._own = frozenset({b"host", *(name.encode() for name in own_headers)})
        self._reader, self._writer = client
        self._up_reader, self._up_writer = upstream
        self._idle = idle
        self._watch: asyncio.Timeout
        self._client = h11.Connection(h11.SERVER)
        self._upstream = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
        self._switching = False

    async def run(self) -> str:
        """Forward until the answer is complete; return how it ended: `closed`, `aborted`, `idle` or a notice's key."""
        upload: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(self._idle) as self._watch:
                request = await self._next(self._client, self._reader)
                if not isinstance(request, h11.Request):
                    return self._fail("malformed")
                refusal = self._check(request)
                if refusal:
                    return self._fail(refusal)
                upload = asyncio.create_task(self._upload(request))
                if await self._download():
                    await upload
                    await self._exchange()
            outcome = "closed"
        except TimeoutError:
            outcome = self._fail("timeout", "idle")
        except (h11.ProtocolError, OSError):
            outcome = self._fail("bad_answer" if upload else "malformed")
        finally:
            if upload is not None:
                upload.cancel()
                await asyncio.gather(upload, return_exceptions=True)
            self._up_writer.close()
        return outcome

    def _check(self, request: h11.Request) -> str:
        upgrade = [value.lower() for name, value in request.headers if name == b"upgrade"]
        self._switching = upgrade == [b"websocket"] and request.method == b"GET"
        return "" if self._switching or b"websocket" not in b",".join(upgrade) else "upgrade"

    def _fail(self, reason: str, after: str = "aborted") -> str:
        """Answer, or cut the connection where an answer has begun, so that it cannot pass for a whole one."""
        if self.status:
            self._writer.transport.abort()
            return after
        self._writer.write(render(reason))
        return reason

    async def _next(self, side: h11.Connection, reader: asyncio.StreamReader) -> object:
        while True:
            event = side.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = await reader.read(_CHUNK)
            self._touch()
            side.receive_data(data)

    def _touch(self) -> None:
        if not self._watch.expired():
            self._watch.reschedule(asyncio.get_running_loop().time() + self._idle)

    async def _send(self, side: h11.Connection, writer: asyncio.StreamWriter, event: h11.Event) -> None:
        data = side.send(event)
        if data:
            writer.write(data)
            await writer.drain()

    async def _upload(self, request: h11.Request) -> None:
        try:
            await self._send(self._upstream, self._up_writer, self._request(request))
            while True:
                event = await self._next(self._client, self._reader)
                if isinstance(event, h11.Data):
                    self.up += len(event.data)
                    await self._send(self._upstream, self._up_writer, h11.Data(data=event.data))
                elif isinstance(event, h11.EndOfMessage):
                    return await self._send(self._upstream, self._up_writer, h11.EndOfMessage())
        except h11.RemoteProtocolError:  # the client broke off: nobody may take what it sent for the whole
            self._up_writer.transport.abort()
        except (OSError, h11.LocalProtocolError):
            pass  # the upstream answers before it has read all, or is gone: the answer tells

    async def _download(self) -> bool:
        """Pass the answer on; return whether the upstream has changed to another protocol."""
        while True:
            event = await self._next(self._upstream, self._up_reader)
            if isinstance(event, h11.InformationalResponse):
                if event.status_code == 101:
                    self.status = 101
                    await self._send(self._client, self._writer, _informed(event, switching=True))
                    return True
                if self._head.version == "HTTP/1.1":
                    await self._send(self._client, self._writer, _informed(event, switching=False))
            elif isinstance(event, h11.Response):
                self.status = event.status_code
                await self._send(self._client, self._writer, _answer(event))
            elif isinstance(event, h11.Data):
                self.down += len(event.data)
                await self._send(self._client, self._writer, h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                await self._send(self._client, self._writer, h11.EndOfMessage())
                return False
            else:
                raise ConnectionResetError

    def _request(self, request: h11.Request) -> h11.Request:
        headers = _end_to_end(request.headers.raw_items())
        headers = [(name, value) for name, value in headers if name.lower() not in self._own]
        host = f"[{self._head.host}]" if ":" in self._head.host else self._head.host
        port = "" if self._head.port == 80 else f":{self._head.port}"
        framing = [(b"Transfer-Encoding", b"chunked")] if _is_chunked(request.headers) else []
        hop = (
            [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
            if self._switching
            else [(b"Connection", b"close")]
        )
        via = [(b"Via", self._head.version[5:].encode() + b" hushgate")]
        return h11.Request(
            method=request.method,
            target=self._head.path,
            headers=[(b"Host", f"{host}{port}".encode()), *headers, *framing, *via, *hop],
        )

    async def _exchange(self) -> None:
        """Relay both ways until both have ended."""
        early_up, _ = self._client.trailing_data
        early_down, _ = self._upstream.trailing_data
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pump(early_up, self._reader, self._up_writer, up=True))
            both.create_task(self._pump(early_down, self._up_reader, self._writer, up=False))

    async def _pump(self, data: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        try:
            data = data or await reader.read(_CHUNK)
            while data:
                self._touch()
                self.up += len(data) if up else 0
                self.down += 0 if up else len(data)
                writer.write(data)
                await writer.drain()
                data = await reader.read(_CHUNK)
            if writer.can_write_eof():
                writer.write_eof()
            else:
                writer.close()
        except OSError:  # one side was reset: the other ends too
            self._writer.transport.abort()
            self._up_writer.transport.abort()


def _is_chunked(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"transfer-encoding" for name, _ in headers)


def _end_to_end(items: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers without those that end here, and without a length that a transfer coding overrides."""
    headers = list(items)
    dropped = set(_HOP_BY_HOP)
    for name, value in headers:
        if name.lower() == b"connection":
            dropped |= {token.strip().lower() for token in value.split(b",")}
    if _is_chunked((name.lower(), value) for name, value in headers):
        dropped.add(b"content-length")
    else:
        dropped.discard(b"content-length")  # naming it in Connection must not change where the body ends
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _answer(event: h11.Response) -> h11.Response:
    headers = [*_end_to_end(event.headers.raw_items()), (b"Via", b"1.1 hushgate"), (b"Connection", b"close")]
    return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)


def _informed(event: h11.InformationalResponse, *, switching: bool) -> h11.InformationalResponse:
    headers = _end_to_end(event.headers.raw_items())
    if switching:
        headers += [(b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")]
    return h11.InformationalResponse(status_code=event.status_code, headers=headers, reason=event.reason)
