"""JSON is cut into its values, whatever stands between them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.restore import json_values
from proxy.restore.json_values import JsonFraming
from proxy.restore.weave import Event

VALUES = st.recursive(
    st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cut(data: bytes, size: int = 10**9) -> list[Event]:
    framing = JsonFraming()
    events = [event for start in range(0, len(data), size) for event in framing.feed(data[start : start + size])]
    return [*events, *framing.flush()]


@pytest.mark.parametrize(
    ("text", "payloads"),
    [
        ('{"a": [1, {"b": "}"}]}', ['{"a": [1, {"b": "}"}]}']),
        ('[{"a": 1},\n{"b": 2}]', ['{"a": 1}', '{"b": 2}']),
        ('{"a":1}\n{"b":"\\""}\n', ['{"a":1}', '{"b":"\\""}']),
        ('15:[{"op":1}]\n8:"x"\n', ['[{"op":1}]', '"x"']),
        ('"only"', ['"only"']),
        ("[[1,[2]],[3]]", ["[1,[2]]", "[3]"]),
        ("12", []),
        ("", []),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_values(text: str, payloads: list[str], size: int) -> None:
    events = cut(text.encode(), size)
    assert [event.payload.decode() for event in events if event.payload] == payloads
    assert b"".join(event.raw for event in events) == text.encode()


def test_lengths_of_google_s_chunks_are_made_anew() -> None:
    (event, *_) = cut(')]}\'\n\n10\n["😀",1]\n'.encode())
    assert event.render('["😀😀",1]'.encode()) == ')]}\'\n\n12\n["😀😀",1]'.encode()


@given(st.lists(VALUES, max_size=4), st.integers(1, 7))
def test_lines_and_arrays(values: list[object], size: int) -> None:
    lines = "".join(json.dumps(value) + "\n" for value in values).encode()
    for data in (lines, json.dumps(values).encode()):
        assert b"".join(event.raw for event in cut(data, size)) == data
    objects = [{"it": value} for value in values]
    for data in ("".join(json.dumps(value) + "\n" for value in objects), json.dumps(objects)):
        assert [json.loads(e.payload) for e in cut(data.encode(), size) if e.payload] == objects


@given(st.binary(), st.integers(1, 5))
def test_nothing_is_lost(data: bytes, size: int) -> None:
    assert b"".join(event.raw for event in cut(data, size)) == data


def test_a_value_that_is_too_long_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "LONGEST", 100)
    framing = JsonFraming()
    assert [event.payload for event in framing.feed(b'{"a": "' + b"x" * 200)] == [None]
    assert [event.raw for event in framing.feed(b'"}')] == [b'"}']
