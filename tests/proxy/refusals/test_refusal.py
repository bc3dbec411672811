import html
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.catalogue.error_shapes import names, shapes
from proxy.exchange import Exchange
from proxy.refusals.refusal import (
    BLOCKED,
    BUSY,
    OVERLOADED,
    Answer,
    Asked,
    broken,
    misdirected,
    overload,
    refuse,
    refuse_close,
    refuse_message,
)

MESSAGE = 'Not sent: a <secret> & "quotes" – ask {the} team \\ ✋'
REF = "01JB2Q7H8Z"
BROWSER = Asked(method="GET", host="chatgpt.com", accept="text/html,application/xhtml+xml", mode="navigate")
ALL = sorted(names())
LEFT_OVER = re.compile(r"\{(message|ref|code|status|kind|rpc_id|invocation|id|proxy|iid)\}")


def exchange(body: bytes = b"", transport: str = "http", **headers: str) -> Exchange:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange("POST", "https", "mcp.example", 443, "/mcp", pairs, body, transport=transport)


def json_of(answer: Answer) -> Any:
    assert answer.header("content-type") == "application/json"
    return json.loads(answer.body)


def text_of(answer: Answer) -> str:
    """Return everything that a person could read in an answer."""
    kind = answer.header("content-type")
    if kind == "application/json":
        return json.dumps(json.loads(answer.body), ensure_ascii=False).replace("\\\\", "\\").replace('\\"', '"')
    if kind.startswith("application/xml"):
        return "".join(ET.fromstring(answer.body).itertext())
    return answer.body.decode()


@pytest.mark.parametrize("shape", ALL)
def test_a_refusal_says_what_it_has_to_say(shape: str) -> None:
    answer = refuse(shape, MESSAGE, REF)
    assert MESSAGE in text_of(answer)
    assert LEFT_OVER.search(answer.body.decode()) is None
    assert answer.status == {"azure-blob": 403, "web-graphql": 200}.get(shape, 400)
    assert answer.header("x-should-retry") == "false"
    assert answer.header("x-hushgate") == f"blocked; ref={REF}"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("content-length") == str(len(answer.body))


@pytest.mark.parametrize("shape", ALL)
def test_overload_is_503_and_says_nothing_of_a_policy(shape: str) -> None:
    answer = overload(shape, REF)
    assert answer.status == 503
    assert int(answer.header("retry-after")) > 0
    assert answer.header("x-should-retry") == ""
    assert answer.header("x-hushgate") == f"overloaded; ref={REF}"
    assert BUSY in text_of(answer)
    assert BLOCKED not in answer.body.decode()
    assert "policy" not in answer.body.decode().lower()
    assert LEFT_OVER.search(answer.body.decode()) is None
    assert answer.header("content-length") == str(len(answer.body))


BODIES: dict[str, Any] = {
    "openai": {"error": {"message": "m", "type": "invalid_request_error", "param": None, "code": BLOCKED}},
    "azure": {"error": {"code": BLOCKED, "message": "m", "type": "invalid_request_error", "param": None}},
    "anthropic": {"type": "error", "error": {"type": "invalid_request_error", "message": "m"}, "request_id": REF},
    "google": {
        "error": {
            "code": 400,
            "message": "m",
            "status": "INVALID_ARGUMENT",
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": BLOCKED, "domain": "hushgate"}],
        }
    },
    "bedrock": {"message": "m"},
    "mistral": {"object": "error", "message": "m", "type": "invalid_request_error", "param": None, "code": BLOCKED},
    "cohere": {"id": REF, "message": "m"},
    "ollama": {"error": "m"},
    "huggingface": {"error": {"message": "m", "type": "invalid_request_error"}},
    "copilot": {"error": {"message": "m", "code": BLOCKED}},
    "connect": {"code": "invalid_argument", "message": "m"},
    "web-chatgpt": {"detail": "m"},
    "web-claude": {"type": "error", "error": {"type": "invalid_request_error", "message": "m"}},
    "web-sse": {"error": {"message": "m", "code": BLOCKED}},
    "web-json": {"error": "m"},
    "web-graphql": {"data": None, "errors": [{"message": "m", "extensions": {"code": BLOCKED}}]},
    "none": {"error": "m"},
}
LIKE = {
    "openai-400-only": "openai",
    "openai-ws": "openai",
    "google-ws": "google",
    "ws-copilot": "web-json",
    "ws-signalr": "web-json",
    "ws-generic": "web-json",
}


@pytest.mark.parametrize("shape", [*BODIES, *LIKE])
def test_the_body_is_the_vendors(shape: str) -> None:
    assert json_of(refuse(shape, "m", REF)) == BODIES[LIKE.get(shape, shape)]


