"""The bench of the detectors, over in a moment: what it measures, not how long it takes."""

import pytest

from proxy.bench import detection
from proxy.bench.effort import Effort

QUICK = Effort(rounds=1, scale=0.01)


def test_each_size_has_a_figure_with_its_goal_and_each_peer_one_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(detection, "ours", lambda families: lambda text: read.append(len(text)))
    monkeypatch.setattr(detection, "installed", lambda: {"Peer": lambda text: read.append(-len(text))})
    figures = list(detection.run(["structured"], QUICK, lambda _: None))
    assert [f.goal for f in figures if "secrets and" in f.name] == [0.5, 3.0, 15.0]
    assert [f.name for f in figures if f.name.startswith("Peer,")] == ["Peer, 2 kB", "Peer, 20 kB"]
    assert read == [2000, 2000, -2000, 20000, 20000, -20000, 100000, 100000]


def test_our_detectors_run_for_real() -> None:
    figures = list(detection.run(["views"], QUICK, lambda _: None))
    assert [f.unit for f in figures] == ["ms", "ms", "ms"]
    assert all(f.median > 0 for f in figures)


def test_hostile_texts_are_held_against_a_linear_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "ours", lambda families: len)
    figures = list(detection.run(["hostile"], QUICK, lambda _: None))
    assert len(figures) == 4 * len(detection.HOSTILE)
    assert {f.goal for f in figures if f.unit == "x"} == {40.0}


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no part 'x'; there are structured, views, hostile"):
        list(detection.run(["x"], QUICK, lambda _: None))
