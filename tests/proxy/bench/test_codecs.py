import pytest

from proxy.bench.codecs import run
from proxy.bench.effort import Effort


def test_reading_and_restoring_are_measured() -> None:
    told: list[str] = []
    figures = list(run([], Effort(rounds=1, scale=0.001), told.append))
    assert [figure.scenario for figure in figures] == ["read"] * 3 + ["restore"] * 2
    assert all(figure.median > 0 for figure in figures)
    assert len(told) == 2


def test_a_part_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match="'nonsense'; there are read, restore"):
        list(run(["nonsense"], Effort(), lambda _: None))
