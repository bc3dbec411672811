import pytest

from detectors.code.margins import bare

CODE = ["def f(x):", "    return x", "", "print(f(2))"]


@pytest.mark.parametrize("shape", ["{}: ", "{:>4} | ", "L{} ", "{:>5}\t", "{}  ", "{:>3}│ "])
def test_numbers_that_count_up_are_left_out(shape):
    assert bare([shape.format(9 + at) + line for at, line in enumerate(CODE)]) == CODE


def test_the_number_of_an_empty_line_may_stand_alone():
    assert bare(["1 a = 1", "2", "3 b = 2"]) == ["a = 1", "", "b = 2"]


@pytest.mark.parametrize(
    "lines",
    [
        ["1: one", "2: two"],
        ["1: one", "3: two", "5: three"],
        ["1: one", "2 | two", "3: three"],
        ["12 eggs", "a cake", "13 eggs", "14 plates"],
        ["10 PRINT", "20 GOTO 10", "30 END"],
    ],
)
def test_other_numbers_stay(lines):
    assert bare(lines) is lines


@pytest.mark.parametrize("mark", ["> ", ">> ", ">", "| "])
def test_marks_of_quotation_are_left_out(mark):
    assert bare(["So:", *(mark + line for line in CODE), "Well?"]) == ["So:", *CODE, "Well?"]


@pytest.mark.parametrize(
    "lines",
    [["> once", "and on"], [">>> f(1)", ">>> f(2)"], ["| a | b |", "|---|---|", "| 1 | 2 |"], ["a > b", "c > d"], []],
)
def test_prompts_tables_and_lone_marks_stay(lines):
    assert bare(lines) is lines


def test_quoted_numbered_lines_lose_both():
    assert bare(["> 1: a", "> 2: b", "> 3: c"]) == ["a", "b", "c"]
