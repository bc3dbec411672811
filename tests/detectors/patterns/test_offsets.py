from hypothesis import given
from hypothesis import strategies as st

from detectors.patterns.offsets import ceiling, characters, encode

ANY_TEXT = st.text(st.characters(), max_size=60)


def test_a_lone_surrogate_is_encoded() -> None:
    assert len(encode("\ud800")) == 3


def test_positions_inside_a_character_count_as_its_start() -> None:
    data = encode("a🎉b")
    assert characters(data, [0, 1, 2, 4, 5, 6]) == {0: 0, 1: 1, 2: 1, 4: 1, 5: 2, 6: 3}


def test_the_ceiling_is_the_next_start() -> None:
    assert [ceiling(encode("é!"), position) for position in (0, 1, 2, 3)] == [0, 2, 2, 3]


@given(ANY_TEXT)
def test_every_start_of_a_character_maps_to_its_index(text: str) -> None:
    starts = [len(encode(text[:i])) for i in range(len(text) + 1)]
    mapped = characters(encode(text), starts)
    assert [mapped[start] for start in starts] == list(range(len(text) + 1))
