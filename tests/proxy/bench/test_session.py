import pytest

from proxy.bench.effort import Effort
from proxy.bench.session import run


def test_a_scenario_that_there_is_not_is_named_before_anything_runs() -> None:
    told: list[str] = []
    with pytest.raises(ValueError, match="'nonsense'; there are requests, latency"):
        list(run(["nonsense"], Effort(), told.append))
    assert told == []
