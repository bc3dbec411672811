"""The doctor finds the usual causes."""

import json
import socket
from pathlib import Path

import pytest

from proxy.cli.main import main


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, bool]]:
    code = main(["doctor", "--json", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *arguments])
    return code, {finding["check"]: finding["ok"] for finding in json.loads(capsys.readouterr().out)}


def test_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = doctor(capsys, "--state", str(tmp_path / "none"))
    assert code == 0
    assert all(found.values())
    assert {"python", "packages", "state", "listen", "admin", "policy", "upstream roots"} <= set(found)


def test_what_is_wrong_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.yaml").write_text("schema: policy/v9\n")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        code, found = doctor(capsys, "--state", str(tmp_path / "none"), "--policies", str(tmp_path / "p.yaml"),
                             "--listen", f"127.0.0.1:{port}", "--upstream-ca", str(tmp_path / "no.pem"))  # fmt: skip
    assert code == 1
    assert {check for check, ok in found.items() if not ok} == {"policy", "listen", "upstream ca"}


def test_people_get_a_list_with_hints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--state", str(tmp_path / "n"), "--upstream-ca", str(tmp_path / "no.pem"), "--listen",
                 "127.0.0.1:0", "--admin", "127.0.0.1:0"]) == 1  # fmt: skip
    assert "hint: the file does not exist" in capsys.readouterr().out
