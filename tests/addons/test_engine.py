"""The private parts of mitmproxy that we build on are still there, and their absence is noticed."""

import pytest
from mitmproxy.addons import tlsconfig

from addons import engine


def test_the_locked_mitmproxy_passes() -> None:
    engine.check()


def test_a_changed_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tlsconfig.TlsConfig, "get_cert", lambda self, other: None)
    with pytest.raises(engine.EngineError, match=r"TlsConfig.get_cert has changed"):
        engine.check()


async def test_the_engine_opens_no_listener_and_keeps_no_ca() -> None:
    async def never(*_: object) -> None:
        raise OSError("not in this test")

    running = engine.Engine(engine.EngineOptions("/nowhere.pem"), never, never)  # type: ignore[arg-type]
    assert running.master.options.connection_strategy == "lazy"
    assert running.master.options.stream_large_bodies is None
    assert list(running.master.options.mode) == []
    assert running.connections == 0
    names = {type(addon).__name__ for addon in running.master.addons.chain}
    assert "TlsConfig" not in names