def test_every_shape_has_a_test_of_its_body() -> None:
    assert {*BODIES, *LIKE, "jsonrpc", "web-google", "azure-blob"} == names()


def test_words_for_overload_are_the_vendors_too() -> None:
    assert json_of(overload("openai", REF))["error"]["type"] == "server_error"
    assert json_of(overload("openai", REF))["error"]["code"] == OVERLOADED
    assert json_of(overload("anthropic", REF))["error"]["type"] == "overloaded_error"
    assert json_of(overload("google", REF))["error"]["code"] == 503
    assert json_of(overload("google", REF))["error"]["status"] == "UNAVAILABLE"
    assert overload("bedrock", REF).header("x-amzn-errortype") == "ServiceUnavailableException"
    assert refuse("bedrock", "m", REF).header("x-amzn-errortype") == "ValidationException"


def test_plain_text_and_xml_are_what_they_say() -> None:
    plain = refuse("web-google", MESSAGE, REF)
    assert (plain.header("content-type"), plain.body.decode()) == ("text/plain; charset=utf-8", MESSAGE)
    blob = refuse("azure-blob", MESSAGE + "\x00\ud800", REF)
    assert ET.fromstring(blob.body).findtext("Message") == MESSAGE + "\ufffd\ufffd"
    assert blob.header("content-type") == "application/xml; charset=utf-8"


@pytest.mark.parametrize("shape", ["openai", "web-chatgpt", "jsonrpc", "azure-blob", "web-google"])
def test_a_person_who_navigates_gets_a_page(shape: str) -> None:
    answer = refuse(shape, "Line one <script>alert(1)</script>\n${ref}$", REF, BROWSER)
    page = answer.body.decode()
    assert answer.status == 400
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.header("content-security-policy")
    assert "<script" not in page
    assert "Line one <script>alert(1)</script>\n${ref}$" in html.unescape(page)
    assert REF in page
    assert "chatgpt.com" in page
    assert answer.header("x-hushgate") == f"blocked; ref={REF}"
    assert answer.header("content-length") == str(len(answer.body))
    assert re.search(r"\$\{?(host|message)", page) is None


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        (Asked("GET", "a", "text/html", ""), True),
        (Asked("GET", "a", "text/html,*/*;q=0.8", "navigate"), True),
        (Asked("POST", "a", "text/html", "navigate"), True),
        (Asked("POST", "a", "text/html", ""), False),
        (Asked("GET", "a", "text/html", "cors"), False),
        (Asked("GET", "a", "*/*", "navigate"), False),
        (Asked("GET", "a", "*/*", ""), False),
        (Asked("GET", "a", "application/json", ""), False),
        (Asked("GET", "a", "*/*", "websocket"), False),
    ],
)
def test_only_a_navigation_gets_a_page(asked: Asked, page: bool) -> None:
    assert (refuse("openai", "m", REF, asked).header("content-type") == "text/html; charset=utf-8") is page


def test_json_rpc_gets_an_error_for_its_id() -> None:
    asked = Asked.of(exchange(b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}'))
    answer = refuse("jsonrpc", "m", REF, asked)
    assert answer.status == 200
    assert json_of(answer) == {
        "jsonrpc": "2.0",
        "id": 7,
        "error": {"code": -32000, "message": "m", "data": {"code": BLOCKED, "ref": REF}},
    }


@pytest.mark.parametrize(
    ("body", "status", "ids"),
    [
        (b'{"jsonrpc":"2.0","id":"a","method":"x"}', 200, "a"),
        (b'{"jsonrpc":"2.0","id":0,"method":"x"}', 200, 0),
        (b'[{"jsonrpc":"2.0","id":1,"method":"x"},{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":2,"method":"y"}]', 200, [1, 2]),
        (b'[{"jsonrpc":"2.0","id":1,"method":"x"}]', 200, [1]),
        (b'{"jsonrpc":"2.0","method":"notifications/cancelled"}', 400, None),
        (b'[{"jsonrpc":"2.0","method":"n"}]', 400, None),
        (b'{"jsonrpc":"2.0","id":1,"result":{}}', 400, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"x"}', 400, None),
        (b'{"jsonrpc":"2.0","id":{"a":1},"method":"x"}', 400, None),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"x"}', 400, None),
        (b'{"jsonrpc":', 400, None),
        (b'{"jsonrpc":' + b"[" * 100000, 400, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * (1 << 20) + b'"}', 400, None),
        (b"\xff", 400, None),
        (b"", 400, None),
    ],
    ids=range(15),
)  # fmt: skip
def test_json_rpc_ids(body: bytes, status: int, ids: object) -> None:
    answer = refuse("jsonrpc", "m", REF, Asked.of(exchange(body)))
    value = json_of(answer)
    assert answer.status == status
    assert ([one["id"] for one in value] if isinstance(value, list) else value["id"]) == ids


