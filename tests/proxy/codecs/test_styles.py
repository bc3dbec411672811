import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.limits import Unreadable
from proxy.codecs.styles import escaped, escapes, unescaped


def test_json_text_is_unescaped_with_its_surrogates() -> None:
    assert unescaped(r"caf\u00e9 \ud83d\ude00 \/ \ud83d.", "json") == "caf\u00e9 \U0001f600 / \ud83d."


def test_form_text_is_unescaped_as_utf_8() -> None:
    assert unescaped("a+b%2B%C3%A9%zz", "form") == "a b+\u00e9%zz"


def test_form_bytes_that_are_not_utf_8_are_undecodable() -> None:
    with pytest.raises(Unreadable):
        unescaped("%ff", "form")


def test_positions_part_after_each_escape() -> None:
    assert escapes(r"a\n\u00e9z", "json") == ([0, 2, 3], [0, 3, 9])
    assert escapes("a%C3%A9+b", "form") == ([0, 2], [0, 7])
    assert escapes("plain", "plain") == ([0], [0])


def test_new_text_is_written_as_its_neighbours_are() -> None:
    assert escaped("é/\n", "plain", "json", ascii_only=False) == "é/\\n"
    assert escaped("é/", r"\u00e8 \/", "json", ascii_only=False) == r"\u00e9\/"
    assert escaped("é", r"\u00E8", "json", ascii_only=True) == r"\u00E9"
    assert escaped("é", r"é \u00e8", "json", ascii_only=False) == "é"
    assert escaped("[A B]&é", "", "form", ascii_only=False) == "%5BA+B%5D%26%C3%A9"
    assert escaped('a"b\r\n', "", "filename", ascii_only=False) == "a_b__"


def test_a_lone_surrogate_never_becomes_bytes() -> None:
    assert escaped("\ud83d", "", "json", ascii_only=False) == r"\ud83d"
    assert escaped("\ud83d", "", "plain", ascii_only=False).encode()


@given(st.text(st.characters(), max_size=40), st.booleans())
def test_json_text_comes_back(text: str, ascii_only: bool) -> None:
    assert json.loads(f'"{escaped(text, "", "json", ascii_only)}"') == text


@given(st.text(max_size=40))
def test_form_text_comes_back(text: str) -> None:
    assert unescaped(escaped(text, "", "form", False), "form") == text
