"""Heads that fit what happens to the body."""

from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from addons import answers
from proxy.placeholder import Issuer

ISSUER = Issuer(b"k", "ann")
TOKEN = ISSUER.issue("PERSON", "Ann")


def flow(status: int = 200, method: bytes = b"POST", version: bytes = b"HTTP/1.1", **headers: str) -> Any:
    result = tflow.tflow(req=tutils.treq(method=method, http_version=version))
    result.response = tutils.tresp(status_code=status)
    result.response.headers.clear()
    for name, value in {"content_type": "application/json", "content_length": "9", **headers}.items():
        result.response.headers[name.replace("_", "-")] = value
    return result


def test_an_uncoded_answer_is_asked_for_unless_the_header_is_signed() -> None:
    request = tutils.treq()
    request.headers["accept-encoding"] = "gzip, br"
    answers.ask_uncoded(request)
    assert request.headers["accept-encoding"] == "identity"
    request.headers.update({"accept-encoding": "gzip", "authorization": "AWS4-HMAC-SHA256 Credential=x"})
    answers.ask_uncoded(request)
    assert request.headers["accept-encoding"] == "gzip"
    request = tutils.treq()
    request.headers.pop("accept-encoding", None)
    answers.ask_uncoded(request)
    assert "accept-encoding" not in request.headers


def test_length_coding_and_digests_go() -> None:
    the_flow = flow(content_encoding="gzip", etag='"x"', content_digest="sha-256=:x:", x_request_id="1")
    assert answers.restorer(the_flow, ISSUER.issued.get) is not None
    assert dict(the_flow.response.headers) == {
        "content-type": "application/json", "x-request-id": "1", "transfer-encoding": "chunked",
    }  # fmt: skip


def test_http_2_has_no_transfer_coding() -> None:
    the_flow = flow(version=b"HTTP/2.0")
    assert answers.restorer(the_flow, ISSUER.issued.get) is not None
    assert dict(the_flow.response.headers) == {"content-type": "application/json"}


@pytest.mark.parametrize(
    "the_flow",
    [flow(204), flow(304), flow(method=b"HEAD"), flow(content_type="image/png"), flow(content_encoding="zip")],
    ids=["204", "304", "HEAD", "picture", "unknown coding"],
)
def test_what_is_not_rewritten_keeps_its_head(the_flow: Any) -> None:
    before = the_flow.response.headers.copy()
    assert answers.restorer(the_flow, ISSUER.issued.get) is None
    assert the_flow.response.headers == before


def test_without_values_nothing_is_done() -> None:
    the_flow = flow()
    assert answers.restorer(the_flow, None) is None
    assert the_flow.response.headers["content-length"] == "9"


def test_what_is_held_back_is_no_chunk() -> None:
    made = answers.restorer(flow(), ISSUER.issued.get)
    assert made is not None
    stream = answers.streamed(made)
    assert stream(b'{"a": "' + TOKEN.encode()) == []
    assert stream(b'"}') == b'{"a": "Ann"}'
    assert stream(b"") == []
