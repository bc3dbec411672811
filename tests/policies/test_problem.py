"""Problems read like a compiler's: place, what, the line with a caret, help."""

from hypothesis import given
from hypothesis import strategies as st

from policies.problem import PolicyError, Problem, suggest


def test_a_problem_with_its_line() -> None:
    problem = Problem("packs/default.yaml", 14, 5, 'unknown entity "EMIAL"', 'did you mean "EMAIL"?', "  - [EMIAL]")
    assert str(problem) == (
        'packs/default.yaml:14:5: unknown entity "EMIAL"\n'
        "  14 |   - [EMIAL]\n"
        "     |     ^\n"
        '  help: did you mean "EMAIL"?'
    )


def test_a_problem_of_the_file_as_a_whole() -> None:
    assert str(Problem("a.yaml", 0, 0, "the file is empty")) == "a.yaml: the file is empty"


def test_the_caret_follows_tabs() -> None:
    assert str(Problem("a.yaml", 1, 3, "x", source="a\tb")).endswith("| a\tb\n    |  \t^")


def test_a_terminal_is_not_commanded() -> None:
    assert "\x1b" not in str(Problem("a.yaml", 1, 1, "x", source="\x1b[2J gone"))


def test_all_problems_stand_in_the_error_in_the_order_of_the_files() -> None:
    error = PolicyError([Problem("b", 1, 1, "two"), Problem("a", 9, 1, "one")])
    assert [problem.file for problem in error.problems] == ["a", "b"]
    assert str(error) == "a:9:1: one\nb:1:1: two"
    assert not error.unreadable


def test_suggestions_mind_no_letter_case_and_know_beginnings() -> None:
    words = ["EMAIL_ADDRESS", "US_SSN", "SECRET.*"]
    assert suggest("email_adress", words) == 'did you mean "EMAIL_ADDRESS"?'
    assert suggest("EMAIL", ["EMAIL_ADDRESS_OF_A_PERSON"]) == 'did you mean "EMAIL_ADDRESS_OF_A_PERSON"?'
    assert suggest("xyz", words) == ""


@given(st.text())
def test_suggest_takes_any_word(word: str) -> None:
    assert isinstance(suggest(word, ["EMAIL_ADDRESS"]), str)
