"""What the supervisor binds and hands to the detectors; the rest of it runs in tests/proxy/test_whole.py."""

import socket
from pathlib import Path

import pytest

from proxy.config import load
from proxy.supervisor.arbiter import bind, detection


def test_a_listening_socket_names_its_protocol() -> None:
    """Without it asyncio sets no TCP_NODELAY on accepted sockets."""
    with bind("127.0.0.1:0") as sock:
        assert sock.proto == socket.IPPROTO_TCP
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


def test_a_port_that_is_taken_is_named() -> None:
    with bind("127.0.0.1:0") as sock, pytest.raises(OSError, match=r"cannot listen on 127\.0\.0\.1:"):
        bind(f"127.0.0.1:{sock.getsockname()[1]}")


def test_detection_settings_come_from_the_configuration(tmp_path: Path) -> None:
    config = load({"state": str(tmp_path), "families": ["pii"], "detector_rules": ["/r"]}, None, {})
    settings = detection(config)
    assert settings.families == ("pii",)
    assert settings.rules == (Path("/r"),)
    assert settings.cache == tmp_path / "cache"
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
