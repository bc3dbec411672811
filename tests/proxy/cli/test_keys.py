"""`hushgate keys`: a key is shown once."""

import io
import json
from pathlib import Path

import pytest

from proxy.cli.main import main

VENDOR = "-".join(["sk", "proj", "q8Zt2mVb9NcR4wL1"])


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.stdin", io.StringIO(VENDOR + "\n"))
    return tmp_path


def run(state: Path, *words: str) -> int:
    return main(["keys", words[0], "--state", str(state), *words[1:]])


def test_a_key_is_made_listed_and_revoked(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(state, "add", "--name", "pay", "--service", "openai-api", "--user", "ci", "--expires", "2099-12-31") == 0
    made = capsys.readouterr()
    key = made.out.strip()
    assert key.startswith("hgk_")
    assert run(state, "list", "--json") == 0
    listed = capsys.readouterr().out
    (row,) = json.loads(listed)
    assert (row["name"], row["service"], row["for"], row["state"]) == ("pay", "openai-api", "ci", "live")
    assert key not in listed
    assert VENDOR not in made.out + made.err + listed
    assert run(state, "revoke", row["id"]) == 0
    assert run(state, "list") == 0
    assert "revoked" in capsys.readouterr().out
    assert VENDOR not in (state / "keys" / "virtual-keys.json").read_text()


def test_a_known_key_is_kept_as_a_hash(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(state, "know", "--name", "old", "--service", "openai-api") == 0
    assert capsys.readouterr().out == ""
    assert VENDOR not in (state / "keys" / "virtual-keys.json").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["revoke", "k0"], "there is no key k0"),
        (["add", "--name", "a", "--service", "openai-api", "--expires", "soon"], "soon is not a date"),
    ],
)
def test_what_is_wrong_is_said(state: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert run(state, *words) == 2
    assert said in capsys.readouterr().err


def test_no_key_on_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run(tmp_path, "add", "--name", "a", "--service", "openai-api") == 2
    assert "no key came" in capsys.readouterr().err
