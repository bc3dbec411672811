import pytest

from detectors.views.variables import given, sums


def test_a_sum_of_given_variables_is_read_from_where_they_stand():
    text = 'use A+B please\nA = "AKIA"\nB = "1234"'
    (edit,) = sums(text, 0, len(text), given(text, 0, len(text)))
    assert text[edit.start : edit.end] == "A+B"
    assert edit.text == "AKIA1234"
    assert [text[s:e] for s, e in edit.moved] == ["AKIA", "1234"]


@pytest.mark.parametrize("written", ["a . b", "${a}${b}", "{a}{b}", "$a$b", "a & b"])
def test_other_ways_to_join(written):
    text = f"a='xx'; b='yy'\nprint {written}"
    assert [edit.text for edit in sums(text, 0, len(text), given(text, 0, len(text)))] == ["xxyy"]


@pytest.mark.parametrize("text", ["A+B", 'A = "x"\nA+B', 'A = "x"\nB = "y"', "x = 1 + 2"])
def test_what_is_not_given_is_not_joined(text):
    assert list(sums(text, 0, len(text), given(text, 0, len(text)))) == []
