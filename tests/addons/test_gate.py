"""The gate's hooks, called the way mitmproxy calls them."""

from collections.abc import Mapping
from typing import Any

import pytest
from mitmproxy.proxy.layers.http import HttpRequestHeadersHook, HttpRequestHook, HttpResponseHeadersHook
from mitmproxy.test import taddons, tflow, tutils

from addons.gate import Gate, misdirected
from proxy.exchange import Client, Exchange
from proxy.judging.judge import Ruling
from proxy.refusals.refusal import Answer


class Judge:
    """Rules as it is told; keeps what it was asked."""

    def __init__(self, ruling: Ruling | Exception) -> None:
        self.ruling = ruling
        self.asked: list[Exchange] = []

    async def judge(self, exchange: Exchange, client: Client) -> Ruling:
        self.asked.append(exchange)
        if isinstance(self.ruling, Exception):
            raise self.ruling
        return self.ruling

    def lookup(self, client: Client, issued: Mapping[str, str]) -> Any:
        return issued.get if issued else None

    def answerer(self, *_: object) -> None:
        return None

    def looks(self, ruling: Ruling) -> bool:
        return False


class Outcomes:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def tell(*_: object, **__: object) -> None:
            self.told.append(name)

        return tell


def flow(host: str = "api.openai.com", **more: Any) -> Any:
    headers = more.pop("headers", ((b"host", host.encode()),))
    result = tflow.tflow(req=tutils.treq(host=host, port=443, scheme=b"https", authority=b"", headers=headers, **more))
    result.client_conn.sni = host
    return result


ALLOW = Ruling("E1", "openai-api", "allow")
REDACT = Ruling("E1", "openai-api", "redact", body=b"new body", replaced=2)
BLOCK = Ruling("E1", "openai-api", "block", answer=Answer(400, (("x-hushgate", "blocked; ref=E1"),), b"no"))


async def run(ruling: Ruling | Exception, the_flow: Any) -> Judge:
    judge = Judge(ruling)
    gate = Gate(judge, Outcomes(), lambda _: Client("10.0.0.1"))  # type: ignore[arg-type]
    with taddons.context(gate) as context:
        await context.master.addons.trigger_event(HttpRequestHeadersHook(the_flow))
        await context.master.addons.trigger_event(HttpRequestHook(the_flow))
    return judge


async def test_an_allowed_request_is_not_touched() -> None:
    the_flow = flow(content=b"\x1f\x8b body", headers=((b"host", b"api.openai.com"), (b"content-encoding", b"gzip")))
    before = the_flow.request.copy().data
    judge = await run(ALLOW, the_flow)
    assert the_flow.response is None
    assert the_flow.request.data.content == before.content
    assert the_flow.request.headers == before.headers
    assert judge.asked[0].body == b"\x1f\x8b body"


async def test_a_changed_body_goes_out_uncoded_with_its_length() -> None:
    the_flow = flow(headers=((b"host", b"api.openai.com"), (b"content-encoding", b"gzip"), (b"content-length", b"7")))
    await run(REDACT, the_flow)
    assert the_flow.request.raw_content == b"new body"
    assert the_flow.request.headers["content-length"] == "8"
    assert "content-encoding" not in the_flow.request.headers


async def test_a_refused_request_is_answered_by_us() -> None:
    the_flow = flow()
    await run(BLOCK, the_flow)
    assert (the_flow.response.status_code, the_flow.response.content) == (400, b"no")


async def test_an_exception_is_a_refusal_and_not_a_forward() -> None:
    the_flow = flow()
    await run(RuntimeError("CANARY"), the_flow)
    assert the_flow.response.status_code == 400
    assert b"CANARY" not in the_flow.response.content


async def test_a_stream_that_never_ends_is_judged_by_its_head() -> None:
    the_flow = flow(
        headers=((b"host", b"api.openai.com"), (b"content-type", b"application/grpc+proto")), path=b"/ai.v1.Chat/Talk"
    )
    judge = await run(ALLOW, the_flow)
    assert the_flow.request.stream
    assert len(judge.asked) == 1
    the_flow = flow(
        headers=((b"host", b"api.openai.com"), (b"content-type", b"application/grpc+proto")), path=b"/ai.v1.Chat/Talk"
    )
    await run(BLOCK, the_flow)
    assert the_flow.response.status_code == 400
    assert not the_flow.request.stream


async def test_a_call_that_says_how_long_it_is_is_read_whole() -> None:
    headers = ((b"host", b"api2.cursor.sh"), (b"content-type", b"application/connect+proto"), (b"content-length", b"2"))
    the_flow = flow(headers=headers, path=b"/aiserver.v1.ChatService/StreamUnifiedChat", content=b"{}")
    await run(ALLOW, the_flow)
    assert not the_flow.request.stream


async def test_json_that_is_labelled_as_a_stream_is_read_whole() -> None:
    for kind, path in ((b"application/grpc", b"/v1/chat/completions"),):
        the_flow = flow(headers=((b"host", b"api.openai.com"), (b"content-type", kind)), path=path, content=b"{}")
        judge = await run(ALLOW, the_flow)
        assert not the_flow.request.stream
        assert judge.asked[0].body == b"{}"


async def test_an_answer_streams_and_says_that_the_request_was_changed() -> None:
    the_flow = flow()
    gate = Gate(Judge(REDACT), Outcomes(), lambda _: None)  # type: ignore[arg-type]
    with taddons.context(gate) as context:
        await context.master.addons.trigger_event(HttpRequestHook(the_flow))
        the_flow.response = tutils.tresp()
        await context.master.addons.trigger_event(HttpResponseHeadersHook(the_flow))
    assert the_flow.response.headers["x-hushgate"] == "redacted; n=2; ref=E1"
    assert the_flow.response.stream(b"chunk") == b"chunk"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda f: None, False),
        (lambda f: setattr(f.client_conn, "sni", "www.example.com"), True),
        (lambda f: setattr(f.client_conn, "sni", None), False),
        (lambda f: f.request.headers.__setitem__("host", "evil.example"), True),
        (lambda f: f.request.headers.__setitem__("host", "API.OpenAI.com:443"), False),
        (lambda f: f.request.headers.__setitem__("host", "api.openai.com:444"), True),
        (lambda f: f.request.headers.add("host", "evil.example"), True),
        (lambda f: f.request.headers.pop("host"), True),
        (lambda f: setattr(f.request, "method", "CONNECT"), True),
        (lambda f: setattr(f.request.data, "authority", b"evil.example"), True),
    ],
)
def test_all_names_must_agree(change: Any, wrong: bool) -> None:
    the_flow = flow()
    change(the_flow)
    assert misdirected(the_flow) is wrong


async def test_a_misdirected_request_is_421_and_never_judged() -> None:
    the_flow = flow()
    the_flow.request.headers["host"] = "evil.example"
    judge = await run(ALLOW, the_flow)
    assert the_flow.response.status_code == 421
    assert not judge.asked
