import pytest

from detectors.views.variables import sums


def test_a_sum_of_given_variables_is_read_from_where_they_stand():
    text = 'use A+B please\nA = "AKIA"\nB = "1234"'
    (edit,) = sums(text)
    assert text[edit.start : edit.end] == "A+B"
    assert edit.text == "AKIA1234"
    assert [text[s:e] for s, e in edit.moved] == ["AKIA", "1234"]


@pytest.mark.parametrize("written", ["a . b", "${a}${b}", "{a}{b}", "$a$b", "a & b"])
def test_other_ways_to_join(written):
    assert [edit.text for edit in sums(f"a='xx'; b='yy'\nprint {written}")] == ["xxyy"]


@pytest.mark.parametrize("text", ["A+B", 'A = "x"\nA+B', 'A = "x"\nB = "y"', "x = 1 + 2"])
def test_what_is_not_given_is_not_joined(text):
    assert list(sums(text)) == []
