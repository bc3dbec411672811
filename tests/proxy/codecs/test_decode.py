import gzip
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.decode import Decoded, Limits, decode
from proxy.exchange import Edit, Exchange

Make = Callable[..., Exchange]


def texts(decoded: Decoded) -> dict[str, str]:
    return {part.path: part.text for part in decoded.prompt.parts if not part.path.endswith("~")}


def unread(decoded: Decoded) -> list[tuple[str, str]]:
    return [(entry.path, entry.reason) for entry in decoded.prompt.unread]


def redact(decoded: Decoded, value: str, new: str = "[X]") -> bytes:
    edits = []
    for number, part in enumerate(decoded.prompt.parts):
        at = part.text.find(value)
        if at >= 0 and part.writable:
            edits.append(Edit(number, at, at + len(value), new))
    assert edits
    return decoded.encode(edits)


RAW = [
    b'{"a":"SECRET"}',
    b'{ "a" :\t"x SECRET y" ,\n "b" : [ ] }\n\n',
    b'\xef\xbb\xbf{"a":"SECRET"}',
    b'{\r\n"z":1.0,\r\n"y":1e2,\r\n"n":12345678901234567890,"a":"SECRET"\r\n}',
    rb'{"a":"http:\/\/x\/ SECRET \/ "}',
    r'{"a":"\u00e9 é SECRET \u00e9 é"}'.encode(),
    rb'{"a":"\ud83d\ude00SECRET\ud83d\ude00"}',
    '{"a":"😀SECRET😀"}'.encode(),
    rb'{"a":"\ud83dSECRET\ude00"}',
    rb'{"a":"\ude00\ud83d SECRET"}',
    b'{"a":"one","a":"SECRET","a":"three"}',
    b'{"SECRET":1,"b":2}',
    rb'{"a":"{\"email\":\"SECRET\",\"n\":1.0}"}',
    rb'{"a":"[{\"b\":\"{\\\"c\\\": \\\"\\u00e9 SECRET\\\"}\"}]"}',
    b'{"stream":true,"model":"m","messages":[{"content":"SECRET","role":"user"}],"x":[1,2,3]}',
    b'["SECRET"]',
    b'"SECRET"',
]


@pytest.mark.parametrize("raw", RAW)
def test_an_edit_replaces_one_slice_and_no_other_byte(raw: bytes, exchange: Make) -> None:
    decoded = decode(exchange(raw), "generic")
    assert redact(decoded, "SECRET") == raw.replace(b"SECRET", b"[X]")


@pytest.mark.parametrize("raw", RAW)
def test_without_edits_the_body_is_the_original(raw: bytes, exchange: Make) -> None:
    assert decode(exchange(raw), "generic").encode([]) == raw


values = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(
    data=st.data(), value=values, indent=st.sampled_from([None, 2]), ascii_only=st.booleans(), wraps=st.integers(0, 2)
)
def test_any_edit_of_any_document_is_the_same_edit_of_its_value(
    data: st.DataObject, value: object, indent: int | None, ascii_only: bool, wraps: int
) -> None:
    for _ in range(wraps):
        value = {"arguments": json.dumps(value, ensure_ascii=ascii_only)}
    body = json.dumps([value], indent=indent, ensure_ascii=ascii_only).encode()
    decoded = decode(Exchange("POST", "https", "h", 443, "/", (), body), "generic")
    parts = decoded.prompt.parts
    writable = [number for number, part in enumerate(parts) if part.writable]
    if not writable:
        return
    number = data.draw(st.sampled_from(writable))
    start = data.draw(st.integers(0, len(parts[number].text)))
    end = data.draw(st.integers(start, len(parts[number].text)))
    changed = decoded.encode([Edit(number, start, end, '<é"/\\>')])
    again = decode(Exchange("POST", "https", "h", 443, "/", (), changed), "generic").prompt.parts
    expected = [part.text for part in parts]
    expected[number] = expected[number][:start] + '<é"/\\>' + expected[number][end:]
    assert [part.text for part in again] == expected


