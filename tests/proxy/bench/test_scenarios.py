from pathlib import Path

import pytest

from proxy.bench import programs
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure
from proxy.bench.scenarios import SCENARIOS

GLANCE = Effort(rounds=1, scale=0.01, rest=0)


def run(name: str, tmp_path: Path) -> list[Figure]:
    with programs.vendor(tmp_path) as stand:
        return list(SCENARIOS[name](stand, GLANCE))


@pytest.mark.proxy
@pytest.mark.parametrize("name", ["requests", "streams", "tunnel", "memory"])
def test_a_scenario_gives_figures_of_every_round(name: str, tmp_path: Path) -> None:
    figures = run(name, tmp_path)
    assert figures
    assert all(len(figure.values) == 1 for figure in figures)
    assert all(figure.scenario == name for figure in figures)
    assert any(figure.goal is not None for figure in figures)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_says_what_it_measures(name: str) -> None:
    assert SCENARIOS[name].__doc__
