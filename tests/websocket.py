"""WebSockets for tests (RFC 6455): a client over any socket, and the server's half for `tests.upstream`."""

import asyncio
import base64
import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Any

import wsproto
import wsproto.events
from wsproto.extensions import PerMessageDeflate

Content = str | bytes
Answering = Callable[[Content], Sequence[Content | None]]
"""One message of the client to what the server says then; None closes the socket."""

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1(key.encode() + _MAGIC).digest()).decode()


class Client:
    """A client on a connected socket. `deflate` offers permessage-deflate (RFC 7692)."""

    def __init__(self, sock: Any, host: str, path: str, *, deflate: bool = False) -> None:
        self._sock = sock
        key = base64.b64encode(os.urandom(16)).decode()
        offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if deflate else ""
        sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            data = sock.recv(4096)
            if not data:
                break
            head += data
        self.head, _, rest = head.partition(b"\r\n\r\n")
        self.status = int(self.head.split(b" ")[1])
        extensions = []
        if b"permessage-deflate" in self.head.lower():
            extension = PerMessageDeflate()
            extension.finalize("permessage-deflate")
            extensions.append(extension)
        self.deflated = bool(extensions)
        self._ws = wsproto.Connection(wsproto.ConnectionType.CLIENT, extensions)
        self._ws.receive_data(rest)
        self._pending: list[Any] = list(self._ws.events())
        self.closed: tuple[int, str] | None = None

    def send(self, content: Content, *, pieces: int = 1) -> None:
        """Send one message, in so many frames."""
        size = max(-(-len(content) // pieces), 1)
        parts = [content[start : start + size] for start in range(0, len(content), size)] or [content]
        for number, part in enumerate(parts):
            kind = wsproto.events.TextMessage if isinstance(part, str) else wsproto.events.BytesMessage
            self._sock.sendall(self._ws.send(kind(part, message_finished=number == len(parts) - 1)))  # type: ignore[arg-type]

    def receive(self) -> Content | None:
        """Return the next message; None where the socket is closed (`closed` says why)."""
        parts: list[Any] = []
        while True:
            while self._pending:
                event = self._pending.pop(0)
                if isinstance(event, wsproto.events.Message):
                    parts.append(event.data)
                    if event.message_finished:
                        return type(parts[0])().join(parts)
                elif isinstance(event, wsproto.events.CloseConnection):
                    self.closed = (event.code, event.reason or "")
                    return None
            data = self._sock.recv(65536)
            if not data:
                return None
            self._ws.receive_data(data)
            self._pending += list(self._ws.events())

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: dict[str, str], heard: list[Content],
    answering: Answering,
) -> None:  # fmt: skip
    """Answer an upgrade and all messages after it; `heard` gets each message as it arrived."""
    offered = "permessage-deflate" in headers.get("sec-websocket-extensions", "")
    extensions = []
    if offered:
        extension = PerMessageDeflate()
        extension.accept("permessage-deflate")
        extensions.append(extension)
    agreed = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if offered else ""
    writer.write(
        f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{agreed}"
        f"Sec-WebSocket-Accept: {accept_key(headers['sec-websocket-key'])}\r\n\r\n".encode()
    )
    ws = wsproto.Connection(wsproto.ConnectionType.SERVER, extensions)
    parts: list[Any] = []
    while data := await reader.read(65536):
        ws.receive_data(data)
        for event in ws.events():
            if isinstance(event, wsproto.events.Message):
                parts.append(event.data)
                if event.message_finished:
                    message = type(parts[0])().join(parts)
                    parts.clear()
                    heard.append(message)
                    for said in answering(message):
                        if said is None:
                            writer.write(ws.send(wsproto.events.CloseConnection(1000)))
                            break
                        kind = wsproto.events.TextMessage if isinstance(said, str) else wsproto.events.BytesMessage
                        writer.write(ws.send(kind(said)))  # type: ignore[arg-type]
            elif isinstance(event, wsproto.events.CloseConnection):
                heard.append(f"closed {event.code}")
                if ws.state is wsproto.ConnectionState.REMOTE_CLOSING:
                    writer.write(ws.send(event.response()))
        await writer.drain()
