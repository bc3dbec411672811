"""Event streams are cut at empty lines and written again as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.restore import sse
from proxy.restore.sse import SseFraming
from proxy.restore.weave import Event


def cut(data: bytes, size: int = 10**9) -> list[Event]:
    framing = SseFraming()
    events = [event for start in range(0, len(data), size) for event in framing.feed(data[start : start + size])]
    return [*events, *framing.flush()]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_every_line_end(end: str, size: int) -> None:
    data = f": hi{end}{end}event: x{end}data: 1{end}data:2{end}id: 7{end}{end}data: [DONE]{end}{end}".encode()
    events = cut(data, size)
    said = [(event.payload, event.whole) for event in events if event.raw.strip()]
    assert said == [(f": hi{end}{end}".encode(), True), (b"1\n2", False), (b"[DONE]", False)]
    assert b"".join(event.raw for event in events) == data


def test_only_the_data_is_written_anew() -> None:
    (event,) = cut(b"event: x\r\ndata: {}\r\nid: 7\r\n\r\n")
    assert event.render(b'{"a":1}') == b'event: x\r\ndata: {"a":1}\r\nid: 7\r\n\r\n'
    (event,) = cut(b"data:{}\n\n")
    assert event.render(b"1") == b"data:1\n\n"
    (event,) = cut(b"data: {\ndata: }\n\n")
    assert event.render(b"{\n1\r\n}") == b"data: {\ndata: 1\ndata: }\n\n"


@given(st.lists(st.sampled_from([b"data: x", b"\n", b"\r\n", b"\r", b"id", b":", b"event:y"])), st.integers(1, 9))
def test_nothing_is_lost(lines: list[bytes], size: int) -> None:
    data = b"".join(lines)
    assert b"".join(event.raw for event in cut(data, size)) == data


def test_an_event_without_end_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST", 100)
    framing = SseFraming()
    assert [event.payload for event in framing.feed(b"data: " + b"x" * 200)] == [None]
    assert framing.feed(b"\n\ndata: 1\n\n")[-1].payload == b"1"


def test_what_stands_beside_the_data_is_kept_for_who_inspects() -> None:
    (event,) = cut(b": said on the side\nevent: x\ndata: {}\n: and more\nodd: 1\n\n")
    assert (event.payload, event.aside) == (b"{}", (b"said on the side", b"x", b"and more", b"odd: 1"))
    assert event.raw.endswith(b": and more\nodd: 1\n\n")
