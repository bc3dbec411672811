"""How deep in JSON strings a text stands, however it is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.restore.nesting import Nest, escaped

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MARK = "[MARK]"


def depth_before_mark(text: str, cuts: list[int]) -> int:
    nest, end, position = Nest(), text.index(MARK), 0
    for cut in [*sorted(cut for cut in cuts if cut < end), end]:
        nest.feed(text[position:cut])
        position = cut
    return nest.depth


@given(VALUES, st.integers(1, 3), st.lists(st.integers(0, 200), max_size=5), st.booleans())
def test_each_json_text_in_a_string_is_one_deeper(other: object, depth: int, cuts: list[int], ascii_only: bool) -> None:
    text = MARK
    for _ in range(depth):
        text = json.dumps({"other": other, "it": text, "more": other}, ensure_ascii=ascii_only)
    assert depth_before_mark(text, cuts) == depth


@pytest.mark.parametrize(
    "text",
    ["Dear [MARK]", '"[MARK]"', "[MARK] is here", 'as in {"a": "[MARK]"}', "{name}: '\"[MARK]\"'", '[x]: "[MARK]"', ""],
)
def test_what_is_no_json_is_plain(text: str) -> None:
    nest = Nest()
    nest.feed(text.partition("[MARK]")[0])
    assert nest.depth == 0


def test_a_bad_escape_ends_it() -> None:
    nest = Nest()
    nest.feed('{"a": "\\x"')
    nest.feed(', "b": "')
    assert nest.depth == 0


@given(st.text(), st.integers(0, 4))
def test_a_value_is_escaped_once_a_level(value: str, depth: int) -> None:
    text = escaped(value, depth)
    for _ in range(depth):
        text = json.loads(f'"{text}"', strict=True)
    assert text == value


def test_the_work_is_linear() -> None:
    nest = Nest()
    for _ in range(20_000):
        nest.feed('{"a":"\\"\\\\' * 2)
