"""Words with stars."""

from hypothesis import given
from hypothesis import strategies as st

from policies.pattern import one_of


@given(st.text(), st.text())
def test_a_pattern_means_itself_but_for_its_stars(word: str, other: str) -> None:
    plain = word.replace("*", "")
    assert one_of([plain])(plain)
    assert one_of([plain + "*"])(plain + other)
    assert not one_of(["x" + plain + "*"])("y" + other)


def test_no_words_are_nothing() -> None:
    assert not one_of([])("")
