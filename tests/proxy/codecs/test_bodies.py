import base64
import gzip
import json
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest

from proxy.codecs.bodies import media_type
from proxy.codecs.decode import Decoded, Limits, decode
from proxy.exchange import Edit, Exchange

Make = Callable[..., Exchange]
JSON = '{"a":"SECRET"}'


def texts(decoded: Decoded) -> dict[str, str]:
    return {part.path: part.text for part in decoded.prompt.parts if not part.path.endswith("~") and not part.blob}


def unread(decoded: Decoded) -> list[tuple[str, str]]:
    """What is no text here: files for an inspector, and what nobody reads."""
    files = [(part.path, "file") for part in decoded.prompt.parts if part.blob]
    return files + [(entry.path, entry.reason) for entry in decoded.prompt.unread]


def redact(decoded: Decoded) -> bytes:
    return decoded.encode(
        [
            Edit(number, at, at + 6, "[X]")
            for number, part in enumerate(decoded.prompt.parts)
            if part.writable and (at := part.text.find("SECRET")) >= 0
        ]
    )


def test_a_content_type_has_parameters() -> None:
    assert media_type('Text/Plain; Charset=UTF-8; b="x y"') == ("text/plain", {"charset": "UTF-8", "b": "x y"})
    assert media_type("") == ("", {})


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "application/octet-stream", "", "application/x-www-form-urlencoded", "image/png",
     "application/vnd.api+json", "application/json; charset=UTF-8", "application/json; charset=iso-8859-1"],
)  # fmt: skip
def test_json_is_read_as_json_whatever_its_label(content_type: str, exchange: Make) -> None:
    decoded = decode(exchange(JSON, content_type), "generic")
    assert texts(decoded) == {"$.a": "SECRET"}
    assert unread(decoded) == []
    assert redact(decoded) == b'{"a":"[X]"}'


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/jsonl", "application/octet-stream", ""])
def test_lines_of_json_are_read_one_by_one(content_type: str, exchange: Make) -> None:
    body = '{"a":"one"}\r\n\n{"a":"SECRET"}\n'
    decoded = decode(exchange(body, content_type), "generic")
    assert texts(decoded) == {"line:0|$.a": "one", "line:1|$.a": "SECRET"}
    assert redact(decoded) == body.replace("SECRET", "[X]").encode()


def test_lines_of_which_one_is_not_json_are_undecodable(exchange: Make) -> None:
    decoded = decode(exchange('{"a":"b"}\nSECRET', "application/x-ndjson"), "generic")
    assert unread(decoded) == [("body:", "undecodable")]
    assert "SECRET" in texts(decoded)["body:"]


def test_records_of_a_json_sequence_are_read_one_by_one(exchange: Make) -> None:
    decoded = decode(exchange('\x1e{"a":"x"}\n\x1e{"a":"y"}\n', "application/json-seq"), "generic")
    assert texts(decoded) == {"record:0|$.a": "x", "record:1|$.a": "y"}


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/octet-stream", "application/sdp", "text/html"])
def test_text_is_one_part(content_type: str, exchange: Make) -> None:
    decoded = decode(exchange("[my SECRET, é", content_type), "generic")
    assert texts(decoded) == {"body:": "[my SECRET, é"}
    assert redact(decoded) == "[my [X], é".encode()


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"caf\xe9", "text/plain", "undecodable"),
        (b"caf\xe9", "text/plain; charset=iso-8859-1", "undecodable"),
        (b"+AGE-", "text/plain; charset=utf-7", "undecodable"),
        (JSON.encode("utf-16-le"), "application/json; charset=utf-16le", "undecodable"),
        (JSON.encode("utf-16"), "application/json", "undecodable"),
        (b"\x00\x01\x02", "", "file"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "file"),
        (b"%PDF-1.4 text", "application/pdf", "file"),
        (b"\n\x05hello\x12\x03abc", "", "file"),
        (b"\x00\x00\x00\x00\x05hell", "application/grpc", "protobuf"),
        (b"\x00\x00\x00\x00\x05hell", "application/connect+proto", "protobuf"),
        (b"\n\x09hello", "application/x-protobuf", "protobuf"),
        (b"--b\r\n\r\nx", "multipart/form-data; boundary=b", "undecodable"),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data", "undecodable"),
    ],
)
def test_what_is_no_text_is_unread(body: bytes, content_type: str, reason: str, exchange: Make) -> None:
    decoded = decode(exchange(body, content_type), "generic")
    assert unread(decoded) == [("body:", reason)]
    assert not any(part.writable for part in decoded.prompt.parts)


