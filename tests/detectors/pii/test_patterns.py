import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.pii.patterns import PatternSet, compile_pattern
from detectors.pii.table import table

PATTERNS = sorted({form.pattern for kind in table().kinds for form in kind.forms})


def spans(pattern: str, text: bytes, *, longest: bool = False) -> list[tuple[int, int]]:
    return [match.span() for match in compile_pattern(pattern, longest=longest).finditer(text)]


def test_a_pattern_counts_octets() -> None:
    assert spans(r"\b\d{3}\b", b"\xe9123 456") == [(1, 4), (5, 8)]


def test_the_longest_alternative_is_taken_when_asked_for() -> None:
    assert spans("card|card number", b"card number", longest=True) == [(0, 11)]
    assert spans("card|card number", b"card number") == [(0, 4)]


def test_look_around_is_refused() -> None:
    with pytest.raises(ValueError, match="linear-time"):
        compile_pattern(r"(?<=a)b")


def test_a_set_says_which_patterns_occur() -> None:
    both = PatternSet([r"\d{3}", "x+", "y"])
    assert both.present(b"123 y") == [0, 2]
    assert both.present(b"") == []


@given(st.text(alphabet="0123456789ABCDEFXYZabc -./:@", max_size=80))
def test_the_set_and_the_single_patterns_agree(text: str) -> None:
    data = text.encode()
    alone = [number for number, pattern in enumerate(PATTERNS) if compile_pattern(pattern).search(data)]
    assert list(ALL.present(data)) == alone


ALL = PatternSet(PATTERNS)
