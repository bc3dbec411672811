"""Where each service puts the pieces of a text (tests/vectors/made/answer-texts.tsv): events made of pieces, and read back."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.proxy.restore.wires import events, frame, frames, sse

_TABLE = Path(__file__).parents[2] / "vectors" / "made" / "answer-texts.tsv"
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_KINDS = {
    "sse": "text/event-stream",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "eventstream": "application/vnd.amazon.eventstream",
    "eventstream-bytes": "application/vnd.amazon.eventstream",
}
_SIGNALR = "\x1e"


@dataclass(frozen=True, slots=True)
class Form:
    """One place of texts. `socket`: each piece is a message of a WebSocket."""

    name: str
    framing: str
    event: str
    path: str

    @property
    def socket(self) -> bool:
        return self.framing.startswith("ws")

    @property
    def kind(self) -> str:
        return _KINDS[self.framing]

    def write(self, pieces: Sequence[str]) -> bytes:
        """Return the body of an answer; one of JSON holds the text whole."""
        if self.framing == "json":
            return json.dumps(self._value("".join(pieces))).encode()
        if self.framing == "sse":
            return sse([self._value(piece) for piece in pieces])
        if self.framing == "eventstream-bytes":
            chunks = [{"bytes": base64.b64encode(piece.encode()).decode()} for piece in pieces]
            return b"".join(frame(json.dumps(chunk).encode(), "chunk") for chunk in chunks)
        values = [json.dumps(self._value(piece)).encode() for piece in pieces]
        return (
            b"".join(frame(value, self.event) for value in values)
            if self.framing == "eventstream"
            else b"\n".join(values)
        )

    def messages(self, pieces: Sequence[str]) -> list[bytes]:
        """Return the messages of a WebSocket."""
        ends = _SIGNALR if self.framing == "ws-signalr" else ""
        return [(json.dumps(self._value(piece)) + ends).encode() for piece in pieces]

    def read(self, body: bytes) -> str:
        """Return the text of an answer."""
        if self.framing == "sse":
            return "".join(map(self._text, events(body)))
        if self.framing == "eventstream-bytes":
            return b"".join(base64.b64decode(json.loads(each)["bytes"]) for each in frames(body)).decode()
        if self.framing == "json":
            return self._text(json.loads(body))
        lines = frames(body) if self.framing == "eventstream" else body.split(b"\n")
        return "".join(self._text(json.loads(line)) for line in lines if line)

    def heard(self, messages: Sequence[bytes]) -> str:
        """Return the text of a WebSocket's messages."""
        return "".join(self._text(json.loads(message.decode().rstrip(_SIGNALR))) for message in messages)

    def _value(self, text: str) -> Any:
        value: Any = text
        for name, number in reversed(_STEP.findall(self.path)):
            value = {name: value} if name else [*[None] * int(number), value]
        if isinstance(value, dict):
            value = {"id": "evt_0123456789", **({"type": self.event} if self.event else {}), "model": "m-1", **value}
        return value

    def _text(self, value: Any) -> str:
        for name, number in _STEP.findall(self.path):
            value = value[name] if name else value[int(number)]
        return str(value)


FORMS = [Form(*line.split("\t")) for line in _TABLE.read_text().splitlines() if line and not line.startswith("#")]