def test_parts_of_one_answer_may_all_be_edited(exchange: Make) -> None:
    decoded = decode(exchange(rb'{"a":"A1\nA2","b":"{\"c\":\"A3\",\"A4\":\"A5 A6\"}"}'), "generic")
    edits = [
        Edit(number, at, at + 2, "-")
        for number, part in enumerate(decoded.prompt.parts)
        for at in range(len(part.text) - 1)
        if part.text[at] == "A" and part.text[at + 1].isdigit()
    ]
    assert decoded.encode(edits) == rb'{"a":"-\n-","b":"{\"c\":\"-\",\"-\":\"- -\"}"}'


def test_edits_that_cannot_be_made_are_errors(exchange: Make) -> None:
    decoded = decode(exchange('{"n":123,"s":"abc"}'), "generic")
    number, string = (next(i for i, p in enumerate(decoded.prompt.parts) if p.path == path) for path in ("$.n", "$.s"))
    for edits in (
        [Edit(number, 0, 3, "x")],
        [Edit(string, 0, 4, "x")],
        [Edit(string, 2, 1, "x")],
        [Edit(99, 0, 0, "x")],
        [Edit(-1, 0, 0, "x")],
        [Edit(string, 0, 2, "x"), Edit(string, 1, 3, "y")],
    ):
        with pytest.raises(ValueError, match="edit"):
            decoded.encode(edits)


def test_a_packed_body_is_read_and_goes_out_unpacked(exchange: Make) -> None:
    packed = gzip.compress(b'{"a":"SEC', mtime=0) + gzip.compress(b'RET"}')
    decoded = decode(exchange(packed, content_encoding="gzip"), "generic")
    assert redact(decoded, "SECRET") == b'{"a":"[X]"}'


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (gzip.compress(b'{"a":"b"}', mtime=0)[:-3], {"content_encoding": "gzip"}, "undecodable"),
        (gzip.compress(b'{"a":"b"}', mtime=0) + b"{}", {"content_encoding": "gzip"}, "undecodable"),
        (gzip.compress(bytes(2**25), mtime=0), {"content_encoding": "gzip"}, "too_large"),
        (b'{"a":"b"}', {"content_encoding": "snappy"}, "undecodable"),
        (gzip.compress(b'{"a":"b"}', mtime=0), {}, "undecodable"),
        (b'{"a":"b"', {}, "undecodable"),
        (b'{"a":"b"}{"c":"d"}', {}, "undecodable"),
        (b'{"a":"b"} x', {}, "undecodable"),
        (b'{"a":NaN}', {}, "undecodable"),
        (b'{"a":"\xff"}', {}, "undecodable"),
        ('{"a":"b"}'.encode("utf-16"), {}, "undecodable"),
        (b"hello", {}, "undecodable"),
        (b"%PDF-1.4", {}, "undecodable"),
        (b"[" * 100 + b"]" * 100, {}, "too_large"),
        (b'{"a":"' + b"x" * (20 * 2**20) + b'"}', {}, "too_large"),
    ],
)
def test_what_cannot_be_read_is_unread_with_a_reason(
    body: bytes, headers: dict[str, str], reason: str, exchange: Make
) -> None:
    decoded = decode(exchange(body, **headers), "openai-chat")
    assert unread(decoded) == [("body:", reason)]
    assert not any(part.writable for part in decoded.prompt.parts)


def test_a_body_that_is_not_quite_json_is_seen_all_the_same(exchange: Make) -> None:
    decoded = decode(exchange('{"a":"SECRET",}'), "generic")
    assert unread(decoded) == [("body:", "undecodable")]
    assert texts(decoded)["body:"] == '{"a":"SECRET",}'


def test_a_hundred_thousand_tiny_parts_are_read_or_too_many(exchange: Make) -> None:
    many = decode(exchange(json.dumps(["x"] * 100_000)), "generic")
    assert len(many.prompt.parts) == 100_000
    assert unread(many) == []
    assert unread(decode(exchange(json.dumps(["x"] * 200_001)), "generic")) == [("body:", "too_large")]
    bounded = decode(exchange(json.dumps([{"a": 1, "b": 2}] * 100_000)), "anthropic-messages", Limits(leaves=1000))
    assert unread(bounded) == [("body:", "too_large")]


@given(st.binary(max_size=200), st.sampled_from(["application/json", "multipart/form-data; boundary=b", "", "text/plain",
    "application/x-www-form-urlencoded", "application/x-ndjson", "application/connect+json", "image/png"]),
    st.sampled_from(["", "gzip", "br", "zstd", "deflate"]), st.booleans())  # fmt: skip
