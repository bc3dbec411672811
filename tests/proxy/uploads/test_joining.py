"""Pieces judged with their neighbours, and the whole before it is made; the judge here looks for a word and a file."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from proxy.codecs.limits import Limits
from proxy.exchange import Client, Exchange
from proxy.judging.judge import Ruling
from proxy.keyvalue import SqliteKeyValue
from proxy.refusals.refusal import Answer
from proxy.uploads.joining import Uploads
from proxy.uploads.store import Store

CLIENT = Client("10.0.0.1")
REFUSED = Answer(400, (), b"no")
GOOGLE = "/upload/v1beta/files?upload_id=A"


class Judge:
    """Refuses what holds SECRET, and what is unknown for one of `strict`; keeps what it was asked."""

    def __init__(self, *strict: str) -> None:
        self.asked: list[Exchange] = []
        self._strict = strict

    async def judge(self, exchange: Exchange, client: Client) -> Ruling:
        self.asked.append(exchange)
        refused = exchange.unread in self._strict if exchange.unread else b"SECRET" in exchange.body
        return Ruling("e", "s", "block" if refused else "allow", answer=REFUSED if refused else None)


@pytest.fixture
def judge() -> Judge:
    return Judge("undecodable", "too_large")


@pytest.fixture
def uploads(tmp_path: Path, judge: Judge) -> Uploads:
    return make(tmp_path, judge)


def make(folder: Path, judge: Judge, limit: int = 1 << 20) -> Uploads:
    key = bytes(32)
    return Uploads(judge, Store(key, SqliteKeyValue(folder / "kv")), Limits(body_bytes=limit))


async def send(uploads: Uploads, method: str, path: str, body: bytes, answer: str = "", **headers: str) -> bool:
    """Tell whether a request would be forwarded; if so its vendor answers with the id `answer`."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    ruling, note = await uploads.judge(Exchange(method, "https", "h.test", 443, path, named, body), CLIENT)
    if note is not None and ruling.answer is None:
        await uploads.answered(note, headers.get("location", ""), json.dumps({"id": answer}).encode())
    return ruling.answer is None


async def google(uploads: Uploads, body: bytes, offset: int, *, last: bool = False) -> bool:
    command = "upload, finalize" if last else "upload"
    told = {"x_goog_upload_command": command, "x_goog_upload_offset": str(offset)}
    return await send(uploads, "POST", GOOGLE, body, **told)


async def test_a_value_over_a_boundary_stops_the_piece_that_ends_it(uploads: Uploads) -> None:
    assert await google(uploads, b"harmless SEC", 0)
    assert not await google(uploads, b"RET and more", 12)


async def test_a_value_over_a_boundary_is_found_whichever_worker_has_the_piece(tmp_path: Path, judge: Judge) -> None:
    assert await google(make(tmp_path, judge), b"harmless SEC", 0)
    assert not await google(make(tmp_path, judge), b"RET and more", 12)


async def test_pieces_that_come_in_another_order_are_joined_too(uploads: Uploads) -> None:
    assert await send(uploads, "PUT", "/k?partNumber=2&uploadId=U", b"RET")
    assert not await send(uploads, "PUT", "/k?partNumber=1&uploadId=U", b"SEC")


async def test_a_character_that_is_cut_is_no_reason_not_to_read(uploads: Uploads, judge: Judge) -> None:
    text = "Grüße 🐦 aus dem Süden"
    raw = text.encode()
    for cut in range(1, len(raw)):
        path = f"/k?uploadId={cut}&partNumber="
        assert await send(uploads, "PUT", path + "1", raw[:cut])
        assert await send(uploads, "PUT", path + "2", raw[cut:])
        assert judge.asked[-1].body == raw
        assert not judge.asked[-2].unread


async def test_a_file_that_is_no_text_is_unknown_by_piece_and_read_as_a_whole(uploads: Uploads, judge: Judge) -> None:
    document = b"PK\x03\x04" + secrets.token_bytes(100).replace(b"SECRET", b"") + b"\x00\xff"
    assert await google(uploads, document[:50], 0)
    assert await google(uploads, document[50:], 50, last=True)
    assert [each.unread for each in judge.asked] == ["media", "media", ""]
    assert judge.asked[-1].body == document
    assert judge.asked[-1].header("content-type") == "application/octet-stream"
    assert {each.transport for each in judge.asked} == {"upload"}


async def test_a_whole_that_is_refused_is_not_made(uploads: Uploads) -> None:
    assert await google(uploads, b"PK\x03\x04 \x00\xff SEC", 0)
    assert not await google(uploads, b"RET \x00\xff", 11, last=True)


async def test_the_policy_decides_about_pieces_that_say_nothing_alone(tmp_path: Path) -> None:
    uploads = make(tmp_path, Judge("media"))
    assert not await google(uploads, b"%PDF-1.7 \xff", 0)


