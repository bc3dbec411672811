"""The messages of a WebSocket: values come back, order and boundaries stay."""

import json

from hypothesis import given
from hypothesis import strategies as st

from proxy.placeholder import Issuer
from proxy.restore.messages import MessageRestorer
from proxy.restore.restorer import Values

ISSUER = Issuer(b"k", "ann")
VALUE = 'Ann "B" \\ 😀\n'
TOKEN = ISSUER.issue("PERSON", VALUE)


def restorer() -> MessageRestorer:
    return MessageRestorer(Values(ISSUER.issued.get))


def delta(text: str) -> bytes:
    return json.dumps({"type": "response.output_text.delta", "item_id": "i", "delta": text}).encode()


def test_a_message_without_placeholders_leaves_as_it_is() -> None:
    made = restorer()
    for content, text in ((delta("hi"), True), (b"\xff\x00", False), (b"", True), (b"plain [x", True)):
        assert made.feed(content, text=text) == [(content, text)] or made.holding
    assert made.replaced == 0


@given(st.integers(1, 10))
def test_a_value_that_is_spread_over_messages(size: int) -> None:
    made, text = restorer(), f"Dear {TOKEN}{TOKEN}!"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    released = [message for piece in pieces for message in made.feed(delta(piece), text=True)]
    released += made.flush()
    assert len(released) == len(pieces)
    assert "".join(json.loads(content)["delta"] for content, _ in released) == f"Dear {VALUE}{VALUE}!"
    assert made.replaced == 2


def test_order_and_kind_stay() -> None:
    made = restorer()
    assert made.feed(delta(TOKEN[:5]), text=True) == []
    assert made.feed(b"\x01\x02", text=False) == []
    assert made.holding
    first, second, third = made.feed(delta(TOKEN[5:]), text=True)
    assert json.loads(first[0])["delta"] == VALUE
    assert second == (b"\x01\x02", False)
    assert json.loads(third[0])["delta"] == ""
    assert not made.holding


def test_patience_can_be_ended() -> None:
    made = restorer()
    assert made.feed(delta("ends with ["), text=True) == []
    assert made.flush() == [(delta("ends with ["), True)]
    assert made.flush() == []


def test_records_of_signalr() -> None:
    made = restorer()
    records = [{"type": 1, "arguments": [{"text": f"Dear {TOKEN}"}]}, {"type": 6}]
    content = "".join(json.dumps(record) + "\x1e" for record in records).encode()
    ((out, text),) = made.feed(content, text=True)
    assert text
    first, second, rest = out.decode().split("\x1e")
    assert json.loads(first) == {"type": 1, "arguments": [{"text": f"Dear {VALUE}"}]}
    assert (json.loads(second), rest) == ({"type": 6}, "")
