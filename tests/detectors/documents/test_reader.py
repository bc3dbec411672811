"""Files of every kind: what is in them is read, and what is not read has its reason."""

import bz2
import gzip
import io
import lzma
import random
import sys
import tarfile
import time
import zipfile

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from detectors.base import File
from detectors.documents.harvest import Bounds
from detectors.documents.reader import Read, read
from tests import papers

FOREVER = float("inf")
CARD = "4111 1111 1111 1111"


def reading(data: bytes, kind: str = "", suffix: str = "", **bounds: int) -> Read:
    return read(File(data, kind, suffix), FOREVER, time.monotonic, Bounds(**bounds))


def tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


TEXT = b"my card 4111 1111 1111 1111"
EVERY_KIND = {
    "text": TEXT,
    "utf16": TEXT.decode().encode("utf-16"),
    "utf32": TEXT.decode().encode("utf-32"),
    "zip behind a pdf": papers.pdf("x") + papers.zipped({"a.txt": TEXT}),
    "docx": papers.docx("my card 4111| 1111 11|11 1111"),
    "xlsx": papers.xlsx(("name", "card"), ("Ann", CARD)),
    "pptx": papers.pptx("hello", f"my card {CARD}"),
    "odt": papers.odt(f"my card {CARD}"),
    "pdf": papers.pdf("first", f"my card {CARD}"),
    "rtf": rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}my card \b 4111\b0  1111 1111 1111\par}",
    "html": b"<!doctype html><p>my card <b>4111</b> 1111 1111 <i>1111</i></p>",
    "mail": papers.mail("card", f"my card {CARD}"),
    "zip": papers.zipped({"a/b.txt": TEXT}),
    "tar": tar({"a.txt": TEXT}),
    "gzip": gzip.compress(TEXT),
    "bzip2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "two gzip members": gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:]),
    "tar in gzip": gzip.compress(tar({"a.txt": TEXT})),
    "docx in zip in mail": papers.mail("x", "y", {"a.zip": papers.zipped({"a.docx": papers.docx(TEXT.decode())})}),
    "zip behind other bytes": b"\x00\x01\x02 nothing " + papers.zipped({"a.txt": TEXT}),
}


@pytest.mark.parametrize("name", EVERY_KIND)
def test_the_text_of_every_kind_of_file_is_read(name: str) -> None:
    result = reading(EVERY_KIND[name])
    assert CARD in result.text
    assert result.unread == ()
    assert not result.late


@pytest.mark.parametrize("name", [name for name in EVERY_KIND if name not in ("text", "utf16", "utf32")])
def test_a_file_that_is_cut_off_is_not_read_in_silence(name: str) -> None:
    data = EVERY_KIND[name]
    result = reading(data[: len(data) // 2])
    assert CARD in result.text or result.unread or name in ("rtf", "html", "mail", "docx in zip in mail")


def unlocked_never() -> bytes:
    plain = bytearray(papers.zipped({"a.txt": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        plain[plain.index(mark) + offset] |= 1
    return bytes(plain)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), ("media",)),
        (b"7z\xbc\xaf\x27\x1c" + bytes(99), ("media",)),
        (b"\x00\x01\x02\x03", ("media",)),
        (b"%PDF-1.7 and nothing", ("undecodable",)),
        (b"PK\x03\x04 and nothing", ("undecodable",)),
        (gzip.compress(TEXT)[:-9], ("undecodable",)),
        (unlocked_never(), ("encrypted",)),
        (papers.pdf("x", password="p"), ("encrypted",)),
        (OLE + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le"), ("encrypted",)),
        (papers.odt("x", '<m><encryption-data/></m>'), ("encrypted",)),
        (OLE + b"plain words inside", ("media",)),
        (papers.docx("x", **{"word/media/image1.png": bytes(9000)}), ("media",)),
        (papers.docx('<!DOCTYPE a [<!ENTITY b "c">]>'), ("undecodable",)),
    ],
    ids=[
        *("picture", "7z", "bytes", "broken pdf", "broken zip", "cut gzip", "zip with a password", "pdf with a password"),
        *("office with a password", "odt with a password", "word 97", "docx with a picture", "entities"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_its_reason(data: bytes, reasons: tuple[str, ...]) -> None:
    assert reading(data).unread == reasons


def test_words_that_stand_plainly_in_an_unknown_format_are_found() -> None:
    result = reading(OLE + b"plain words inside\x00\x00" + "wide words inside".encode("utf-16-le") + b"\x00")
    assert "plain words inside" in result.text
    assert "wide words inside" in result.text


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(papers.pdf(CARD))))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert CARD in reading(out.getvalue()).text


def test_an_archive_behind_a_picture_is_read_too() -> None:
    result = reading(b"\x89PNG\r\n\x1a\n" + bytes(99) + papers.zipped({"a.txt": TEXT}))
    assert CARD in result.text
    assert result.unread == ("media",)
    assert reading(b"\x89PNG\r\n\x1a\n" + bytes(99) + b"PK\x05\x06" + bytes(18)).unread == ("media",)


def test_words_that_call_themselves_a_picture_are_read_and_unread() -> None:
    result = reading(TEXT, "image/png")
    assert CARD in result.text
    assert result.unread == ("media",)


def test_an_archive_bomb_ends_at_the_bound() -> None:
    bomb = papers.zipped({f"{n}.bin": bytes(1 << 20) for n in range(100)})
    result = reading(bomb, unpacked=8 << 20)
    assert result.unread[-1] == "too_large"


def test_archives_inside_each_other_end_at_a_depth() -> None:
    data = TEXT
    for _ in range(9):
        data = papers.zipped({"a.zip": data})
    result = reading(data)
    assert "too_large" in result.unread
    assert CARD not in result.text


def test_the_number_of_members_is_bounded() -> None:
    assert "too_large" in reading(papers.zipped({str(n): b"x" for n in range(50)}), members=20).unread


def test_a_sheet_whose_cells_repeat_one_long_string_is_bounded() -> None:
    cell = "x" * 1000
    result = reading(papers.xlsx(*[(cell,) * 50] * 100), text=100_000)
    assert result.unread == ("too_large",)
    assert len(result.text) <= 100_001


def test_text_beyond_the_bound_is_looked_at_as_far_as_it_goes() -> None:
    result = reading(TEXT + b" " + b"x" * 1000, text=100)
    assert CARD in result.text
    assert result.unread == ("too_large",)


def test_time_is_watched_and_what_was_read_until_then_is_kept() -> None:
    ticks = iter(range(10_000))
    data = papers.zipped({f"{n}.txt": f"member {n}" for n in range(500)})
    result = read(File(data), 200.0, lambda: float(next(ticks)))
    assert result.late
    assert "member 3" in result.text
    assert "member 400" not in result.text


def test_a_pdf_page_is_given_up_in_its_middle() -> None:
    ticks = iter(range(100_000))
    result = read(File(papers.pdf("x", drawing="(x) Tj " * 2000)), 300.0, lambda: float(next(ticks)))
    assert result.late


def test_an_element_nested_without_end_is_undecodable() -> None:
    deep = "<a>" * 100_000
    assert "undecodable" in reading(papers.docx("x", **{"word/header1.xml": deep})).unread


def test_a_repr_shows_nothing_of_a_file() -> None:
    assert CARD not in repr(reading(TEXT))
    assert "card" not in repr(File(TEXT))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EVERY_KIND)), st.randoms(use_true_random=False), st.integers(1, 12))
