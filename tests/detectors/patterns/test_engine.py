import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.patterns.engine import Engine, check_expression
from detectors.patterns.pattern import Pattern

PATTERNS = (
    Pattern("token", r"tok_[a-z0-9]{4,8}", ("tok_",)),
    Pattern("named", r"(?P<name>k|K)ey: (?P<secret>\S{2,9})", ("key",)),
    Pattern("word", r"(?i:grün) ([a-z]+)", ()),
    Pattern("kept", r"abc", ("elsewhere",)),
)


def found(engine: Engine, text: str) -> list[tuple[str, str]]:
    return [(PATTERNS[hit.pattern].id, text[hit.start : hit.end]) for hit in engine.find(text)]


def test_the_group_called_secret_wins_then_the_first_then_the_match() -> None:
    assert found(Engine(PATTERNS), "tok_ab12 Key: xyz grün abc") == [
        ("token", "tok_ab12"),
        ("named", "xyz"),
        ("word", "abc"),
    ]


def test_positions_are_characters() -> None:
    text = "é🎉\ud800 GRÜN x grün abcd"
    assert found(Engine(PATTERNS), text) == [("word", "abcd")]
    assert found(Engine(PATTERNS), text.replace("GRÜN", "grün")) == [("word", "x"), ("word", "abcd")]


def test_a_pattern_runs_only_beside_one_of_its_keywords() -> None:
    assert found(Engine(PATTERNS), "abc") == []
    assert found(Engine(PATTERNS), "ELSEWHERE abc") == [("kept", "abc")]


def test_a_bad_expression_is_named() -> None:
    with pytest.raises(ValueError, match="pattern broken: missing \\)"):
        Engine([Pattern("broken", "(a")])
    assert check_expression("a{2000}") != ""
    assert check_expression("a(?=b)") != ""
    assert check_expression("a{2}") == ""


def test_empty_matches_are_no_hits() -> None:
    assert Engine([Pattern("maybe", "x*")]).find("axxa") != []
    assert Engine([Pattern("maybe", "x*")]).find("aaa") == []


PIECES = ["tok_ab12", "Key: xyz", "grün abc", "elsewhere", "abc", " ", "é", "🎉", "\ud800", "\n", "tok_", "key: "]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_with_and_without_hyperscan_the_hits_are_the_same(text: str) -> None:
    assert GATED.find(text) == UNGATED.find(text)


GATED, UNGATED = Engine(PATTERNS), Engine(PATTERNS, gated=False)
