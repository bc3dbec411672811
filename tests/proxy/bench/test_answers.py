from pathlib import Path

import pytest

from proxy.bench import answers, programs
from proxy.bench.effort import Effort
from proxy.bench.scenarios import SCENARIOS


@pytest.mark.proxy
@pytest.mark.timeout(300)
def test_first_events_and_cpu_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = "values to put back"
    monkeypatch.setattr(answers, "_KINDS", {kind: answers._KINDS[kind]})
    with programs.vendor(tmp_path) as stand:
        delay, cpu = SCENARIOS["answers"](stand, Effort(rounds=1, scale=0.01, rest=0))
    assert (delay.name, delay.goal) == (f"{kind}: first event, added p50", 1)
    assert cpu.name == f"{kind}: CPU per event"
    assert len(delay.values) == len(cpu.values) == 1
    assert cpu.median > 0