def test_marked_utf_16_text_is_read_and_not_rewritten(exchange: Make) -> None:
    decoded = decode(exchange("my SECRET".encode("utf-16"), "text/csv"), "generic")
    assert texts(decoded) == {"body:": "my SECRET"}
    assert unread(decoded) == []
    assert not decoded.prompt.parts[0].writable


def test_a_form_is_read_value_by_value(exchange: Make) -> None:
    inner = json.dumps([None, json.dumps([["my SECRET"]])])
    body = f"f.req={inner.replace('"', '%22').replace(' ', '+')}&at=x%C3%A9y&SECRET=1&bad=%ff"
    decoded = decode(exchange(body, "application/x-www-form-urlencoded"), "generic")
    assert texts(decoded) == {
        "form:f.req|$[1]|$[0][0]": "my SECRET",
        "form:at": "xéy",
        "form:SECRET": "1",
    }
    assert unread(decoded) == [("form:bad", "undecodable")]
    assert redact(decoded) == body.replace("SECRET", "%5BX%5D").encode()


MULTIPART = (
    '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune SECRET\r\n'
    '--b\r\nContent-Disposition: form-data; name="file"; filename="SECRET.jsonl"\r\n\r\n'
    '{"messages":[{"role":"user","content":"SECRET"}]}\n{"messages":[{"role":"assistant","content":"x"}]}\n\r\n'
    '--b\r\nContent-Disposition: form-data; name="notes"; filename="n.txt"\r\nContent-Type: text/plain\r\n\r\n'
    "é SECRET\r\n--b--\r\n"
)


def test_parts_of_a_multipart_body_are_read_each_as_what_it_is(exchange: Make) -> None:
    decoded = decode(exchange(MULTIPART, "multipart/form-data; boundary=b"), "generic")
    found = {part.path: (part.role, part.kind, part.text) for part in decoded.prompt.parts}
    assert found["multipart:purpose"] == ("", "prompt", "fine-tune SECRET")
    assert found["multipart:file@filename"] == ("", "file", "SECRET.jsonl")
    assert found["multipart:file|line:0|$.messages[0].content"] == ("user", "file", "SECRET")
    assert found["multipart:file|line:1|$.messages[0].content"] == ("assistant", "file", "x")
    assert found["multipart:notes"] == ("", "file", "é SECRET")
    assert not any(part.decided for part in decoded.prompt.parts)
    assert unread(decoded) == []
    assert redact(decoded) == MULTIPART.replace("SECRET", "[X]").encode()


def test_one_binary_part_is_a_file_and_the_others_are_read(exchange: Make) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        b'\x89PNG\r\n\x1a\n\xff\r\n--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nSECRET\r\n--b--\r\n'
    )
    decoded = decode(exchange(body, "multipart/form-data; boundary=b"), "generic")
    assert texts(decoded) == {"multipart:file@filename": "a.png", "multipart:prompt": "SECRET"}
    assert unread(decoded) == [("multipart:file", "file")]
    assert redact(decoded) == body.replace(b"SECRET", b"[X]")


def test_a_part_that_names_its_length_is_not_rewritten(exchange: Make) -> None:
    body = '--b\r\nContent-Length: 6\r\nContent-Disposition: form-data; name="p"\r\n\r\nSECRET\r\n--b--'
    decoded = decode(exchange(body, "multipart/form-data; boundary=b"), "generic")
    assert texts(decoded) == {"multipart:p": "SECRET"}
    assert not any(part.writable for part in decoded.prompt.parts)


def test_multipart_inside_multipart_is_undecodable(exchange: Make) -> None:
    body = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--"
    assert unread(decode(exchange(body, "multipart/mixed; boundary=b"), "generic")) == [
        ("multipart:[0]", "undecodable")
    ]


def test_an_upload_labelled_json_is_taken_for_what_it_is(exchange: Make) -> None:
    upload = {"x_goog_upload_command": "upload, finalize"}
    assert unread(decode(exchange(b"%PDF-1.4\xff", **upload), "generic")) == [("body:", "file")]
    decoded = decode(exchange("my SECRET notes", **upload), "generic")
    assert (decoded.prompt.parts[0].kind, unread(decoded)) == ("file", [])


def test_envelopes_of_json_are_read_and_rewritten_with_their_lengths(exchange: Make) -> None:
    message = JSON.encode()
    body = b"".join(flag + len(message).to_bytes(4) + message for flag in (b"\x00", b"\x02"))
    decoded = decode(exchange(body, "application/connect+json"), "generic")
    assert texts(decoded) == {"frame:0|$.a": "SECRET", "frame:1|$.a": "SECRET"}
    edited = message.replace(b"SECRET", b"[X]")
    assert redact(decoded) == b"".join(flag + len(edited).to_bytes(4) + edited for flag in (b"\x00", b"\x02"))
    for bad in (body[:-1], b"\x01" + body[1:], body + b"\x00"):
        assert unread(decode(exchange(bad, "application/connect+json"), "generic")) == [("body:", "undecodable")]


