"""What `serve` says when it cannot start; that it starts is shown in tests/proxy/test_whole.py."""

import subprocess
import sys
from pathlib import Path

import pytest

from proxy.cli.main import main

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("serve")]


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "proxy.cli", "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    root = Path(__file__).resolve().parents[3]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=100, check=False, cwd=root)


def test_a_wrong_setting_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.yaml").write_text("listne: 1\n")
    assert main(["serve", "--config", str(tmp_path / "c.yaml")]) == 2
    err = capsys.readouterr().err
    assert "c.yaml:1:1: unknown setting 'listne'" in err
    assert "did you mean 'listen'" in err


def test_a_broken_policy_is_named_and_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("schema: policy/v1\npolicy: x\nruels: []\n")
    done = serve("--state", str(tmp_path / "s"), "--policies", str(tmp_path / "p.yaml"))
    assert done.returncode == 2
    assert "hushgate: error: the policy cannot be put in force" in done.stderr
    assert "p.yaml:3:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        done = serve("--state", str(tmp_path / "s"), "--listen", f"127.0.0.1:{sock.getsockname()[1]}")
    assert done.returncode == 2
    assert "cannot listen on" in done.stderr
    assert "--listen" in done.stderr


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s" / "keys").mkdir(parents=True)
    (tmp_path / "s" / "keys" / "value.k1").write_bytes(b"k" * 32)
    (tmp_path / "s" / "keys" / "value.k1").chmod(0o644)
    done = serve("--state", str(tmp_path / "s"))
    assert done.returncode == 2
    assert "can be read by others" in done.stderr
    assert "hint: chmod 600" in done.stderr
