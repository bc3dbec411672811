"""`hushgate policy diff`: exit code 1 only where a floor is loosened."""

import json

import pytest

from tests.proxy.cli.asked import hushgate


def test_a_loosened_floor_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("diff", "pack:default", "pack:monitor-only", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["version"], report["floor_loosened"]) == ("major", True)
    assert report["changes"][0]["what"] == "rule secrets-never-leave"
    assert hushgate("diff", "pack:default", "pack:monitor-only", "--exit-zero") == 0
    assert "a floor is loosened" in capsys.readouterr().err


def test_the_same_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("diff", "pack:strict", "pack:strict") == 0
    assert capsys.readouterr().out == "no difference\n"
