import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.spans import Document, Span, rewrite
from proxy.codecs.styles import unescaped


def whole(text: str, raw: str, style: str) -> tuple[bytes, Span]:
    """Return a body and the span of `raw` in it."""
    at = text.index(raw)
    body = text.encode()
    return body, Span(Document(text, 0, len(body)), at, at + len(raw), style)  # type: ignore[arg-type]


def test_one_slice_is_replaced() -> None:
    body, span = whole('{"a" : "caf\\u00e9 x\\/y é"}', "caf\\u00e9 x\\/y é", "json")
    assert rewrite(body, {span: [(5, 6, "Z")]}) == '{"a" : "caf\\u00e9 Z\\/y é"}'.encode()


def test_several_edits_of_several_documents_go_in_by_position() -> None:
    body = b"one two|three"
    left, right = Document("one two", 0, 7), Document("three", 8, 13)
    changes = {
        Span(right, 0, 5, "plain"): [(0, 5, "3")],
        Span(left, 0, 7, "plain"): [(4, 7, "2"), (0, 3, "1")],
    }
    assert rewrite(body, changes) == b"1 2|3"


def test_an_inner_text_is_escaped_once_for_each_level() -> None:
    inner = '{"email":"a@b"}'
    text = json.dumps({"arguments": inner})
    body, outer = whole(text, text[15:-2], "json")
    assert unescaped(outer.raw, "json") == inner
    leaf = Span(Document(inner, outer=outer), 10, 13, "json")
    assert rewrite(body, {leaf: [(0, 3, 'x"\n')]}) == json.dumps({"arguments": '{"email":"x\\"\\n"}'}).encode()


def test_an_inner_number_becomes_a_string() -> None:
    inner = '{"ssn":123456789}'
    body, outer = whole(json.dumps([inner]), json.dumps(inner)[1:-1], "json")
    leaf = Span(Document(inner, outer=outer), 7, 16, "number")
    changed = rewrite(body, {leaf: [(0, 3, "[A]"), (6, 9, "[B]")]})
    assert json.loads(json.loads(changed)[0]) == {"ssn": "[A]456[B]"}


def test_overlapping_edits_are_refused() -> None:
    body, span = whole("abcdef", "abcdef", "plain")
    with pytest.raises(ValueError, match="overlap"):
        rewrite(body, {span: [(0, 3, ""), (2, 4, "")]})


pieces = st.lists(
    st.sampled_from(
        ["a", "é", "😀", "word ", r"\u00e9", r"\u00E9", r"\/", "/", r"\n", r"\"", r"\\", r"\ud83d\ude00", r"\ud83d",
         r"\ude00", r"\t", " ", "1", "日本"]
    ),
    max_size=12,
)  # fmt: skip


@given(before=pieces, value=pieces, after=pieces, new=st.text(max_size=8))
def test_whatever_stands_around_it_only_the_slice_changes(
    before: list[str], value: list[str], after: list[str], new: str
) -> None:
    head, slice_, tail = "".join(before), "".join(value), "".join(after)
    raw = head + slice_ + tail
    parted = [unescaped(head, "json"), unescaped(slice_, "json"), unescaped(tail, "json")]
    if "".join(parted) != unescaped(raw, "json"):
        return  # the cut went through a surrogate pair, where no edit can begin
    text = '\ufeff{ "b":1e2,\r\n"a":"' + raw + '" }'
    at = text.index('"a":"') + 5
    span = Span(Document(text, 0, len(body := text.encode())), at, at + len(raw), "json")
    start = len(parted[0])
    changed = rewrite(body, {span: [(start, start + len(parted[1]), new)]})
    front, back = text[: span.start] + head, tail + text[span.end :]
    assert changed.startswith(front.encode())
    assert changed.endswith(back.encode())
    written = changed[len(front.encode()) : len(changed) - len(back.encode())].decode()
    assert unescaped(written, "json") == new
