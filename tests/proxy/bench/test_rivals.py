"""Each of them serves where it is installed, and says why not where it is not."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from proxy.bench import load, programs, rivals
from proxy.bench.accounting import cpu_seconds

ALL = {"squid": rivals.bumping_squid, "ends": rivals.ending_haproxy, "tunnel": rivals.tunnelling_haproxy}


@pytest.mark.parametrize("name", sorted(ALL))
def test_it_passes_requests_on(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with programs.vendor(tmp_path) as stand, contextlib.ExitStack() as stack:
        running = rivals.joined(stack, stand, {name: ALL[name]})
        if name not in running:
            pytest.skip(capsys.readouterr().err)
        timings = asyncio.run(load.post_all(running[name].way, [load.chat("hello")] * 4, lines=2))
        assert [timing.status for timing in timings] == [200] * 4
        assert cpu_seconds(running[name].pid) > 0


def test_what_is_not_installed_is_left_out_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rivals.shutil, "which", lambda *_, **__: None)
    with programs.vendor(tmp_path) as stand, contextlib.ExitStack() as stack:
        assert rivals.joined(stack, stand, ALL) == {}
    assert capsys.readouterr().err.count("it is not installed") == 3
