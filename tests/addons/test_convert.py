"""Flows become exchanges; bodies and answers go back."""

import base64
import hashlib

from mitmproxy.test import tflow, tutils

from addons.convert import message_exchange, put_body, to_exchange, to_response
from proxy.refusals.refusal import Answer


def test_an_exchange_has_the_wire_body_and_lower_case_names() -> None:
    headers = ((b"Host", b"API.openai.com"), (b"X-Two", b"1"), (b"x-two", b"2"), (b"X-Odd", b"\xff"))
    flow = tflow.tflow(
        req=tutils.treq(host="API.openai.com.", method=b"post", path=b"/v1/x?q=1", headers=headers, content=b"\x00")
    )
    exchange = to_exchange(flow)
    assert (exchange.host, exchange.method, exchange.path, exchange.body) == (
        "api.openai.com",
        "POST",
        "/v1/x?q=1",
        b"\x00",
    )
    assert exchange.header("x-two") == "1, 2"
    assert exchange.header("x-odd").encode("utf-8", "surrogateescape") == b"\xff"


def test_a_new_body_has_new_digests() -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"content-digest", b"sha-256=:old:"), (b"content-md5", b"old"))))
    put_body(flow, b"body")
    wanted = base64.b64encode(hashlib.sha256(b"body").digest()).decode()
    assert flow.request.headers["content-digest"] == f"sha-256=:{wanted}:"
    assert "content-md5" not in flow.request.headers
    assert flow.request.headers["content-length"] == "4"


def test_a_chunked_request_stays_chunked() -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"transfer-encoding", b"chunked"),)))
    put_body(flow, b"body")
    assert "content-length" not in flow.request.headers


def test_a_websocket_message_is_an_exchange_of_its_own() -> None:
    exchange = message_exchange(tflow.twebsocketflow(), b"{}", text=True)
    assert (exchange.transport, exchange.body, exchange.header("content-type")) == (
        "websocket",
        b"{}",
        "text/plain; charset=utf-8",
    )


def test_an_answer_of_ours_becomes_a_response() -> None:
    response = to_response(Answer(400, (("content-type", "application/json"), ("x-hushgate", "blocked")), b"{}"))
    assert (response.status_code, response.content, response.headers["x-hushgate"]) == (400, b"{}", "blocked")
