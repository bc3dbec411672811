"""Amazon's event streams and Connect's envelopes."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.eventstream import message, text_header
from proxy.restore import eventstream
from proxy.restore.eventstream import ConnectFraming, EventStreamFraming, envelope
from proxy.restore.framing import Framing
from proxy.restore.weave import Event
from tests.proxy.restore.wires import frame, frames


def cut(framing: Framing, data: bytes, size: int = 10**9) -> list[Event]:
    events = [event for start in range(0, len(data), size) for event in framing.feed(data[start : start + size])]
    return [*events, *framing.flush()]


@pytest.mark.parametrize("size", [1, 5, 10**9])
def test_messages_are_cut_and_written_with_right_sums(size: int) -> None:
    data = frame(b'{"a":1}') + frame(b"")
    events = cut(EventStreamFraming(), data, size)
    assert [event.payload for event in events] == [b'{"a":1}', b""]
    assert b"".join(event.raw for event in events) == data
    assert events[0].render(events[0].payload or b"") == events[0].raw
    assert frames(events[0].render(b'{"a":12345}')) == [b'{"a":12345}']


def test_what_a_chunk_carries_is_read() -> None:
    outer = {"bytes": base64.b64encode(b'{"x":"y"}').decode(), "p": "pad"}
    (event,) = cut(EventStreamFraming(), frame(json.dumps(outer).encode(), "chunk"))
    assert event.payload == b'{"x":"y"}'
    (payload,) = frames(event.render(b'{"x":"other"}'))
    assert json.loads(payload) == {"bytes": base64.b64encode(b'{"x":"other"}').decode(), "p": "pad"}


@pytest.mark.parametrize("payload", [b'{"bytes":1}', b'{"bytes":"*"}', b'{"bytes"', b'["bytes"]', b'{"a":"bytes"}'])
def test_a_chunk_that_carries_nothing_is_read_itself(payload: bytes) -> None:
    assert [event.payload for event in cut(EventStreamFraming(), frame(payload))] == [payload]


@pytest.mark.parametrize("place", [0, 4, 9])
def test_a_wrong_prelude_lets_the_rest_pass(place: int) -> None:
    data = bytearray(frame(b"{}") + frame(b"{}") + frame(b"{}"))
    data[len(data) // 3 + place] ^= 0x40
    events = cut(EventStreamFraming(), bytes(data), 7)
    assert [event.payload for event in events][:1] == [b"{}"]
    assert not any(event.payload for event in events[1:])
    assert b"".join(event.raw for event in events) == bytes(data)


def test_envelopes() -> None:
    data = envelope(0, b'{"a":1}') + envelope(1, b"\x1f\x8b") + envelope(2, b"{}")
    events = cut(ConnectFraming(), data, 3)
    assert [event.payload for event in events] == [b'{"a":1}', None, b"{}"]
    assert events[0].render(b"{}") == envelope(0, b"{}")
    assert b"".join(event.raw for event in events) == data


@given(st.binary(), st.integers(1, 9), st.sampled_from([EventStreamFraming, ConnectFraming]))
def test_nothing_is_lost(data: bytes, size: int, made: type[EventStreamFraming | ConnectFraming]) -> None:
    assert b"".join(event.raw for event in cut(made(), data, size)) == data


def test_what_is_too_long_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventstream, "LONGEST", 100)
    for data, framing in ((frame(b"x" * 200), EventStreamFraming()), (envelope(0, b"x" * 200), ConnectFraming())):
        assert not any(event.payload for event in cut(framing, data, 50))


def test_headers_and_what_stands_beside_a_chunk_are_kept_for_who_inspects() -> None:
    outer = {"bytes": base64.b64encode(b"{}").decode(), "p": "pad"}
    (event,) = cut(EventStreamFraming(), frame(json.dumps(outer).encode(), "chunk"))
    assert {b"p", b"pad"} <= set(event.aside)
    assert b"chunk" in event.aside
    headers = text_header(":error-message", "call Ann")
    (event,) = cut(EventStreamFraming(), message(headers, b"{}"))
    assert event.aside == (b":error-message", b"call Ann")
    (event,) = cut(EventStreamFraming(), message(b"\x05wrong", b"{}"))
    assert (event.payload, event.unread) == (b"{}", "undecodable")
