"""Compressed streams and archives in (gzip, bzip2, xz, zstd, tar, zip), the files inside them out, bounded."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from typing import IO

import zstandard

from detectors.documents.harvest import Harvest, Unreadable

_CHUNK = 1 << 16
_SIP = 256
_XZ_MEMORY = 64 << 20
_ENCRYPTED = 0x1  # general purpose bit 0 (APPNOTE 4.4.4)


def read_stream(data: bytes, harvest: Harvest, kind: str, suffix: str) -> None:
    """Read the one file in a `gzip`, `bzip2`, `xz` or `zstd` stream. Raises Unreadable and Exhausted."""
    inside = "x.tar" if suffix in ("tgz", "tbz2", "tbz", "txz") else ""
    try:
        plain = _zstd(data, harvest) if kind == "zstd" else _unpacked(data, harvest, kind)
    except (zlib.error, OSError, lzma.LZMAError, zstandard.ZstdError, EOFError) as error:
        raise Unreadable("undecodable") from error
    harvest.inner(plain, name=inside)


def _unpacked(data: bytes, harvest: Harvest, kind: str) -> bytes:
    """Return what all the members of a stream hold, one behind the other, as their tools do."""
    pieces: list[bytes] = []
    while data:
        data, done = _member(data, harvest, kind, pieces)
        if not done:
            harvest.miss("undecodable")  # cut off
        if not data.strip(b"\0"):
            break
    return b"".join(pieces)


def _member(data: bytes, harvest: Harvest, kind: str, pieces: list[bytes]) -> tuple[bytes, bool]:
    if kind == "gzip":
        stream = zlib.decompressobj(wbits=31)
        pending = data
        while not stream.eof:
            piece = stream.decompress(pending, _CHUNK)
            pending = stream.unconsumed_tail
            harvest.unpack(len(piece))
            pieces.append(piece)
            if not piece and not pending:
                break
        return stream.unused_data, stream.eof
    other = bz2.BZ2Decompressor() if kind == "bzip2" else lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
    piece = other.decompress(data, _CHUNK)
    while True:
        harvest.unpack(len(piece))
        pieces.append(piece)
        if other.eof or other.needs_input:
            break
        piece = other.decompress(b"", _CHUNK)
    return (other.unused_data if other.eof else b""), other.eof


def _zstd(data: bytes, harvest: Harvest) -> bytes:
    """Return what all frames hold. A little goes in at a time, as what comes out cannot be bounded (RFC 8878)."""
    pieces: list[bytes] = []
    frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
    position = 0
    while position < len(data):
        sip = data[position : position + _SIP]
        piece = frame.decompress(sip)
        harvest.unpack(len(piece))
        pieces.append(piece)
        position += len(sip)
        if frame.eof:
            position -= len(frame.unused_data)
            frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
            if position >= len(data):
                return b"".join(pieces)
    harvest.miss("undecodable")  # cut off
    return b"".join(pieces)


def read_tar(data: bytes, harvest: Harvest) -> None:
    """Read every regular file of a tar archive. Raises Unreadable and Exhausted."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            while (member := archive.next()) is not None:
                harvest.add(member.name)
                stream = archive.extractfile(member) if member.isreg() else None
                if stream is not None:
                    harvest.inner(drained(stream, harvest), name=member.name)
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise Unreadable("undecodable") from error


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Return the archive. Raises Unreadable."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("undecodable") from error


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, harvest: Harvest) -> bytes | None:
    """Return the bytes of a member; None where it cannot be had, which is noted. Raises Exhausted."""
    if info.flag_bits & _ENCRYPTED:
        harvest.miss("encrypted")
        return None
    try:
        with archive.open(info) as stream:
            return drained(stream, harvest)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError):
        harvest.miss("undecodable")
        return None


def read_zip(archive: zipfile.ZipFile, harvest: Harvest) -> None:
    """Read every member of a zip archive that is no Office file. Raises Exhausted."""
    for info in archive.infolist():
        harvest.add(info.filename)
        if not info.is_dir():
            data = member(archive, info, harvest)
            if data:
                harvest.inner(data, name=info.filename)


def drained(stream: IO[bytes], harvest: Harvest) -> bytes:
    """Return what is left in a stream, counted as it comes."""
    pieces: list[bytes] = []
    while piece := stream.read(_CHUNK):
        harvest.unpack(len(piece))
        pieces.append(piece)
    return b"".join(pieces)
