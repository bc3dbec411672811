import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.names.tokens import SITUATIONS, tokenise


def test_words_numbers_and_signs_are_tokens():
    assert tokenise("Ada's 2nd_mail, O.K.?").words == [
        "Ada", "'", "s", "2", "nd", "_", "mail", ",", "O", ".", "K", ".", "?"
    ]  # fmt: skip


def test_a_letter_keeps_its_combining_marks():
    assert tokenise("Jose\u0301 Li").words == ["Jose\u0301", "Li"]


@pytest.mark.parametrize(
    ("text", "case"), [("Ada met Bob", 0), ("ADA MET BOBBY", 1), ("Annual Budget Report", 2), ("ada met bob", 3)]
)
def test_a_situation_tells_how_the_line_is_written(text, case):
    assert {situation // 8 for situation in tokenise(text).situations} == {case}


def test_a_situation_tells_what_a_token_is_glued_to():
    assert [situation % 8 for situation in tokenise("Ada, Bob").situations] == [4 + 1, 2, 0]


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text):
    tokens = tokenise(text)
    spans = zip(tokens.starts, tokens.ends, strict=True)
    assert [text[start:end] for start, end in spans] == tokens.words
    assert all(0 <= situation < SITUATIONS for situation in tokens.situations)
    assert "".join(tokens.words).split() == ["".join(text.split())] * bool(text.split())
