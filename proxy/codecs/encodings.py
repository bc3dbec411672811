"""A body and its Content-Encoding in, the plain bytes out, within limits.

Rules
1. Every member or frame is read, as servers do: a decoder that stops after the first one hides the rest.
2. Bytes after the last member or frame, a truncated stream, an unknown coding: undecodable. Never a partial answer.
3. Output is produced in bounded steps. Over the limit or the ratio: too_large, whatever the rest may be.
4. Codings on top of each other are taken off in reverse order (RFC 9110, 8.4), at most `Limits.codings` of them.
"""

import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

from proxy.codecs.limits import Limits, Unreadable

_STEP = 1 << 18
_FREE = 1 << 20  # decoded bytes before the ratio counts
_ZSTD_WINDOW = 1 << 27  # what the reference decoder accepts
_ZSTD_BLOCKS = 1 << 17
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)


def decode_body(body: bytes, coding: str, limits: Limits) -> bytes:
    """Return `body` without its content codings. `coding` is the header's value, empty for none.

    Knows gzip and x-gzip (RFC 1952), deflate (RFC 1950, and the raw RFC 1951 that some clients send), br (RFC 7932),
    zstd (RFC 8878) and identity. Raises Unreadable with reason undecodable or too_large.
    """
    names = [name.strip().lower() for name in coding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not body:
        return body
    if len(names) > limits.codings:
        raise Unreadable("undecodable")
    for name in reversed(names):
        decoder = _DECODERS.get(name)
        if decoder is None:
            raise Unreadable("undecodable")
        body = _bounded(decoder(body), len(body), limits)
    if len(body) > limits.body_bytes:
        raise Unreadable("too_large")
    return body


def _bounded(pieces: Iterator[bytes], encoded: int, limits: Limits) -> bytes:
    most = min(limits.body_bytes, max(_FREE, encoded * limits.ratio))
    result = bytearray()
    try:
        for piece in pieces:
            result += piece
            if len(result) > most:
                raise Unreadable("too_large")
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise Unreadable("undecodable") from error
    return bytes(result)


def _inflate(data: bytes, window: int) -> Iterator[bytes]:
    """Yield what one zlib, gzip or raw deflate stream after another decodes to; only gzip may have several."""
    while True:
        decoder = zlib.decompressobj(window)
        while not decoder.eof:
            piece = decoder.decompress(data, _STEP)
            data = decoder.unconsumed_tail
            if not piece and not data and not decoder.eof:
                raise Unreadable("undecodable")  # truncated
            yield piece
        data = decoder.unused_data
        if not data:
            return
        if window != _GZIP:
            raise Unreadable("undecodable")


_GZIP = 16 + zlib.MAX_WBITS


def _gzip(data: bytes) -> Iterator[bytes]:
    return _inflate(data, _GZIP)


def _deflate(data: bytes) -> Iterator[bytes]:
    # RFC 1950, 2.2: method 8 and a header that is a multiple of 31. A raw stream that starts so would be a stored
    # block with its padding bits set, which no encoder writes: what looks like zlib is zlib.
    wrapped = len(data) > 1 and data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
    return _inflate(data, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _brotli(data: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(data, output_buffer_limit=_STEP)
    while True:
        yield piece
        if decoder.is_finished():
            return
        piece = decoder.process(b"", output_buffer_limit=_STEP)
        if not piece and not decoder.is_finished():
            raise Unreadable("undecodable")  # truncated


def _zstd(data: bytes) -> Iterator[bytes]:
    """Yield all frames. The library cannot say where one ends without decoding it whole, so the blocks are walked."""
    position = 0
    while position < len(data) or position == 0:
        end, skip = _zstd_frame_end(data, position)
        if not skip:
            decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
            with decoder.stream_reader(data[position:end]) as reader:
                while piece := reader.read(_STEP):
                    yield piece
        position = end


def _zstd_frame_end(data: bytes, start: int) -> tuple[int, bool]:
    """Return where the frame at `start` ends, and whether it is one to be skipped (RFC 8878, 3.1)."""
    if len(data) - start < 8:
        raise Unreadable("undecodable")
    if int.from_bytes(data[start : start + 4], "little") in _SKIPPABLE:
        end = start + 8 + int.from_bytes(data[start + 4 : start + 8], "little")
        if end > len(data):
            raise Unreadable("undecodable")
        return end, True
    head = data[start : start + 18]  # the longest frame header
    parameters = zstandard.get_frame_parameters(head)
    position = start + zstandard.frame_header_size(head)
    for _ in range(_ZSTD_BLOCKS):
        block = int.from_bytes(data[position : position + 3], "little")
        kind = block >> 1 & 3
        position += 3 + (1 if kind == 1 else block >> 3)
        if position > len(data) or kind == 3:
            raise Unreadable("undecodable")
        if block & 1:
            end = position + (4 if parameters.has_checksum else 0)
            if end > len(data):
                raise Unreadable("undecodable")
            return end, False
    raise Unreadable("too_large")


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
