"""The answers of the front door."""

import h11
import pytest

from proxy.door.notice import NOTICES, render


@pytest.mark.parametrize("reason", NOTICES)
def test_every_notice_is_a_whole_answer_in_our_voice(reason: str) -> None:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(render(reason, (("Proxy-Authenticate", "Basic"),)))
    answer, body = connection.next_event(), connection.next_event()
    assert isinstance(answer, h11.Response)
    assert isinstance(body, h11.Data)
    assert isinstance(connection.next_event(), h11.EndOfMessage)
    headers = dict(answer.headers)
    assert answer.status_code == NOTICES[reason].status
    assert headers[b"connection"] == b"close"
    assert headers[b"proxy-authenticate"] == b"Basic"
    assert headers[b"x-hushgate"] == b"refused; reason=" + reason.encode()
    error, hint = body.data.decode().splitlines()
    for line, start in ((error, "hushgate: error: "), (hint, "hushgate: hint: ")):
        assert line.startswith(start)
        assert not line.endswith(".")
        assert line[len(start)].islower() or line[len(start)].isdigit() or line[len(start) :].startswith("CONNECT")


def test_only_a_busy_proxy_asks_to_be_asked_again() -> None:
    assert b"Retry-After: " in render("busy")
    assert b"X-Should-Retry: false" in render("loopback")
    assert b"Retry-After: " not in render("loopback")
