import json

import pytest

from proxy.bench.figures import Figure, bars, percentile, ratio, table


def test_a_figure_is_the_median_of_its_rounds() -> None:
    figure = Figure("s", "cost", "ms", (3.0, 1.0, 9.0), goal=2)
    assert (figure.median, figure.met) == (3.0, False)
    assert json.loads(json.dumps(figure.as_json()))["rounds"] == [3.0, 1.0, 9.0]


@pytest.mark.parametrize(
    ("goal", "at_least", "met"),
    [(None, False, None), (3, False, True), (2.9, False, False), (3.1, True, False), (0, True, True)],
)
def test_a_goal_is_a_ceiling_or_a_floor(goal: float | None, at_least: bool, met: bool | None) -> None:
    assert Figure("s", "n", "x", (3.0,), goal, at_least).met is met


def test_a_ratio_is_taken_round_by_round() -> None:
    assert ratio("s", "a / b", [2.0, 20.0], [1.0, 10.0]).values == (2.0, 2.0)
    with pytest.raises(ValueError, match="zip"):
        ratio("s", "a / b", [1.0], [])


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (51.0, 100.0, 7.0)
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_table_has_one_line_a_figure() -> None:
    lines = table([Figure("s", "CPU", "ms", (1.0, 2.0, 4.0), goal=3), Figure("s", "added p50", "ms", (1.5,))])
    assert lines == [
        "CPU                2 ms   (1 to 4)              goal ≤ 3: met",
        "added p50        1.5 ms   (1.5 to 1.5)",
    ]


def test_bars_of_one_unit_have_one_scale() -> None:
    lengths = [
        line.count("█")
        for line in bars(
            [Figure("s", n, u, (v,)) for n, u, v in [("a", "ms", 10.0), ("b", "ms", 5.0), ("c", "s", 0.1)]]
        )
    ]
    assert lengths == [30, 15, 30]
