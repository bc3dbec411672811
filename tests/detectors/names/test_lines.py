import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.names.lines import PIECE, prose


def pieces(text: str) -> list[str]:
    return [piece for _, piece in prose(text)]


def test_each_line_is_a_stretch_of_its_own() -> None:
    assert list(prose("Dear Ada\n\nyours, Bob")) == [(0, "Dear Ada"), (10, "yours, Bob")]


@pytest.mark.parametrize(
    "line",
    [
        "import Foo from 'Bar'", "const Foo = 1;", "if (Foo) {", "</Div>", "<p>Hello</p>", "Foo::Bar", "x = Foo(1)",
        "SELECT Name FROM People", "#include <Foo.h>", "Foo.bar()", "$ Run It", "Zm9vYmFyQmF6Zm9vYmFyQmF6Zm9vYmFyQmF6Zm9vYmFy",
        "12345 67890", "", "X", "Пётр живёт в Москве A", "| A | B | 3 | 4 | 5 |",
    ],
)  # fmt: skip
def test_what_is_no_prose_is_left_out(line: str) -> None:
    assert pieces(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "no capitals here",
        "From Berlin to Ada",
        "Please call Ada Lovelace (London) at 5.",
        "- Bob, CEO",
        "From: Ada",
        "Ångström met Øyvind",
        "Name: Ada",
    ],
)
def test_prose_is_kept(line: str) -> None:
    assert pieces(line) == [line]


def test_a_long_line_is_cut_at_a_sentences_end() -> None:
    text = "Ada met Bob. " * 200
    cut = pieces(text)
    assert all(len(piece) <= PIECE + 1 for piece in cut)
    assert "".join(cut).startswith("Ada met Bob. " * 150)


def test_half_a_surrogate_pair_is_read_as_a_replacement() -> None:
    assert pieces("Ada \ud83d met Bob") == ["Ada \ufffd met Bob"]


@given(st.text(alphabet="Aa .\n\t;{é\ud83dп1", max_size=2500))
def test_stretches_stand_where_they_say(text: str) -> None:
    for start, piece in prose(text):
        assert text[start : start + len(piece)].replace("\ud83d", "\ufffd") == piece


def test_lines_of_program_text_are_left_out() -> None:
    assert list(prose("Ada\nBob\nEve", {1})) == [(0, "Ada"), (8, "Eve")]
