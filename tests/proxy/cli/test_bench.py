import json
from collections.abc import Callable, Iterator, Sequence

import pytest

from proxy.bench.effort import Effort
from proxy.bench.figures import Figure
from proxy.cli import bench
from proxy.cli.main import main


def fake(parts: Sequence[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Figure]:
    tell("measuring")
    if "wrong" in parts:
        raise ValueError("there is no part 'wrong'")
    yield Figure("fake", "cost", "ms", (1.0,) * effort.rounds, goal=effort.scale)


@pytest.fixture(autouse=True)
def benches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench.BENCHES, "proxy", (f"{__name__}:fake", "a fake"))
    monkeypatch.setattr(bench, "import_module", lambda _: __import__("types").SimpleNamespace(fake=fake))


def test_the_table_says_whether_the_goal_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "proxy", "--rounds", "2"]) == 0
    out, err = capsys.readouterr()
    assert out.rstrip().endswith("goal ≤ 1: met")
    assert err == "hushgate: measuring\n"
    assert main(["bench", "proxy", "--scale", "0.5", "--plot"]) == 1
    assert "█" in capsys.readouterr().out


def test_machines_get_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "proxy", "--json", "--rounds", "3", "--seed", "7"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["bench"], value["seed"], value["figures"][0]["rounds"]) == ("proxy", 7, [1.0, 1.0, 1.0])


def test_a_part_that_there_is_not_is_an_error_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "proxy", "wrong"]) == 2
    assert "there is no part 'wrong'" in capsys.readouterr().err


def test_every_bench_names_a_function_that_is_there() -> None:
    from importlib import import_module

    for module, _, name in (target.partition(":") for target, _ in bench.BENCHES.values()):
        if module != __name__:
            assert callable(getattr(import_module(module), name))
