import base64

import pytest

from proxy.codecs.media import as_text, is_binary, is_media_type, is_text_type, read_base64, read_data_url


def test_a_data_url_carries_a_file() -> None:
    file = read_data_url("data:text/CSV;charset=utf-8;base64," + base64.b64encode(b"a,b").decode())
    assert file is not None
    assert (file.type, file.data) == ("text/csv", b"a,b")


@pytest.mark.parametrize("text", ["data: what I have", "data:,x", "data:text/plain,x", "data:a/b;base64,x!", "x"])
def test_what_is_no_base64_data_url_carries_none(text: str) -> None:
    assert read_data_url(text) is None


def test_base64_is_read_in_both_alphabets_padded_or_not() -> None:
    for text in ("-_-_", "+/+/", "+/\n+/"):
        file = read_base64(text, "")
        assert file is not None
        assert file.data == b"\xfb\xff\xbf"
    assert read_base64("eA", "") == read_base64("eA==", "")
    assert read_base64("two\n  lines\r\nof it=", "") is None  # 10 characters and a pad are no whole bytes
    assert read_base64("twolines\n  wrapped1\r\n", "") is not None
    assert read_base64("two words", "") is None
    assert read_base64("no, not this", "") is None
    assert read_base64("abcde", "") is None


def test_bytes_are_text_in_utf_8_and_marked_utf_16() -> None:
    assert as_text("é\n".encode()) == "é\n"
    assert as_text("é".encode("utf-16")) == "é"
    assert as_text(b"\xff\x00") is None
    assert as_text(b"a\x00b") is None


def test_types_say_text_or_media() -> None:
    for name in ("text/plain", "application/json", "application/ld+json", "image/svg+xml", "application/x-yaml"):
        assert is_text_type(name)
        assert not is_media_type(name)
    for name in ("image/png", "audio/wav", "application/pdf", "video/mp4"):
        assert is_media_type(name)
    assert not is_text_type("application/octet-stream")


def test_well_known_formats_are_binary() -> None:
    assert is_binary(b"%PDF-1.7 looks like text")
    assert is_binary(b"PK\x03\x04")
    assert not is_binary(b"RIF")


def test_no_text_makes_the_patterns_backtrack() -> None:
    # It would take minutes and end in the time-out of the run.
    assert read_base64("a" * 500_000 + " " * 500_000 + "!", "") is None
    assert read_data_url("data:" + ";a=b" * 200_000) is None
