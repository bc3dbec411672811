"""`hushgate demo` fails with a reason; what it prints is tested in tests/proxy/demo."""

import pytest

from proxy.cli.main import main
from proxy.demo import session


def test_a_proxy_that_does_not_start_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise session.DemoError("its own words")

    monkeypatch.setattr(session, "run", fail)
    assert main(["demo"]) == 2
    assert "hint: its own words" in capsys.readouterr().err
