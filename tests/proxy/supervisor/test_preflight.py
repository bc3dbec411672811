"""What is tried before a new program takes over; a good one and a broken one run in tests/proxy/test_upgrade.py."""

import sys
from pathlib import Path

import pytest

from proxy.config import Config, load
from proxy.supervisor import preflight
from proxy.supervisor.files import SnapshotError


def config(folder: Path, policy: str) -> Config:
    (folder / "p.yaml").write_text(policy)
    return load({"state": str(folder), "policies": [str(folder / "p.yaml")], "families": "secrets"}, None, {})


async def test_a_policy_that_would_not_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError):
        await preflight.check(config(tmp_path, "schema: policy/v9\n"))


async def test_what_the_new_program_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "import sys; sys.stderr.write('hushgate: error: no\\n\\nhushgate: hint: yes\\n'); sys.exit(2)"
    monkeypatch.setattr(sys, "orig_argv", ["python", "-c", said])
    assert await preflight.attempt() == ["hushgate: error: no", "hushgate: hint: yes"]
    monkeypatch.setattr(sys, "orig_argv", ["python", "-c", "raise SystemExit(3)"])
    assert await preflight.attempt() == ["the check ended with code 3"]
    monkeypatch.setattr(sys, "orig_argv", ["python", "-c", "import sys; sys.exit(sys.argv[1:] != ['--preflight'])"])
    assert await preflight.attempt() == []


async def test_a_program_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert "cannot be started" in (await preflight.attempt())[0]
