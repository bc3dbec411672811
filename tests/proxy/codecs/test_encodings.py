import contextlib
import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.encodings import decode_body
from proxy.codecs.limits import Limits, Unreadable

LIMITS = Limits()
TEXT = b'{"messages":[{"role":"user","content":"hello"}]}' * 20


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zstd(data: bytes, **options: bool) -> bytes:
    return zstandard.ZstdCompressor(**options).compress(data)


def zstd_streamed(data: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd,
}


def reason(data: bytes, coding: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unreadable) as caught:
        decode_body(data, coding, limits)
    return caught.value.reason


@pytest.mark.parametrize("coding", ENCODERS)
@given(data=st.binary(min_size=1, max_size=5000))
def test_what_was_packed_comes_out(coding: str, data: bytes) -> None:
    assert decode_body(ENCODERS[coding](data), coding, LIMITS) == data


def test_no_coding_and_identity_change_nothing() -> None:
    assert decode_body(TEXT, "", LIMITS) == TEXT
    assert decode_body(TEXT, "identity", LIMITS) == TEXT
    assert decode_body(b"", "gzip", LIMITS) == b""


def test_names_of_codings_are_in_any_case() -> None:
    assert decode_body(gzip.compress(TEXT), " GZip ", LIMITS) == TEXT


def test_every_gzip_member_is_read() -> None:
    assert decode_body(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", LIMITS) == b"one two"


def test_every_zstd_frame_is_read_and_skippable_ones_are_skipped() -> None:
    skippable = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"xxxxx"
    frames = zstd(b"one ") + skippable + zstd_streamed(b"two ") + zstd(b"three", write_checksum=True)
    assert decode_body(frames, "zstd", LIMITS) == b"one two three"


def test_deflate_may_lack_its_zlib_wrapping() -> None:
    assert decode_body(raw_deflate(TEXT), "deflate", LIMITS) == TEXT


def test_two_codings_are_taken_off_in_reverse_order() -> None:
    assert decode_body(zstd(gzip.compress(TEXT)), "gzip, zstd", LIMITS) == TEXT


@pytest.mark.parametrize("coding", ["gzip, gzip, gzip", "compress", "aws-chunked", "dcb", "gzip, compress", "gzip;q=1"])
def test_too_many_or_unknown_codings_are_undecodable(coding: str) -> None:
    assert reason(gzip.compress(TEXT), coding) == "undecodable"


@pytest.mark.parametrize("coding", ENCODERS)
def test_bytes_after_the_end_are_undecodable(coding: str) -> None:
    assert reason(ENCODERS[coding](TEXT) + b"hidden", coding) == "undecodable"
    assert reason(ENCODERS[coding](TEXT) + b"\x00" * 8, coding) == "undecodable"


@pytest.mark.parametrize("coding", ENCODERS)
def test_truncation_anywhere_is_undecodable(coding: str) -> None:
    packed = ENCODERS[coding](TEXT)
    for end in range(1, len(packed)):
        assert reason(packed[:end], coding) == "undecodable", end


@pytest.mark.parametrize("coding", ENCODERS)
@given(data=st.binary(min_size=1, max_size=300))
def test_any_bytes_are_read_or_refused(coding: str, data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(decode_body(data, coding, LIMITS), bytes)


@pytest.mark.parametrize("coding", ENCODERS)
def test_a_bomb_is_too_large(coding: str) -> None:
    assert reason(ENCODERS[coding](bytes(20 * 2**20)), coding) == "too_large"


@pytest.mark.parametrize("coding", ENCODERS)
def test_a_bomb_within_the_size_is_too_large_by_its_ratio(coding: str) -> None:
    packed = ENCODERS[coding](bytes(3 * 2**20))
    assert 3 * 2**20 / len(packed) > LIMITS.ratio
    assert reason(packed, coding) == "too_large"


def test_a_bomb_in_a_bomb_is_too_large() -> None:
    assert reason(gzip.compress(gzip.compress(bytes(2**29 // 8))), "gzip, gzip") == "too_large"


def test_many_empty_zstd_blocks_are_too_large() -> None:
    frame = zstd_streamed(b"x")
    header = frame[: zstandard.frame_header_size(frame)]
    assert reason(header + b"\x00\x00\x00" * 200_000, "zstd") == "too_large"


def test_a_plain_body_over_the_limit_is_too_large() -> None:
    assert reason(b"x" * 101, "", Limits(body_bytes=100)) == "too_large"
    assert decode_body(b"x" * 100, "", Limits(body_bytes=100)) == b"x" * 100