def test_json_rpc_under_overload_is_503_with_the_id() -> None:
    asked = Asked.of(exchange(b'{"jsonrpc":"2.0","id":7,"method":"x"}'))
    answer = overload("jsonrpc", REF, asked)
    assert (answer.status, json_of(answer)["id"]) == (503, 7)


def test_what_was_asked_is_read_from_the_exchange() -> None:
    asked = Asked.of(
        exchange(accept="Text/HTML", sec_fetch_mode="Navigate", origin="https://chatgpt.com", content_type="x")
    )
    assert asked == Asked("POST", "mcp.example", "text/html", "navigate", "https://chatgpt.com", path="/mcp")


def test_a_script_of_another_origin_may_read_the_refusal() -> None:
    answer = refuse("azure-blob", "m", REF, Asked(origin="https://chatgpt.com"))
    assert answer.header("access-control-allow-origin") == "https://chatgpt.com"
    assert answer.header("vary") == "origin"
    for origin in ("", "null", "https://a\r\nx: y", "javascript:alert(1)"):
        assert refuse("openai", "m", REF, Asked(origin=origin)).header("access-control-allow-origin") == ""


def test_a_step_of_google_s_resumable_uploads_is_told_that_it_is_over() -> None:
    asked = Asked.of(exchange(x_goog_upload_command="upload, finalize"))
    assert refuse("google", "no", "E1", asked).header("x-goog-upload-status") == "final"
    assert refuse("google", "no", "E1").header("x-goog-upload-status") == ""


def test_head_has_no_body() -> None:
    answer = refuse("openai", "m", REF, Asked(method="HEAD"))
    assert (answer.body, answer.header("content-length")) == (b"", "0")


def test_an_unknown_shape_still_refuses() -> None:
    assert json_of(refuse("no-such-shape", "m", REF)) == {"error": "m"}


def test_answers_without_a_shape() -> None:
    assert misdirected().status == 421
    assert "another host" in json_of(misdirected())["error"]
    assert broken().status == 400
    assert broken().header("x-should-retry") == "false"
    assert "not sent" in json_of(broken())["error"]


WITH_FRAMES = [name for name in ALL if shapes()[name].frames]


@pytest.mark.parametrize("shape", ALL)
def test_a_socket_is_told_in_band_or_closed(shape: str) -> None:
    frame = refuse_message(shape, MESSAGE, REF)
    code, reason = refuse_close(shape, MESSAGE)
    assert (frame is not None) is (shape in {"openai-ws", "ws-copilot", "ws-signalr"})
    assert (code, reason) == (1008, MESSAGE)


def test_an_openai_socket_gets_an_error_event() -> None:
    frame = refuse_message("openai-ws", MESSAGE, REF)
    assert frame is not None
    assert json.loads(frame) == {
        "type": "error",
        "event_id": REF,
        "error": {"type": "invalid_request_error", "code": BLOCKED, "message": MESSAGE, "param": None},
    }


def test_a_copilot_socket_gets_an_error_event() -> None:
    frame = refuse_message("ws-copilot", MESSAGE, REF)
    assert frame is not None
    assert json.loads(frame) == {"event": "error", "message": MESSAGE, "errorCode": BLOCKED}


def test_signalr_records_end_as_signalr_wants() -> None:
    sent = exchange(b'{"arguments":[],"invocationId":"42","target":"chat","type":4}\x1e', transport="websocket")
    frame = refuse_message("ws-signalr", MESSAGE, REF, Asked.of(sent))
    assert frame is not None
    first, second, end = frame.decode().split("\x1e")
    assert json.loads(first)["item"]["result"]["message"] == MESSAGE
    assert json.loads(second) == {"type": 3, "invocationId": "42"}
    assert end == ""


def test_a_close_reason_fits_into_a_control_frame() -> None:
    _, reason = refuse_close("ws-generic", "é" * 100)
    assert reason == "é" * 61


@given(st.text(), st.text(), st.sampled_from(ALL), st.sampled_from([BROWSER, Asked()]))
def test_no_text_breaks_an_answer(message: str, ref: str, shape: str, asked: Asked) -> None:
    for answer in (refuse(shape, message, ref, asked), overload(shape, ref, asked)):
        for name, value in answer.headers:
            assert re.fullmatch(r"[a-z-]+", name)
            assert re.fullmatch(r"[\x20-\x7e]+", value)
        if answer.header("content-type") == "application/json":
            json.loads(answer.body)
        elif answer.header("content-type").startswith("application/xml"):
            ET.fromstring(answer.body)
    refuse_message(shape, message, ref)
    assert len(refuse_close(shape, message)[1].encode()) <= 123


def test_no_repr_shows_the_message() -> None:
    assert "secret" not in repr(refuse("openai", "secret", REF))
