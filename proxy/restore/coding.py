"""The content codings of an answer taken off piece by piece: each chunk in, what it decodes to out, in bounded steps.

The same codings as for requests (`proxy.codecs.encodings`), but nothing waits for the end.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
import zstandard

_STEP = 1 << 18
_BITE = 64  # bytes: a block of zstd is 4 of them at least and 128 KiB of output at most
_GZIP = 16 + zlib.MAX_WBITS


class CodingError(Exception):
    """The bytes are not what Content-Encoding says."""


class Decoder(Protocol):
    """Takes a coding off."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to. Raises CodingError."""

    def end(self) -> None:
        """Take note that nothing follows. Raises CodingError where what came is not whole."""


class _Inflate:
    """gzip with any number of members, or deflate with or without its zlib header (RFC 1950 to 1952)."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._decoder = zlib.decompressobj(_GZIP) if gzip else None
        self._head = b""
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to."""
        self._begun = self._begun or bool(data)
        decoder = self._decoder
        if decoder is None:
            data = self._head = self._head + data
            if len(data) < 2:
                return
            wrapped = data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
            decoder = self._decoder = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        while data:
            if decoder.eof:
                if not self._gzip:
                    raise CodingError
                decoder = self._decoder = zlib.decompressobj(_GZIP)
            try:
                piece = decoder.decompress(data, _STEP)
            except zlib.error as error:
                raise CodingError from error
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            yield piece

    def end(self) -> None:
        """Take note that nothing follows; nothing at all is whole too."""
        if self._begun and not (self._decoder and self._decoder.eof):
            raise CodingError


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to."""
        self._begun = self._begun or bool(data)
        try:
            piece = self._decoder.process(data, output_buffer_limit=_STEP)
            yield piece
            while not self._decoder.can_accept_more_data():
                yield self._decoder.process(b"", output_buffer_limit=_STEP)
        except brotli.error as error:
            raise CodingError from error

    def end(self) -> None:
        """Take note that nothing follows."""
        if self._begun and not self._decoder.is_finished():
            raise CodingError


class _Zstd:
    def __init__(self) -> None:
        self._decoder = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj(write_size=_STEP)
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to; one frame may follow another (RFC 8878, 3)."""
        self._begun = self._begun or bool(data)
        try:
            while data:
                if self._decoder.eof:
                    self._decoder = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj(write_size=_STEP)
                piece = self._decoder.decompress(data[:_BITE])
                data = (self._decoder.unused_data if self._decoder.eof else b"") + data[_BITE:]
                yield piece
        except zstandard.ZstdError as error:
            raise CodingError from error

    def end(self) -> None:
        """Take note that nothing follows."""
        if self._begun and not self._decoder.eof:
            raise CodingError


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: _Inflate(gzip=True),
    "x-gzip": lambda: _Inflate(gzip=True),
    "deflate": lambda: _Inflate(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}


class _Chain:
    def __init__(self, decoders: list[Decoder]) -> None:
        self._decoders = decoders

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to."""
        pieces: Iterator[bytes] = iter((data,))
        for decoder in self._decoders:
            pieces = _through(decoder, pieces)
        return pieces

    def end(self) -> None:
        """Take note that nothing follows."""
        for decoder in self._decoders:
            decoder.end()


def _through(decoder: Decoder, encoded: Iterator[bytes]) -> Iterator[bytes]:
    for piece in encoded:
        yield from decoder.feed(piece)


def decoder_of(coding: str) -> Decoder | None:
    """Return what takes off the codings that `coding`, a Content-Encoding, names; None where one is not known."""
    names = [name.strip().lower() for name in coding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > 2 or any(name not in _DECODERS for name in names):
        return None
    return _Chain([_DECODERS[name]() for name in reversed(names)])
