"""`hushgate policy fmt`."""

from pathlib import Path

import pytest

from proxy.cli.voice import Failure
from tests.proxy.cli.asked import hushgate

LOOSE = "policy:   local   # ours\nschema: policy/v1\n"


def test_check_and_diff_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(LOOSE)
    assert hushgate("fmt", "--check", str(tmp_path)) == 1
    assert hushgate("fmt", "--diff", str(file)) == 0
    assert "+policy: local  # ours" in capsys.readouterr().out
    assert file.read_text() == LOOSE
    assert hushgate("fmt", str(file)) == 0
    assert file.read_text() == "schema: policy/v1\npolicy: local  # ours\n"
    assert hushgate("fmt", "--check", str(file)) == 0


def test_a_file_that_is_no_yaml_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("a: [\n")
    with pytest.raises(Failure, match="cannot be read"):
        hushgate("fmt", str(file))
    assert file.read_text() == "a: [\n"
    with pytest.raises(Failure, match="no policy file"):
        hushgate("fmt", str(tmp_path / "nothing"))
