"""What the verbs share."""

from pathlib import Path

import pytest

from proxy.cli import policy_output as output
from proxy.cli.voice import Failure


def test_a_table_lines_up() -> None:
    assert output.table([("a", 1), ("long", 22)]) == ["  a      1", "  long  22"]
    assert output.table([]) == []


def test_a_policy_that_cannot_be_loaded_says_so_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(output.Unloadable) as caught:
        output.load(["pack:nothing"])
    assert caught.value.code == output.USAGE
    assert "there is no pack" in capsys.readouterr().err


def test_a_trail_and_a_time(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no audit trail"):
        output.trail(tmp_path / "nowhere", "")
    with pytest.raises(Failure, match="is not a time"):
        output.trail(tmp_path, "yesterday")
    assert output.trail(tmp_path, "2026-03-01T08:00:00+00:00")[1] == "2026-03-01T08:00:00.000000Z"
