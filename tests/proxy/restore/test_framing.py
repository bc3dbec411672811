"""Plain text is cut between its characters."""

from hypothesis import given
from hypothesis import strategies as st

from proxy.restore.framing import PlainFraming


@given(st.text(), st.integers(1, 5))
def test_every_event_is_whole_characters(text: str, size: int) -> None:
    framing, data = PlainFraming(), text.encode()
    events = [event for start in range(0, len(data), size) for event in framing.feed(data[start : start + size])]
    assert "".join(event.raw.decode() for event in events) == text
    assert framing.flush() == []


@given(st.binary(), st.integers(1, 5))
def test_nothing_is_lost(data: bytes, size: int) -> None:
    framing = PlainFraming()
    events = [event for start in range(0, len(data), size) for event in framing.feed(data[start : start + size])]
    assert b"".join(event.raw for event in [*events, *framing.flush()]) == data
