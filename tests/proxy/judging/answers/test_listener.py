"""What a service says on a WebSocket: cut, stopped and recorded message by message."""

import asyncio
import json
from typing import Any

import pytest

from proxy.judging.answerer import Answerer, Refused
from proxy.judging.answering import Answering
from proxy.judging.answers.listener import Listener
from proxy.judging.tally import Tally
from proxy.metrics import Metrics
from proxy.placeholder import Issuer
from tests.proxy.judging.test_answering import CARD, NOW, Scans, judged

LABEL = "[REDACTED_CREDIT_CARD]"


class Trail:
    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    async def write(self, record: dict[str, Any], *, wait: bool) -> None:
        self.records.append(record)


class Socket:
    """A listener and what a client heard."""

    def __init__(self, **values: str) -> None:
        request, taken = judged()
        self.issuer = Issuer(b"k", "ann")
        self.tokens = {name: self.issuer.issue("PERSON", value) for name, value in values.items()}
        self.trail = Trail()
        answering = Answering(request, taken, Scans(), self.issuer.issued.get, None, lambda: NOW)
        self.answerer = Answerer(answering, "", request, taken.revision, self.trail, Tally(Metrics()))
        self.listener = Listener(self.answerer)
        self.heard: list[Any] = []
        self.refused: Refused | None = None

    def say(self, content: bytes, *, text: bool = True) -> None:
        self._take(asyncio.run(self.listener.feed(content, text=text)))

    def flush(self) -> None:
        self._take(asyncio.run(self.listener.flush()))

    def _take(self, left: Any) -> None:
        if isinstance(left, Refused):
            self.refused = left
        else:
            self.heard += left

    @property
    def text(self) -> str:
        return "".join(json.loads(content)["delta"] for content, _ in self.heard)


def delta(text: str) -> bytes:
    return json.dumps({"type": "delta", "delta": text}).encode()


@pytest.mark.parametrize("size", [1, 3, 40])
def test_a_value_is_cut_out_however_it_is_spread(size: int) -> None:
    socket = Socket(ann="Ann")
    text = f"{socket.tokens['ann']} paid with the card {CARD}, and with {CARD} again."
    for start in range(0, len(text), size):
        socket.say(delta(text[start : start + size]))
    socket.flush()
    assert socket.text == f"Ann paid with the card {LABEL}, and with {LABEL} again."
    assert not socket.listener.holding
    assert sum(len(record["facts"]["findings"]) for record in socket.trail.records) >= 1
    assert {record["req"]["direction"] for record in socket.trail.records} == {"response"}
    assert CARD not in json.dumps(socket.trail.records)


def test_a_block_refuses_and_nothing_leaves_any_more() -> None:
    socket = Socket()
    for piece in ("this page is ", "MAR", "KED as such", " and so on"):
        socket.say(delta(piece))
    assert socket.refused is not None
    assert socket.refused.close[1].startswith("The answer held a marked document.")
    assert "MAR" not in socket.text
    assert [record["decision"]["action"] for record in socket.trail.records] == ["block"]
    socket.say(delta("more"))
    socket.flush()
    assert socket.listener.pause() == socket.listener.close() == []
    assert "more" not in socket.text


def test_bytes_that_are_no_text_are_unknown_and_the_policy_decides() -> None:
    socket = Socket()
    socket.say(b"\xff\xfe\x00", text=False)
    assert socket.heard == [(b"\xff\xfe\x00", False)]
    assert socket.trail.records[0]["facts"]["unknown"] == ["media"]
    socket.say(b"\xff\xfe\x01", text=False)
    assert len(socket.trail.records) == 1
    socket = Socket()
    socket.say(b"\xff\xfe\x00", text=True)
    assert socket.refused is not None
    assert socket.heard == []


def test_what_waits_at_the_end_leaves_unless_it_could_stop_the_answer() -> None:
    socket = Socket()
    socket.say(delta("good bye"))
    assert socket.heard == []
    assert socket.listener.close() == [(delta("good bye"), True)]
    socket = Socket()
    socket.say(delta("it is MARKED"))
    assert socket.refused is None
    assert socket.listener.close() == []


def test_a_pause_lets_go_what_is_no_value() -> None:
    socket = Socket()
    socket.answerer._answering._weave._clock = lambda: 0.0
    socket.say(delta("words that hold nothing "))
    assert socket.listener.restless
    socket.answerer._answering._weave._clock = lambda: 1.0
    assert socket.listener.pause() == [(delta("words that hold nothing "), True)]
    assert not socket.listener.restless
