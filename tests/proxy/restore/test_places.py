"""The texts of an event, and what they are pieces of."""

import json
from typing import Any

import pytest

from proxy.codecs.limits import Unreadable
from proxy.restore.places import Places


def names(*events: Any, text: str = "T") -> list[Any]:
    """Return the name of the text `T` in each event."""
    places = Places()
    found = []
    for event in events:
        of = [place.name for place in places.of(json.dumps(event).encode()) if place.text == text and place.name]
        found.append(of[0] if len(of) == 1 else of)
    return found


def chunk(index: int, **delta: Any) -> Any:
    return {"id": "x", "choices": [{"index": index, "delta": delta}]}


def tool(number: int) -> Any:
    return chunk(0, tool_calls=[{"index": number, "function": {"arguments": "T"}}])


def anthropic(index: int, kind: str = "text_delta", name: str = "text") -> Any:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: "T"}}


def responses(kind: str, item: int) -> Any:
    return {"type": kind, "sequence_number": item, "item_id": f"i{item}", "output_index": item, "delta": "T"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (chunk(0, content="T"), chunk(0, content="T"), True),
        (chunk(0, content="T"), chunk(1, content="T"), False),
        (chunk(0, content="T"), {"id": "x", "choices": [{"index": 1, "delta": {}}, {"index": 0, "delta": {"content": "T"}}]}, True),
        (tool(0), tool(0), True),
        (tool(0), tool(1), False),
        (anthropic(0), anthropic(0), True),
        (anthropic(0), anthropic(1), False),
        (anthropic(0), anthropic(0, "input_json_delta", "partial_json"), False),
        (responses("response.output_text.delta", 1), responses("response.function_call_arguments.delta", 1), False),
        (responses("response.output_text.delta", 1), responses("response.output_text.delta", 2), False),
        ({"p": "/a", "o": "append", "v": "T"}, {"v": "T"}, True),
        ({"p": "/a", "v": "T"}, {"p": "", "o": "patch", "v": [{"p": "/a", "v": "T"}]}, True),
        ({"p": "/a", "v": "T"}, {"p": "/b", "v": "T"}, False),
        ([{"op": "add", "path": "/c/3", "value": "T"}], [{"op": "add", "path": "/c/4", "value": "T"}], True),
        ({"jsonrpc": "2.0", "id": 1, "result": {"x": "T"}}, {"jsonrpc": "2.0", "id": 2, "result": {"x": "T"}}, False),
    ],
)  # fmt: skip
def test_pieces_of_one_text_have_one_name(one: Any, other: Any, same: bool) -> None:
    first, second = names(one, other)
    assert (first == second) is same
    assert first != []


@pytest.mark.parametrize(
    "event",
    [
        anthropic(0, "thinking_delta", "thinking"),
        {"type": "message", "content": [{"type": "thinking", "thinking": "T", "signature": "x"}]},
        {"candidates": [{"content": {"parts": [{"text": "T", "thoughtSignature": "x"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "T", "thought": True}]}}]},
        {"type": "response.reasoning_summary_text.delta", "delta": "T"},
        {"output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "T"}]}]},
        {"delta": {"reasoningContent": {"text": "T"}}},
    ],
)
def test_what_is_signed_is_not_there(event: Any) -> None:
    assert names(event) == [[]]


def test_an_empty_signature_covers_nothing() -> None:
    assert names({"parts": [{"text": "T", "thoughtSignature": ""}]}, {"parts": [{"text": "T", "thought": False}]}) != [
        [],
        [],
    ]


def test_keys_and_kinds_are_whole_texts() -> None:
    event = b'{"[T": 1, "type": "[T", "call_id": "\\u005bT", "text": "T", "model": "m"}'
    assert [(place.text, place.name is None) for place in Places().of(event)] == [
        *[("[T", True)] * 3,
        ("T", False),
    ]


def test_who_inspects_sees_all_of_it_and_what_can_be_written() -> None:
    event = {
        "model": "m",
        "account": 123456789,
        "n": 12345678,
        "delta": {"type": "thinking_delta", "thinking": "hm", "signature": "c2lnbmVk"},
    }
    found = {place.text: place.writable for place in Places().of(json.dumps(event).encode(), signed=True)}
    assert {"m": True, "123456789": True, "hm": False, "model": True}.items() <= found.items()
    assert {"12345678", "c2lnbmVk"}.isdisjoint(found)


def test_what_is_not_json_is_one_text() -> None:
    (place,) = Places().of("héllo".encode())
    assert (place.text, place.span.style) == ("héllo", "plain")
    assert Places().of(b"") == []
    for text in ("{", '{"a": }', "[x"):
        assert [place.text for place in Places().of(text.encode())] == [text]
    assert [place.text for place in Places().of(b'"T"', plain=True)] == ['"T"']


def test_what_is_too_deep_or_no_text_is_not_read() -> None:
    with pytest.raises(Unreadable):
        Places().of(b"[" * 5000)
    with pytest.raises(UnicodeDecodeError):
        Places().of(b"\xff")