def test_no_damage_raises_anything(name: str, chance: random.Random, times: int) -> None:
    data = bytearray(EVERY_KIND[name])
    for _ in range(times):
        at = chance.randrange(len(data))
        choice = chance.random()
        if choice < 0.6:
            data[at] = chance.randrange(256)
        elif choice < 0.8:
            del data[at : at + chance.randrange(1, 40)]
        else:
            data[at:at] = bytes(data[chance.randrange(len(data)) :][:40])
        if not data:
            return
    result = reading(bytes(data), unpacked=4 << 20, text=1 << 20)
    assert set(result.unread) <= {"media", "undecodable", "encrypted", "too_large"}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(("", "pdf", "eml", "html", "zip")))
def test_no_bytes_raise_anything(data: bytes, suffix: str) -> None:
    for head in (b"", b"PK\x03\x04", b"%PDF-1.4\n", b"{\\rtf1 ", b"\x1f\x8b\x08\x00", b"BZh9", b"Subject: a\n"):
        reading(head + data, suffix=suffix, unpacked=1 << 20)


@pytest.mark.parametrize(
    ("head", "unit", "times"),
    [(b"{\\rtf1", b"{", 500_000), (b"{\\rtf1", b"\\'", 300_000), (b"<html>", b"<!--", 200_000), (b"<html>", b"<a ", 200_000),
     (b"From: a\nTo: b\nSubject: c\n", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n", 5_000)],
    ids=["rtf groups", "rtf escapes", "html comments", "html tags", "nested mail"],
)  # fmt: skip
def test_hostile_input_costs_no_more_than_its_length(head: bytes, unit: bytes, times: int) -> None:
    less, more = (_calls(head + unit * (times // part)) for part in (40, 10))
    assert more <= 5 * less
    reading(head + unit * times)  # and ends


def _calls(data: bytes) -> int:
    """Return how many functions, of Python's and of C's, are called for a reading."""
    events: list[str] = []
    sys.setprofile(lambda _frame, event, _arg: events.append(event))
    try:
        reading(data)
    finally:
        sys.setprofile(None)
    return sum(event in ("call", "c_call") for event in events)


def test_names_inside_an_archive_are_text() -> None:
    assert "536-22-1234.txt" in reading(papers.zipped({"536-22-1234.txt": b"x"})).text


def test_zip_members_with_unknown_compression_are_noted() -> None:
    plain = bytearray(papers.zipped({"a.txt": b"x" * 50}))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        plain[plain.index(mark) + offset] = 97
    assert zipfile.ZipFile(io.BytesIO(bytes(plain))).infolist()
    assert reading(bytes(plain)).unread == ("undecodable",)


def test_of_bytes_that_nobody_reads_words_are_gleaned_behind_all_that_was_read() -> None:
    packed = papers.zipped({"a.wav": b"\x00\x01" * 200 + b"password=Hq7#vLp2!x" + b"\x00\x02" * 200, "b.txt": TEXT})
    got = reading(packed)
    assert got.text == f"a.wav\nb.txt\n{TEXT.decode()}\npassword=Hq7#vLp2!x"
    assert got.text[got.gleaned :] == "password=Hq7#vLp2!x"
    assert "media" in got.unread
    assert reading(TEXT).gleaned == -1


def test_a_text_with_a_few_bytes_that_no_text_has_is_a_text() -> None:
    for data in (b"\x00" + TEXT * 5, (TEXT * 5).decode().encode("utf-16-le")):
        got = reading(data)
        assert (got.gleaned, got.unread) == (-1, ("media",))
