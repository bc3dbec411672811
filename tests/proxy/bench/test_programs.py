import asyncio
from pathlib import Path

import pytest

from proxy.bench import load, programs
from proxy.bench.accounting import cpu_seconds
from proxy.bench.line import Way


def test_mitmdump_is_run_as_it_comes(tmp_path: Path) -> None:
    with programs.vendor(tmp_path) as stand, programs.mitmdump(stand) as peer:
        timings = asyncio.run(load.post_all(peer.way, [load.chat("hello")] * 4, lines=2))
        assert [timing.status for timing in timings] == [200] * 4
        assert cpu_seconds(peer.pid) > 0


def test_programs_are_left_alone_until_they_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter([0.0, 1.0, 1.0, 1.5, 1.5, 1.5])
    asked: list[int] = []

    def cpu(pid: int) -> float:
        asked.append(pid)
        return next(spent)

    monkeypatch.setattr(programs, "cpu_seconds", cpu)
    monkeypatch.setattr(programs.time, "sleep", lambda _: None)
    way = Way(("127.0.0.1", 1), Path("/"), "api.openai.com", proxied=False)
    programs.rest(60, [programs.Running(way, 0), programs.Running(way, 7)])
    assert asked == [7] * 6


def test_a_program_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        programs.vendor(tmp_path) as stand,
        pytest.raises(programs.StartError, match="unrecognized arguments: --nonsense"),
        programs.hushgate(stand, arguments=["--nonsense"]),
    ):
        pass


def test_squid_is_a_peer_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)
    with (
        programs.vendor(tmp_path) as stand,
        pytest.raises(programs.StartError, match="not installed"),
        programs.squid(stand),
    ):
        pass
