"""Events leave in order, and no longer after they came than they have to."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from proxy.restore.weave import PATIENCE, Event, Replacement, Weave


class Ab:
    """Replaces `ab` by `X`."""

    def replacements(self, text: str, before: str) -> Sequence[Replacement]:
        starts = [number for number in range(len(text)) if text.startswith("ab", number)]
        return [Replacement(start, start + 2, "X") for start in starts]

    def settled(self, text: str, before: str) -> int:
        return len(text) - text.endswith("a")


def event(**fields: str) -> Event:
    raw = json.dumps(fields).encode()
    return Event(raw + b"\n", raw, lambda payload: payload + b"\n")


def values(data: Sequence[bytes], name: str) -> str:
    return "".join(json.loads(line).get(name, "") for line in b"".join(data).split(b"\n") if line)


def test_what_waits_for_nothing_leaves_at_once() -> None:
    weave = Weave(Ab())
    assert weave.add(event(t="hello")) == [b'{"t": "hello"}\n']
    assert weave.add(event(t="ab")) == [b'{"t": "X"}\n']
    assert weave.replaced == 1


def test_the_next_piece_decides() -> None:
    weave = Weave(Ab())
    assert weave.add(event(t="1a")) == []
    assert weave.holding
    assert weave.add(event(t="b2")) == [b'{"t": "1X"}\n', b'{"t": "2"}\n']
    assert not weave.holding
    assert weave.add(event(t="1a")) == []
    assert weave.add(event(t="c2")) == [b'{"t": "1a"}\n', b'{"t": "c2"}\n']


def test_other_texts_wait_behind_and_nothing_changes_places() -> None:
    weave = Weave(Ab())
    assert weave.add(event(t="a")) == []
    assert weave.add(event(u="a")) == []
    assert weave.add(event(t="b")) == [b'{"t": "X"}\n']
    assert weave.add(event(u="b")) == [b'{"u": "X"}\n', b'{"t": ""}\n', b'{"u": ""}\n']


def test_patience_ends() -> None:
    weave = Weave(Ab())
    weave.add(event(t="a"))
    released = [weave.add(event(u="x")) for _ in range(PATIENCE)]
    assert [len(data) for data in released] == [0] * (PATIENCE - 1) + [PATIENCE + 1]
    assert weave.add(event(t="b")) == [b'{"t": "b"}\n']


def test_memory_is_bounded() -> None:
    weave = Weave(Ab(), most=1000)
    weave.add(event(t="a"))
    assert len(weave.add(event(u="x" * 2000))) == 2
    for number in range(2000):
        weave.add(Event(b"", json.dumps({f"t{number}": "a"}).encode()))
    assert len(weave._texts) <= 512
    assert len(weave._open) <= 512
    weave.flush()
    assert not weave._open


def test_what_cannot_be_read_passes_in_its_place() -> None:
    weave = Weave(Ab())
    weave.add(event(t="a"))
    assert weave.add(Event(b"raw")) == []
    assert weave.add(Event(b"\xff", b"\xff")) == []
    assert weave.flush() == [b'{"t": "a"}\n', b"raw", b"\xff"]


@given(st.lists(st.tuples(st.sampled_from("tuv"), st.text(alphabet="abc", max_size=4)), max_size=20))
def test_each_text_is_edited_as_if_it_had_come_whole(pieces: list[tuple[str, str]]) -> None:
    weave = Weave(Ab())
    data = [part for name, piece in pieces for part in weave.add(event(**{name: piece}))]
    data += weave.flush()
    assert len(data) == len(pieces)
    for name in "tuv":
        whole = "".join(piece for own, piece in pieces if own == name)
        assert values(data, name) == whole.replace("ab", "X")


def test_whole_texts_that_hold_nothing_are_shown_once() -> None:
    weave = Weave(Ab(), inspects=True)
    weave.take(event(id="chat-1", t="1"))
    shown = [waiting.pending for waiting in weave.touched()]
    assert {"id", "chat-1", "t", "1"} == set(shown)
    assert len(weave.settle()) == 1
    weave.quiet.update(("id", "chat-1", "t", "1"))
    weave.take(event(id="chat-1", t="1"))
    assert [waiting.pending for waiting in weave.touched()] == ["1"]  # a piece of a text is never left out
    assert weave.settle() == [b'{"id": "chat-1", "t": "1"}\n']