async def test_a_file_whose_beginning_nobody_saw_is_unknown(uploads: Uploads, judge: Judge) -> None:
    assert not await google(uploads, b"the end", 500, last=True)
    assert judge.asked[-1].unread == "undecodable"


async def test_a_text_that_is_too_large_together_was_read_all_the_same(tmp_path: Path, judge: Judge) -> None:
    uploads = make(tmp_path, judge, limit=15)
    assert await google(uploads, b"ten bytes.", 0)
    assert await google(uploads, b"ten bytes.", 10, last=True)
    assert [each.unread for each in judge.asked] == ["", ""]
    assert not await google(uploads, b"SECRET", 20)


async def test_any_other_file_that_is_too_large_together_is_unknown(tmp_path: Path, judge: Judge) -> None:
    uploads = make(tmp_path, judge, limit=15)
    assert await google(uploads, b"PK\x03\x04 bytes.", 0)
    assert not await google(uploads, b"ten bytes.", 11, last=True)
    assert judge.asked[-1].unread == "too_large"


async def test_openai_s_parts_are_joined_in_the_order_that_the_end_names(uploads: Uploads, judge: Judge) -> None:
    kind = "multipart/form-data; boundary=b"
    for upload, order in (("u", ["part_2", "part_1"]), ("v", ["part_1", "part_2"]), ("w", ["part_1", "part_7"])):
        for name, text in (("part_2", b"RET"), ("part_1", b"SEC")):
            head = b'--b\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\n'
            part = head + text + b"\r\n--b--\r\n"
            assert await send(uploads, "POST", f"/v1/uploads/{upload}/parts", part, name, content_type=kind)
        made = json.dumps({"part_ids": order}).encode()
        assert await send(uploads, "POST", f"/v1/uploads/{upload}/complete", made) == (upload == "u")
        assert (judge.asked[-1].body, judge.asked[-1].unread) == {
            "u": (b"RETSEC", ""), "v": (b"SECRET", ""), "w": (made, "undecodable"),
        }[upload]  # fmt: skip


async def test_azure_s_blocks_are_joined_as_they_are_listed(uploads: Uploads, judge: Judge) -> None:
    assert await send(uploads, "PUT", "/c/b?comp=block&blockid=b2&sig=1", b"\xff\x00RET")
    assert await send(uploads, "PUT", "/c/b?comp=block&blockid=b1&sig=1", b"PK\x03\x04SEC")
    listed = b"<BlockList><Latest>b1</Latest><Latest>b2</Latest></BlockList>"
    assert await send(uploads, "PUT", "/c/b?comp=blocklist&sig=1", listed)
    assert judge.asked[-1].body == b"PK\x03\x04SEC\xff\x00RET"
    asked = len(judge.asked)
    assert await send(uploads, "PUT", "/c/b?comp=blocklist&sig=1", listed)  # sent again: the whole was judged
    assert len(judge.asked) == asked + 1


@pytest.mark.parametrize("told", [True, False])
async def test_tus_is_judged_whole_at_its_end_or_at_each_piece(uploads: Uploads, judge: Judge, told: bool) -> None:
    tus: dict[str, Any] = {"tus_resumable": "1.0.0"}
    if told:
        await send(uploads, "POST", "/files", b"", upload_length="21", location="https://h.test/files/7", **tus)
    asked = len(judge.asked)
    for offset in (0, 7, 14):
        body = b"%PDF \xff\x00" if not offset else b"bytes.\xff"
        assert await send(uploads, "PATCH", "/files/7", body, upload_offset=str(offset), **tus)
    whole = [each for each in judge.asked[asked:] if not each.unread]
    assert [len(each.body) for each in whole] == ([21] if told else [7, 14, 21])


async def test_one_piece_said_in_two_ways_is_unknown(uploads: Uploads, judge: Judge) -> None:
    assert await google(uploads, b"PK\x03\x04 \xff\x00 bad", 0)
    assert await google(uploads, b"PK\x03\x04 \xff\x00 fit", 0)
    assert not await google(uploads, b"\xff\x00", 11, last=True)
    assert judge.asked[-1].unread == "undecodable"


async def test_what_is_no_piece_is_judged_as_it_is(uploads: Uploads, judge: Judge) -> None:
    assert await send(uploads, "POST", "/v1/chat/completions", b"{}")
    assert judge.asked[-1].transport == "http"


async def test_a_coding_that_cannot_be_taken_off_is_left_to_the_reader(uploads: Uploads, judge: Judge) -> None:
    told = {"x_goog_upload_command": "upload", "x_goog_upload_offset": "0", "content_encoding": "rot13"}
    assert await send(uploads, "POST", GOOGLE, b"FRPERG", **told)
    assert (judge.asked[-1].transport, judge.asked[-1].body) == ("http", b"FRPERG")
