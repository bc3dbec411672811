"""The stream of InvokeModelWithResponseStream in, the vendor's own events (SSE) out: for clients who asked in its form.

Each message of Amazon's stream carries one event in base64; an exception becomes Anthropic's `error` event
(docs.anthropic.com, streaming messages). What cannot be read ends the answer with such an event, and never passes.
"""

import json

from proxy.codecs.eventstream import read_events
from proxy.codecs.limits import Unreadable
from proxy.restore.eventstream import EventStreamFraming
from proxy.restore.weave import Event

CONTENT_TYPE = "application/vnd.amazon.eventstream"


class Chunks:
    """One answer."""

    def __init__(self) -> None:
        self._framing = EventStreamFraming()
        self._over = False

    def feed(self, data: bytes) -> bytes:
        """Return the events that `data` completes."""
        return self._written(self._framing.feed(data))

    def flush(self) -> bytes:
        """Return what the end of the stream makes of the rest: an error, where it broke off inside of a message."""
        return self._written(self._framing.flush())

    def _written(self, events: list[Event]) -> bytes:
        out = []
        for event in events:
            if not self._over:
                out.append(self._one(event))
        return b"".join(out)

    def _one(self, event: Event) -> bytes:
        try:
            [told] = read_events(event.raw)
            value = json.loads(event.payload or b"")
            if dict(told.texts).get(":message-type") == "event" and isinstance(value, dict):
                kind = value.get("type")
                return _sse(kind, value) if isinstance(kind, str) and kind.isidentifier() else b""
            text = str(value.get("message", "")) if isinstance(value, dict) else ""
        except (Unreadable, ValueError, RecursionError):
            text = ""
        self._over = True
        text = text or "The answer broke off."
        return _sse("error", {"type": "error", "error": {"type": "api_error", "message": text}})


def _sse(kind: str, value: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