def test_no_bytes_raise(body: bytes, content_type: str, coding: str, websocket: bool) -> None:
    headers = (("content-type", content_type), ("content-encoding", coding))
    transport = "websocket" if websocket else "http"
    decoded = decode(
        Exchange("POST", "https", "h", 443, "/%ff?q=%ff&%", headers, body, transport=transport), "gemini-generate"
    )
    if not decoded.prompt.unread:
        assert decoded.encode([]) == (body if not coding or not body else decoded.encode([]))


@pytest.mark.parametrize(
    ("path", "body", "model", "stream"),
    [
        ("/v1/chat/completions", {"model": "gpt-x", "stream": True}, "gpt-x", True),
        ("/v1/chat/completions", {"model": "gpt-x", "stream": False}, "gpt-x", False),
        ("/v1/models/gemini-x:generateContent", {}, "gemini-x", False),
        ("/v1/models/gemini-x:streamGenerateContent?alt=sse", {}, "gemini-x", True),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:streamRawPredict", {}, "claude@1", True),
        ("/openai/deployments/my-deploy/chat/completions?api-version=1", {}, "my-deploy", False),
        ("/model/anthropic.claude-x-v1%3A0/converse-stream", {}, "anthropic.claude-x-v1:0", True),
        ("/v1internal:streamGenerateContent", {"model": "gemini-y", "request": {}}, "gemini-y", True),
        ("/v1/x", {"model": "has spaces: not a name"}, "", False),
        ("/v1/x", {"model": "m" * 500}, "", False),
    ],
)
def test_model_and_stream(path: str, body: object, model: str, stream: bool, exchange: Make) -> None:
    prompt = decode(exchange(json.dumps(body), path=path), "openai-chat").prompt
    assert (prompt.model, prompt.stream) == (model, stream)


def test_everything_of_a_login_is_a_credential(exchange: Make) -> None:
    form = exchange("grant_type=refresh_token&refresh_token=rt_1", "application/x-www-form-urlencoded", cookie="s=1")
    for part in decode(form, "generic", activity="auth").prompt.parts:
        assert (part.kind, part.writable) == ("credential", False)


def test_a_websocket_message_is_read_as_a_body(exchange: Make) -> None:
    frame = json.dumps({"type": "response.create", "model": "gpt-x", "input": "SECRET"})
    decoded = decode(exchange(frame, "", transport="websocket"), "openai-responses")
    part = next(part for part in decoded.prompt.parts if part.path == "$.input")
    assert (part.role, part.kind, decoded.prompt.model) == ("user", "prompt", "gpt-x")
    assert redact(decoded, "SECRET") == frame.replace("SECRET", "[X]").encode()


def test_signalr_records_are_parted(exchange: Make) -> None:
    frame = '{"type":6}\x1e{"type":4,"arguments":[{"message":{"text":"SECRET"}}]}\x1e'
    decoded = decode(exchange(frame, "", transport="websocket"), "generic")
    assert texts(decoded)["record:1|$.arguments[0].message.text"] == "SECRET"
    assert redact(decoded, "SECRET") == frame.replace("SECRET", "[X]").encode()


def test_nothing_shows_text_when_printed(exchange: Make) -> None:
    decoded = decode(
        exchange('{"k-PLANTED":"PLANTED","u":"data:image/png;base64,AA=="}', path="/?q=PLANTED"), "generic"
    )
    assert "PLANTED" not in repr(decoded)
    assert "PLANTED" not in repr(decoded.prompt.parts)


def test_what_the_catalogue_calls_read_only_is_read_and_not_rewritten(exchange: Make) -> None:
    body = '{"a":{"seal":"SECRET"},"list":[{"seal":"SECRET","note":"SECRET"}],"seals":"SECRET"}'
    paths = ("$.a", "$.list[*].seal", "$..deep")
    parts = decode(exchange(body), "generic", read_only=paths).prompt.parts
    assert {part.path: part.writable for part in parts if not part.path.endswith("~")} == {
        "$.a.seal": False,
        "$.list[0].seal": False,
        "$.list[0].note": True,
        "$.seals": True,
    }
