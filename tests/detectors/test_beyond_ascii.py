from hypothesis import given
from hypothesis import strategies as st

from detectors.beyond_ascii import beyond_ascii


@given(st.text(alphabet=st.characters(codec=None)))
def test_every_character_beyond_ascii_once(text):
    assert beyond_ascii(text) == {char for char in text if not char.isascii()}


def test_half_a_surrogate_pair_is_one_too():
    assert beyond_ascii("a\ud800é\U0001f600é") == {"\ud800", "é", "\U0001f600"}
