import base64
import contextlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.decode import decode
from proxy.codecs.eventstream import read_events
from proxy.codecs.limits import Unreadable
from proxy.exchange import Exchange

Make = Callable[..., Exchange]
KIND = "application/vnd.amazon.eventstream"
RECORDED = Path(__file__).parents[2] / "vectors" / "wire-samples" / "bedrock-eventstream-responses.json"


def message(payload: bytes, **headers: str) -> bytes:
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2) + value.encode()
        for name, value in headers.items()
    )
    prelude = (16 + len(head) + len(payload)).to_bytes(4) + len(head).to_bytes(4)
    whole = prelude + zlib.crc32(prelude).to_bytes(4) + head + payload
    return whole + zlib.crc32(whole).to_bytes(4)


def test_recorded_streams_are_read_to_their_end() -> None:
    recorded = json.loads(RECORDED.read_text())
    names = []
    for key, value in recorded.items():
        if key.endswith("_hex"):
            body = bytes.fromhex(value)
            for event in read_events(body):
                json.loads(body[event.start : event.end])
                names.append(dict(event.texts)[":message-type"])
    assert set(names) <= {"event", "exception"}
    assert names


def test_chunks_of_base64_are_read(exchange: Make) -> None:
    inner = json.dumps({"event": {"textInput": {"content": "my SECRET words"}}}).encode()
    body = message(json.dumps({"bytes": base64.b64encode(inner).decode()}).encode(), event="chunk")
    decoded = decode(exchange(body, KIND), "bedrock-events")
    assert "my SECRET words" in [part.text for part in decoded.prompt.parts]
    assert not any(part.writable for part in decoded.prompt.parts)


def test_headers_are_read(exchange: Make) -> None:
    decoded = decode(exchange(message(b"{}", note="my SECRET words"), KIND), "bedrock-events")
    assert [part.text for part in decoded.prompt.parts] == ["my SECRET words"]


@pytest.mark.parametrize(
    "bad",
    [b"\0", message(b"{}")[:-1], message(b"{}")[:-1] + b"x", message(b"{}") + b"\0\0", b"\xff" * 16],
    ids=["short", "cut", "checksum", "trailing", "length"],
)
def test_what_is_wrong_is_undecodable(bad: bytes, exchange: Make) -> None:
    with pytest.raises(Unreadable):
        list(read_events(bad))
    assert [entry.reason for entry in decode(exchange(bad, KIND), "bedrock-events").prompt.unread] == ["undecodable"]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        for event in read_events(body):
            assert 0 <= event.start <= event.end <= len(body)
