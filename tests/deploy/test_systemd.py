import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "systemd" / "hushgate.service"


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_it_is_hardened() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    # The threshold is the exposure times ten.
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_prompts_do_not_end_in_a_core_dump() -> None:
    assert settings()["LimitCORE"] == ["0"]


def test_it_keeps_its_state_where_the_example_says() -> None:
    found = settings()
    assert found["StateDirectory"] == ["hushgate"]
    assert found["StateDirectoryMode"] == ["0700"]
    assert found["ExecStart"] == ["/opt/hushgate/bin/hushgate serve --config /etc/hushgate/config.yaml"]
    assert "PYTHONSAFEPATH=1" in found["Environment"][0].split()


def test_it_is_given_the_time_to_drain() -> None:
    from proxy.config import load

    assert float(settings()["TimeoutStopSec"][0]) > load({}, None, {}).drain_timeout


def test_tls_works_under_it() -> None:
    """cffi's callbacks need memory that is writable and executable; with this setting no TLS connection is made."""
    assert "MemoryDenyWriteExecute" not in settings()


def test_the_proxy_may_lower_its_own_limits() -> None:
    allowed, denied = settings()["SystemCallFilter"]
    assert allowed.split() == [
        "@system-service", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"
    ]  # fmt: skip
    assert denied.startswith("~")
    assert "@resources" not in denied.split()
