"""A gateway as its judges expect one: plain HTTP in front of a proxy, and the judge's plain HTTP server behind it."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.running import Proxy
from tests.upstream import Received, Reply

HOST = "api.openai.com"
_HOP = {"connection", "transfer-encoding", "content-length", "host", "keep-alive"}


class Gateway:
    """Takes requests to `url` and sends them to `HOST` through the proxy, over one TLS connection."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._connection: http.client.HTTPConnection | None = None
        self._one = threading.Lock()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
                status, answered, data = gateway.send(self.path, headers, body)
                self.send_response(status)
                for name, value in answered:
                    if name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def send(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        with self._one:
            if self._connection is None or self._connection.sock is None:
                self._connection = http.client.HTTPConnection(HOST)
                self._connection.sock = self._proxy.connect(HOST)
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def __enter__(self) -> "Gateway":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._connection is not None:
            self._connection.close()


def relay(request: Received, port: int) -> Reply:
    """Answer as the judge's server on `port` does; each event of a stream is a chunk of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
    connection.request("POST", request.path, request.body, headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    chunks = [event + b"\n\n" for event in body.split(b"\n\n") if event.strip()] if b"data:" in body else [body]
    kind = answer.getheader("content-type") or "application/json"
    return Reply(status=answer.status, headers={"content-type": kind}, chunks=chunks)
