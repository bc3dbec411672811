"""Requests as a person has them at hand."""

import pytest

from proxy.rawrequest import RequestError, from_json, parse


def test_a_request_with_bare_line_feeds_and_no_length() -> None:
    exchange = parse(b'POST /v1/x?q=1 HTTP/1.1\nHost: API.openai.com\nContent-Type: application/json\n\n{"a":1}')
    assert (exchange.method, exchange.host, exchange.port, exchange.path) == (
        "POST",
        "api.openai.com",
        443,
        "/v1/x?q=1",
    )
    assert exchange.body == b'{"a":1}'
    assert exchange.header("content-type") == "application/json"


def test_a_chunked_body_and_an_absolute_url() -> None:
    exchange = parse(b"POST http://h.example:81/p HTTP/1.1\r\nHost: h.example:81\r\nTransfer-Encoding: chunked\r\n\r\n"
                     b"3\r\nabc\r\n0\r\n\r\n")  # fmt: skip
    assert (exchange.scheme, exchange.port, exchange.body) == ("http", 81, b"abc")


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", b"GET / HTTP/1.0\r\n\r\n"]
)
def test_what_is_no_request_is_refused_without_showing_it(data: bytes) -> None:
    with pytest.raises(RequestError):
        parse(data)


def test_an_exchange_in_json() -> None:
    exchange = from_json('{"url": "https://api.openai.com/v1/x", "json": {"a": "é"}}')
    assert exchange.header("content-type") == "application/json"
    assert (exchange.method, exchange.path) == ("POST", "/v1/x")
    for wrong in ("[]", "{", '{"url": "/v1"}', '{"url": 3}'):
        with pytest.raises(RequestError):
            from_json(wrong)