def test_a_compressed_envelope_is_read_and_not_rewritten(exchange: Make) -> None:
    packed = gzip.compress(JSON.encode(), mtime=0)
    decoded = decode(exchange(b"\x01" + len(packed).to_bytes(4) + packed, "application/connect+json"), "generic")
    assert texts(decoded) == {"frame:0|$.a": "SECRET"}
    assert not any(part.writable for part in decoded.prompt.parts)


def test_envelopes_of_protobuf_are_read_and_not_rewritten(exchange: Make) -> None:
    message = b"\n\x06SECRET\x12\x0a\x0a\x08in there"
    packed = gzip.compress(message, mtime=0)
    body = b"\0" + len(message).to_bytes(4) + message + b"\x01" + len(packed).to_bytes(4) + packed
    decoded = decode(exchange(body, "application/connect+proto"), "generic")
    assert [part.text for part in decoded.prompt.parts] == ["SECRET", "in there", "SECRET", "in there"]
    assert not any(part.writable for part in decoded.prompt.parts)
    assert unread(decoded) == []


def test_a_form_field_of_a_dialect_is_read_as_its_request(exchange: Make) -> None:
    body = "variables=" + quote('{"message":{"sensitive_string_value":"SECRET"}}') + "&at=x"
    decoded = decode(exchange(body, "application/x-www-form-urlencoded"), "meta-ai-web")
    found = {part.path: (part.role, part.kind) for part in decoded.prompt.parts}
    assert found["form:variables|$.message.sensitive_string_value"] == ("user", "prompt")
    assert unquote(redact(decoded).decode()) == unquote(body).replace("SECRET", "[X]")


def test_a_text_file_in_a_data_url_is_read(exchange: Make) -> None:
    url = "data:text/plain;base64," + base64.b64encode(b"my SECRET").decode()
    decoded = decode(exchange(json.dumps({"file": url})), "generic")
    assert texts(decoded) == {"$.file|data:": "my SECRET"}
    assert decoded.prompt.parts[-1].kind == "file"
    assert unread(decoded) == []


def test_a_file_has_its_name_type_and_bytes_and_shows_none_of_them(exchange: Make) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="Plan.PDF"\r\nContent-Type: application/pdf; x=1'
        b"\r\n\r\n%PDF-1.4 SECRET\xff\r\n--b--\r\n"
    )
    (part,) = (p for p in decode(exchange(body, "multipart/form-data; boundary=b"), "generic").prompt.parts if p.blob)
    assert part.blob is not None
    assert (part.blob.name, part.blob.data) == ("Plan.PDF", b"%PDF-1.4 SECRET\xff")
    assert (part.blob.file().type, part.blob.file().suffix) == ("application/pdf", "pdf")
    assert (part.kind, part.text, part.writable) == ("file", "", False)
    assert "SECRET" not in repr(part)
    assert "Plan" not in repr(part)


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "application/zip"])
def test_text_that_calls_itself_a_document_is_read_as_both(content_type: str, exchange: Make) -> None:
    decoded = decode(exchange(b"hello SECRET", content_type), "generic")
    assert texts(decoded) == {"body:": "hello SECRET"}
    assert unread(decoded) == [("body:", "file")]


@pytest.mark.parametrize("kind", ["application/connect+json", "application/connect+proto", "application/grpc"])
def test_all_compressed_envelopes_together_hold_no_more_than_a_body(kind: str, exchange: Make) -> None:
    packed = gzip.compress(b"[" + b" " * 500_000 + b"]", mtime=0)
    frame = b"\x01" + len(packed).to_bytes(4) + packed
    decoded = decode(exchange(frame * 200, kind), "generic", Limits(body_bytes=2_000_000))
    assert "too_large" in [entry.reason for entry in decoded.prompt.unread]


@pytest.mark.parametrize("kind", ["application/connect+json", "application/connect+proto"])
def test_many_empty_envelopes_come_to_an_end(kind: str, exchange: Make) -> None:
    decoded = decode(exchange(b"\0" * 500_000, kind), "generic")
    assert (decoded.prompt.parts, decoded.prompt.unread) == ((), ())


def test_more_envelopes_than_there_is_room_for_are_too_large(exchange: Make) -> None:
    message = b'{"a":"b"}'
    body = (b"\0" + len(message).to_bytes(4) + message) * 2000
    decoded = decode(exchange(body, "application/connect+json"), "generic", Limits(leaves=1000))
    assert "too_large" in [entry.reason for entry in decoded.prompt.unread]
