import bz2
import gzip
import lzma
import random
import zlib

import pytest

from detectors.views.payload import Nature, plain, read

TEXT = "Please call me at once, it is about the account."


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("", TEXT.encode()),
        ("", TEXT.encode("utf-16-le")),
        ("gzip", gzip.compress(TEXT.encode(), mtime=0)),
        ("zlib", zlib.compress(TEXT.encode())),
        ("deflate", zlib.compress(TEXT.encode(), wbits=-15)),
        ("bzip2", bz2.compress(TEXT.encode())),
        ("xz", lzma.compress(TEXT.encode())),
    ],
    ids=["plain", "utf16", "gzip", "zlib", "deflate", "bzip2", "xz"],
)
def test_text_is_read_however_it_is_packed(name, data):
    payload = read(data, 10_000)
    assert payload.text == TEXT
    assert payload.names == ((name,) if name else ())


def test_packed_twice_is_unpacked_twice():
    assert read(gzip.compress(zlib.compress(TEXT.encode()), mtime=0), 10_000).text == TEXT


def test_a_bomb_is_cut_off_and_said_to_be_too_large():
    assert read(gzip.compress(b"a" * 10_000_000, mtime=0), 100_000).nature is Nature.TOO_LARGE


def test_a_broken_stream_is_said_to_be_broken():
    assert read(b"\x1f\x8b\x08\x00" + b"\xff" * 40, 100).nature is Nature.BROKEN


def test_random_octets_are_unknown_when_they_are_many_and_harmless_when_few():
    octets = random.Random(5).randbytes(2000)
    assert read(octets, 10_000).nature is Nature.UNKNOWN
    assert read(octets[:256], 10_000).nature is Nature.HARMLESS


def test_pictures_are_harmless_and_documents_are_archives():
    octets = random.Random(5).randbytes(2000)
    assert read(b"\x89PNG\r\n\x1a\n" + octets, 10_000).nature is Nature.HARMLESS
    assert read(b"PK\x03\x04" + octets, 10_000).nature is Nature.ARCHIVE


def test_few_octets_are_text_only_if_all_of_them_are():
    assert plain(b"abcdefgh") == "abcdefgh"
    assert plain(b"abcdefg\x01") is None
    assert plain("Zürich-7".encode()) == "Zürich-7"
    assert plain(b"\xc3\x28abcdef") is None
