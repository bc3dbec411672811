"""Codings are taken off piece by piece; bombs come out in steps."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from proxy.restore.coding import CodingError, decoder_of


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODERS = [
    ("gzip", gzip.compress),
    ("gzip", lambda data: gzip.compress(data) + gzip.compress(b"")),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.ZstdCompressor().compress),
    ("zstd", lambda data: zstandard.ZstdCompressor().compress(data) * 1 + zstandard.ZstdCompressor().compress(b"")),
    ("gzip, zstd", lambda data: zstandard.ZstdCompressor().compress(gzip.compress(data))),
    ("Identity", bytes),
    ("", bytes),
]


def decoded(coding: str, data: bytes, size: int) -> bytes:
    decoder = decoder_of(coding)
    assert decoder is not None
    return b"".join(b"".join(decoder.feed(data[start : start + size])) for start in range(0, len(data), size))


@pytest.mark.parametrize("number", range(len(ENCODERS)))
@given(st.binary(), st.integers(1, 50))
def test_every_coding(number: int, data: bytes, size: int) -> None:
    coding, encode = ENCODERS[number]
    assert decoded(coding, encode(data), size) == data


@pytest.mark.parametrize("number", range(6))
def test_a_bomb_comes_in_steps(number: int) -> None:
    coding, encode = ENCODERS[number]
    decoder = decoder_of(coding)
    assert decoder is not None
    assert max(len(piece) for piece in decoder.feed(encode(bytes(1 << 23)))) <= 1 << 21


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_something_else(coding: str) -> None:
    with pytest.raises(CodingError):
        decoded(coding, b"\xff\xffsomething else" * 20, 10)


def test_something_behind_deflate() -> None:
    with pytest.raises(CodingError):
        decoded("deflate", zlib.compress(b"x") + b"y", 100)


@pytest.mark.parametrize("coding", ["compress", "gzip, br, zstd", "gzip, lzma"])
def test_unknown_codings(coding: str) -> None:
    assert decoder_of(coding) is None
