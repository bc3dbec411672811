"""A collector of OpenTelemetry logs for tests: takes OTLP over HTTP, parses it with OpenTelemetry's own messages."""

import gzip
import http.server
import threading
from typing import Any


class Receiver:
    """Listens on a free port. `status` is what it answers; `logs` what it took with 200."""

    def __init__(self) -> None:
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
            ExportLogsServiceRequest,
            ExportLogsServiceResponse,
        )

        self.status = 200
        self.asked = threading.Event()
        self.logs: list[tuple[Any, Any]] = []  # resource, log record
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                request = ExportLogsServiceRequest.FromString(body)
                if receiver.status == 200 and self.path == "/v1/logs":
                    for group in request.resource_logs:
                        for scope in group.scope_logs:
                            receiver.logs += [(group.resource, record) for record in scope.log_records]
                receiver.asked.set()
                answer = ExportLogsServiceResponse().SerializeToString()
                self.send_response(receiver.status)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def attributes(record: Any) -> dict[str, Any]:
    """Return the attributes of a log record as plain values."""
    return {pair.key: _plain(pair.value) for pair in record.attributes}


def _plain(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_plain(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
