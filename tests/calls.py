"""Both ends of a call that goes both ways at once, over HTTP/2: an upstream that answers each chunk, and a client."""

import asyncio
import time
from typing import Any

import h2.config
import h2.connection
import h2.events

from tests.running import Proxy
from tests.upstream import Upstream


class Echo(Upstream):
    """Answers what it gets with `seen:` and the number of bytes, at once; its head waits for them where `Late` is asked.

    `heard` holds path and chunk of everything that came, `ended` and `reset` the paths of what ended so.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.chunks: list[tuple[str, bytes]] = []
        self.ended: list[str] = []
        self.reset: list[str] = []

    def heard_of(self, path: str) -> bytes:
        return b"".join(chunk for at, chunk in self.chunks if at == path)

    async def _http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        paths: dict[int, str] = {}
        kinds: dict[int, str] = {}

        def begin(stream: int) -> None:
            connection.send_headers(stream, [(":status", "200"), ("content-type", kinds.pop(stream))])

        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                stream: int = getattr(event, "stream_id", 0) or 0
                if isinstance(event, h2.events.RequestReceived):
                    head: dict[str, str] = dict(event.headers)  # type: ignore[arg-type]
                    paths[stream], kinds[stream] = head[":path"], head["content-type"]
                    if "Late" not in head[":path"]:
                        begin(stream)
                elif isinstance(event, h2.events.DataReceived) and event.data:
                    self.chunks.append((paths[stream], event.data))
                    connection.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                    if stream in kinds:
                        begin(stream)
                    connection.send_data(stream, b"seen:%d;" % len(event.data))
                elif isinstance(event, h2.events.StreamEnded):
                    self.ended.append(paths[stream])
                    if stream in kinds:
                        begin(stream)
                    connection.end_stream(stream)
                elif isinstance(event, h2.events.StreamReset):
                    self.reset.append(paths[stream])
            writer.write(connection.data_to_send())
            await writer.drain()


class Call:
    """One call. `status`, `headers`, `body` and `trailers` are what has come so far."""

    def __init__(self, proxy: Proxy, host: str, path: str, kind: str) -> None:
        self._sock = proxy.connect(host, alpn="h2")
        self._connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._connection.initiate_connection()
        self.headers: dict[str, str] = {}
        self.trailers: dict[str, str] = {}
        self.body = b""
        self.over = False
        head = [
            (":method", "POST"),
            (":scheme", "https"),
            (":authority", host),
            (":path", path),
            ("content-type", kind),
        ]
        self._connection.send_headers(1, head)
        self._flush()

    def __enter__(self) -> "Call":
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    @property
    def status(self) -> str:
        return self.headers.get(":status", "")

    def send(self, data: bytes, *, last: bool = False) -> None:
        for start in range(0, len(data), 16_000):
            self._connection.send_data(1, data[start : start + 16_000])
        if last:
            self._connection.end_stream(1)
        self._flush()

    def wait(self, until: Any) -> None:
        """Read until `until(self)`, or the call is over."""
        deadline = time.monotonic() + 60
        while not until(self) and not self.over:
            self._sock.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self._sock.recv(65536)
            if not data:
                self.over = True
            for event in self._connection.receive_data(data) if data else ():
                self._take(event)
            self._flush()

    def _take(self, event: Any) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            self.headers = dict(event.headers)  # type: ignore[arg-type]
        elif isinstance(event, h2.events.TrailersReceived):
            self.trailers = dict(event.headers)  # type: ignore[arg-type]
        elif isinstance(event, h2.events.DataReceived):
            self.body += event.data or b""
        elif isinstance(event, h2.events.StreamEnded | h2.events.StreamReset | h2.events.ConnectionTerminated):
            self.over = True

    def _flush(self) -> None:
        self._sock.sendall(self._connection.data_to_send())
