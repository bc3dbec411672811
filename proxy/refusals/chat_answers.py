"""A request of a chat application in, the stream in which that application shows a refusal as a message out.

The table is chat_answers.yaml.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

_FRAMINGS = {"sse": "text/event-stream", "google": "application/json"}


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """One application's stream, as chat_answers.yaml describes it; `events` are templates."""

    paths: tuple[str, ...]
    accept: str
    framing: str
    events: tuple[Any, ...]

    @property
    def type(self) -> str:
        """Return the content type."""
        return _FRAMINGS[self.framing]

    def suits(self, method: str, path: str, accept: str) -> bool:
        """Tell whether a request is the application's, for an answer to a person's message."""
        return method == "POST" and path.partition("?")[0].endswith(self.paths) and self.accept in accept

    def encode(self, events: Sequence[Any]) -> bytes:
        """Return the bytes of the stream; `events` are this answer's, with the placeholders filled."""
        if self.framing == "sse":
            return "".join(_sse(event) for event in events).encode("utf-8", "replace")
        return (")]}'\n\n" + "".join(_chunk(_nested(event)) for event in events)).encode("utf-8", "replace")


@cache
def chat_answers() -> Mapping[str, ChatAnswer]:
    """Return the streams by the name of the error shape that they take the place of. Raises ValueError."""
    raw = yaml.load(Path(__file__).with_name("chat_answers.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    found = {}
    for name, given in raw.items():
        if name != "schema":
            if given["framing"] not in _FRAMINGS:
                raise ValueError(f"chat answer {name!r} has no framing {given['framing']!r}")
            found[name] = ChatAnswer(tuple(given["paths"]), given["accept"], given["framing"], tuple(given["events"]))
    return MappingProxyType(found)


def _sse(event: Mapping[str, Any]) -> str:
    data = event["data"]
    text = data["raw"] if isinstance(data, dict) and set(data) == {"raw"} else _dumped(data)
    return (f"event: {event['event']}\n" if "event" in event else "") + f"data: {text}\n\n"


def _chunk(value: Any) -> str:
    """Return a chunk with its length before it: UTF-16 code units, the line end included."""
    text = _dumped(value) + "\n"
    return f"{len(text)}\n{text}"  # all of it is ASCII


def _nested(value: Any) -> Any:
    if isinstance(value, dict):
        return _dumped(value["json"]) if set(value) == {"json"} else {k: _nested(v) for k, v in value.items()}
    return [_nested(each) for each in value] if isinstance(value, list) else value


def _dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
