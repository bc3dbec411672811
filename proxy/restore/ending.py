"""An error in the vendor's shape in, the last bytes of a stream that is broken off with it out.

Clients show such an error once and do not try again: a server-sent event with the error's JSON (OpenAI, Google), one
that is called `error` (Anthropic), `response.failed` (OpenAI Responses), an exception message (Amazon's event streams).
"""

import json
from typing import Any

from proxy.codecs.eventstream import message, text_header
from proxy.restore.eventstream import envelope


def ending(kind: str, dialect: str, error: bytes, text: str, ref: str) -> bytes:
    """Return the bytes. `kind` is the content type, `error` the JSON that a refused request would get."""
    if kind == "application/vnd.amazon.eventstream":
        headers = {":message-type": "exception", ":exception-type": "validationException",
                   ":content-type": "application/json"}  # fmt: skip
        return message(b"".join(text_header(name, value) for name, value in headers.items()), error)
    if kind.startswith("application/connect+"):
        return envelope(2, json.dumps({"error": {"code": "invalid_argument", "message": text}}).encode())
    if kind == "text/event-stream":
        name, data = _event(dialect, error, text, ref)
        return (b"event: " + name + b"\n" if name else b"") + b"data: " + data + b"\n\n"
    return error + b"\n"


def _event(dialect: str, error: bytes, text: str, ref: str) -> tuple[bytes, bytes]:
    if dialect == "openai-responses":
        failed = {"id": ref, "object": "response", "status": "failed", "output": [],
                  "error": {"code": "hushgate_blocked", "message": text}}  # fmt: skip
        event: dict[str, Any] = {"type": "response.failed", "sequence_number": 1 << 30, "response": failed}
        return b"response.failed", json.dumps(event).encode()
    return (b"error" if error.startswith(b'{"type":"error"') else b""), error
