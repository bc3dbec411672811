"""Messages out of bytes that are cut anywhere; what is none is said, and never kept without end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.envelopes import LONGEST, Envelopes
from proxy.codecs.limits import Unreadable
from proxy.restore.eventstream import envelope, message

EVENTS = "application/vnd.amazon.eventstream"


@given(st.lists(st.binary(max_size=40), max_size=6), st.lists(st.integers(1, 30)), st.sampled_from(["proto", EVENTS]))
def test_what_comes_out_is_whole_messages_and_all_of_them(payloads: list[bytes], cuts: list[int], kind: str) -> None:
    messages = [message(b"", payload) if kind == EVENTS else envelope(1, payload) for payload in payloads]
    body, position, reading, out = b"".join(messages), 0, Envelopes(kind), []
    while position < len(body):
        step = cuts.pop() if cuts else len(body)
        out.append(reading.feed(body[position : position + step]))
        position += step
    reading.end()
    assert b"".join(out) == body
    ends = {sum(map(len, messages[:number])) for number in range(len(messages) + 1)}
    assert {sum(map(len, out[:number])) for number in range(len(out) + 1)} <= ends


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("application/connect+proto", b"{", "protobuf"),
        ("application/connect+json", b'{"a":1}', "undecodable"),
        (EVENTS, b"\0\0\0\x02\0", "undecodable"),
        ("application/grpc", b"\0" + (LONGEST + 1).to_bytes(4), "too_large"),
        (EVENTS, b"\xff" * 5, "too_large"),
    ],
)
def test_what_is_no_message_says_so_and_keeps_what_came(kind: str, data: bytes, reason: str) -> None:
    reading = Envelopes(kind)
    with pytest.raises(Unreadable) as raised:
        reading.feed(data)
    assert raised.value.reason == reason
    assert reading.rest == data


def test_a_message_that_is_not_whole_at_the_end_is_unreadable() -> None:
    reading = Envelopes("application/grpc")
    assert reading.feed(envelope(0, b"a") + b"\0\0") == envelope(0, b"a")
    with pytest.raises(Unreadable, match="protobuf"):
        reading.end()
