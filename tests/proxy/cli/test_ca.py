"""The certificate authority on the command line."""

import json
from pathlib import Path

import pytest

from proxy.cli.main import main


def test_init_makes_it_once_and_show_prints_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ca", "init", "--state", str(tmp_path), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["ca", "show", "--state", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == made
    assert Path(made["file"]).read_text().startswith("-----BEGIN CERTIFICATE")
    assert main(["ca", "show", "--state", str(tmp_path)]) == 0
    assert made["sha256"] in capsys.readouterr().out


def test_show_without_one_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ca", "show", "--state", str(tmp_path)]) == 2
    assert "hushgate ca init" in capsys.readouterr().err
