"""The stand-in answers over TLS and keeps what arrived; the demo's client goes through a proxy to it."""

import http.client
import ssl
from pathlib import Path

from proxy.demo.service import LocalService
from tests.upstream import Authority


def test_it_answers_and_keeps_what_arrived(tmp_path: Path) -> None:
    authority = Authority()
    chain, key = authority.leaf(tmp_path, ["localhost"])
    (tmp_path / "ca.pem").write_bytes(authority.pem())
    with LocalService(chain, key) as service:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        connection = http.client.HTTPSConnection("localhost", service.port, context=context, timeout=20)
        connection.request("POST", "/v1/chat/completions", b"{}")
        assert connection.getresponse().status == 200
        connection.close()
        assert service.received == [b"{}"]
