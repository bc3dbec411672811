import pytest

from detectors.documents.kinds import decoded, is_feed, is_text, kind_of


@pytest.mark.parametrize(
    ("data", "said", "suffix", "kind"),
    [
        (b"%PDF-1.7", "image/png", "", "pdf"),
        (b"junk \x00 %PDF-1.4", "", "", "pdf"),
        (b"we talk of %PDF-1.4", "", "", "text"),
        (b"we talk of %PDF-1.4", "application/pdf", "", "pdf"),
        (b"PK\x03\x04", "", "", "zip"),
        (b"\x89PNG", "", "", "picture"),
        (b"{\\rtf1", "", "", "rtf"),
        (b"  <!DOCTYPE html>", "", "", "html"),
        (b"a,b", "text/html", "", "html"),
        (b"a,b", "", "htm", "html"),
        (b"From: a\nTo: b\n c\nSubject: d\n\nx", "", "", "mail"),
        (b"From: a\nand so on", "", "", "text"),
        (b"hello", "", "eml", "mail"),
        (b"\x00\x01", "text/plain", "txt", "unknown"),
        (b"", "", "", "text"),
        (bytes(257) + b"ustar", "", "", "tar"),
    ],
    ids=range(16),
)
def test_the_bytes_are_believed_first(data, said, suffix, kind):
    assert kind_of(data, said, suffix) == kind


def test_types_of_pictures_and_sound():
    assert is_feed("image/png")
    assert not is_feed("image/svg+xml")
    assert not is_feed("application/pdf")


def test_text_has_no_controls_unless_it_is_marked_utf_16():
    assert is_text(b"caf\xe9\r\n\t")
    assert is_text("x".encode("utf-16"))
    assert is_text(b"\0\0\xfe\xff" + "x".encode("utf-32-be"))
    assert not is_text(b"a\x00b")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_decoded(codec):
    assert decoded("caf\u00e9".encode(codec)) == "caf\u00e9"
