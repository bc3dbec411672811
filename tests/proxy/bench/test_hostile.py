import pytest

from proxy.bench.hostile import HOSTILE


@pytest.mark.parametrize("name", HOSTILE)
def test_every_maker_makes_texts_of_the_size_that_is_asked_for(name: str) -> None:
    assert [len(HOSTILE[name](size)) for size in (100, 5_001)] == [100, 5_001]
    assert HOSTILE[name](700) == HOSTILE[name](700)
