"""Which piece of which upload a request is: the forms of the protocols, and what only looks like one."""

import json

import pytest

from proxy.exchange import Exchange
from proxy.uploads.pieces import Commit, Piece, created, recognise

HOST = "up.example.test"


def asked(method: str, path: str, body: bytes = b"12345", **headers: str) -> Piece | Commit | None:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return recognise(Exchange(method, "https", HOST, 443, path, named, body), body)


def test_google_says_where_a_piece_begins_and_which_is_the_last() -> None:
    path = "/upload/v1beta/files?upload_id=A&upload_protocol=resumable"
    first = asked("POST", path, x_goog_upload_command="upload", x_goog_upload_offset="0")
    last = asked("POST", path, x_goog_upload_command="upload, finalize", x_goog_upload_offset="5")
    assert first == Piece(HOST + path, "offset", 0, "", 0, 5, last=False)
    assert last == Piece(HOST + path, "offset", 5, "", 0, 5, last=True)
    assert asked("POST", path, b"", x_goog_upload_command="finalize") == Commit(HOST + path)
    assert asked("POST", path, x_goog_upload_command="upload, finalize", x_goog_upload_offset="0") is None
    assert asked("POST", path, x_goog_upload_command="start") is None
    assert asked("POST", path, x_goog_upload_command="query") is None


def test_a_content_range_says_the_same() -> None:
    first = asked("PUT", "/o?upload_id=1", content_range="bytes 0-4/10")
    assert first == Piece(f"{HOST}/o?upload_id=1", "offset", 0, "", 0, 5, last=False)
    last = asked("PUT", "/o?upload_id=1", content_range="bytes 5-9/10")
    assert isinstance(last, Piece)
    assert (last.order, last.last) == (5, True)
    open_ended = asked("PUT", "/o?upload_id=1", content_range="bytes 0-4/*")
    assert isinstance(open_ended, Piece)
    assert open_ended.last is False
    assert asked("PUT", "/o?upload_id=1", content_range="bytes 0-4/5") is None
    assert asked("PUT", "/o?upload_id=1", b"", content_range="bytes */10") is None


def test_tus_tells_the_end_in_its_beginning_or_in_a_newer_header() -> None:
    piece = asked("PATCH", "/files/7", upload_offset="5", tus_resumable="1.0.0")
    assert piece == Piece(f"{HOST}/files/7", "offset", 5, "", 0, 5, last=None)
    newer = asked("PATCH", "/files/7", upload_offset="5", upload_complete="?1")
    assert isinstance(newer, Piece)
    assert newer.last is True
    headers = (("tus-resumable", "1.0.0"), ("upload-length", "10"))
    assert created(Exchange("POST", "https", HOST, 443, "/files", headers))
    assert not created(Exchange("POST", "https", HOST, 443, "/files", headers[:1]))


def test_openai_names_its_parts_at_the_end() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\nhello\r\n--b--\r\n'
    part = asked("POST", "/v1/uploads/up_1/parts", body, content_type="multipart/form-data; boundary=b")
    assert isinstance(part, Piece)
    assert (part.session, part.by, body[part.start : part.end]) == (f"{HOST}/v1/uploads/up_1", "arrival", b"hello")
    end = asked("POST", "/v1/uploads/up_1/complete", json.dumps({"part_ids": ["b", "a"]}).encode())
    assert end == Commit(f"{HOST}/v1/uploads/up_1", ("b", "a"))
    for strange in (b"[]", b"{}", b"\xff", b'{"part_ids": 7}', b"[" * 100_000):
        assert asked("POST", "/v1/uploads/up_1/complete", strange) == Commit(f"{HOST}/v1/uploads/up_1", ())


def test_blocks_of_azure_are_listed_in_xml() -> None:
    piece = asked("PUT", "/c/blob?comp=block&blockid=QQ%3D%3D&sig=s")
    assert piece == Piece(f"{HOST}/c/blob", "arrival", 0, "QQ==", 0, 5)
    listed = b'<?xml version="1.0"?><BlockList><Latest>Qg==</Latest><Uncommitted>QQ==</Uncommitted></BlockList>'
    assert asked("PUT", "/c/blob?comp=blocklist&sig=t", listed) == Commit(f"{HOST}/c/blob", ("Qg==", "QQ=="))
    added = asked("PUT", "/c/blob?comp=appendblock")
    assert isinstance(added, Piece)
    assert added.last is None


def test_parts_of_s3_have_numbers() -> None:
    piece = asked("PUT", "/key?partNumber=2&uploadId=U&X-Amz-Signature=a")
    assert piece == Piece(f"{HOST}/key?U", "number", 2, "2", 0, 5)
    listed = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part>"
    assert asked("POST", "/key?uploadId=U", listed) == Commit(f"{HOST}/key?U", ("1", "2"))
    assert asked("POST", "/key?uploadId=U", b"") == Commit(f"{HOST}/key?U", None)


@pytest.mark.parametrize("path", ["/v1/files", "/v1/uploads", "/key?partNumber=1", "/c/blob?sig=1", "/chat?q=comp"])
def test_what_is_sent_in_one_go_is_no_piece(path: str) -> None:
    assert asked("POST", path, content_type="application/json") is None
    assert asked("PUT", path, x_ms_blob_type="BlockBlob") is None


def test_what_is_no_number_fits_nowhere() -> None:
    for wrong in ("", "x", "-1", "1" * 30, "\u0663"):
        piece = asked("POST", "/u?upload_id=1", x_goog_upload_command="upload", x_goog_upload_offset=wrong)
        assert isinstance(piece, Piece)
        assert piece.order == -1
