"""The private parts of mitmproxy that we build on are still there, and their absence is noticed."""

import pytest
from mitmproxy.addons import tlsconfig
from mitmproxy.net import tls as net_tls

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


def test_idle_connections_give_their_buffers_back() -> None:
    engine.release_buffers()
    engine.release_buffers()
    context = net_tls.create_proxy_server_context(
        method=net_tls.Method.TLS_SERVER_METHOD,
        min_version=net_tls.Version.TLS1_2,
        max_version=net_tls.Version.TLS1_3,
        cipher_list=None,
        ecdh_curve=None,
        verify=net_tls.Verify.VERIFY_NONE,
        ca_path=None,
        ca_pemfile=None,
        client_cert=None,
        legacy_server_connect=False,
    )
    assert context.set_mode(0) & 0x10
