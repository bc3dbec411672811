"""InvokeModel's stream as its vendor's events: whole however it was cut, an error where it breaks off."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from proxy.restore.chunks import Chunks
from proxy.restore.eventstream import message
from tests.proxy.restore.wires import frame

EVENTS = [
    {"type": "message_start", "message": {"id": "m", "role": "assistant"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüße"}},
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 3}},
]


def chunk(value: object) -> bytes:
    inner = base64.b64encode(json.dumps(value).encode()).decode()
    return frame(json.dumps({"bytes": inner, "p": "abcd"}).encode(), "chunk")


def exception(text: str) -> bytes:
    name, value = b":message-type", b"exception"
    header = bytes([len(name)]) + name + b"\x07" + len(value).to_bytes(2) + value
    return message(header, json.dumps({"message": text}).encode())


def read(data: bytes) -> list[tuple[str, dict[str, object]]]:
    found = []
    for block in data.decode().split("\n\n")[:-1]:
        event, line = block.split("\n")
        found.append((event.removeprefix("event: "), json.loads(line.removeprefix("data: "))))
    return found


@given(st.lists(st.integers(1, 400), max_size=8))
def test_however_it_is_cut_the_events_are_the_vendors(cuts: list[int]) -> None:
    body, chunks, out = b"".join(map(chunk, EVENTS)), Chunks(), b""
    for size in cuts:
        out += chunks.feed(body[:size])
        body = body[size:]
    out += chunks.feed(body) + chunks.flush()
    assert read(out) == [(event["type"], event) for event in EVENTS]


def test_an_exception_is_an_error_and_the_end() -> None:
    chunks = Chunks()
    out = chunks.feed(chunk(EVENTS[0]) + exception("Too many tokens") + chunk(EVENTS[1])) + chunks.flush()
    assert read(out)[1:] == [("error", {"type": "error", "error": {"type": "api_error", "message": "Too many tokens"}})]


def test_what_cannot_be_read_never_passes() -> None:
    for body in (chunk(EVENTS[0])[:-7], b"<html>secret</html>", frame(b"no json", "chunk"), frame(b"[1]", "chunk")):
        chunks = Chunks()
        [(kind, value)] = read(chunks.feed(body) + chunks.flush())
        assert (kind, value["error"]) == ("error", {"type": "api_error", "message": "The answer broke off."})


def test_nothing_is_nothing() -> None:
    assert Chunks().feed(b"") + Chunks().flush() == b""
