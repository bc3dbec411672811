"""Octets in, the text in them out: plain, in UTF-16, or compressed; or what else they are.

Rules
1. Text means that nearly all of it can be printed: a short run of octets all of it, since chance prints some.
2. What is unpacked is bounded: beyond `limit` octets the answer is `TOO_LARGE`, not a part of the text.
3. What is neither text nor of a kind that carries no text (a picture, a font, a certificate) is `UNKNOWN`.
"""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Nature(Enum):
    """What octets are that are not text."""

    HARMLESS = "harmless"  # of a kind without text of its own, or too short to tell
    UNKNOWN = "unknown"
    ARCHIVE = "archive"  # a container that is not opened here
    BROKEN = "broken"  # says that it is compressed, and cannot be unpacked
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True, repr=False)
class Payload:
    """`text` where the octets are text, else None and their `nature`; `names` says how they were packed."""

    text: str | None
    nature: Nature = Nature.HARMLESS
    names: tuple[str, ...] = ()


LARGE = 768
"""Octets. Fewer that look random are a hash, a signature or an id; as many or more are a payload."""

_NESTED = 4
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
_UNLIKELY = re.compile(r"[^\x09\x0a\x0d\x20-\x7e\u00a0-\u024f\u0370-\u05ff\u2010-\u2027\u2030-\u205e\u20ac]")
_MEDIA = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"\x00\x00\x01\x00", b"II*\x00", b"MM\x00*",
    b"OggS", b"ID3", b"fLaC", b"wOFF", b"wOF2", b"\x00\x01\x00\x00\x00", b"OTTO", b"\x00asm", b"\x1aE\xdf\xa3",
    b"0\x82", b"0\x80", b"<svg",
)  # fmt: skip
_RTF = b"{\\rtf1"  # text, whose words are escaped
_ARCHIVES = (
    b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Rar!\x1a\x07", b"7z\xbc\xaf'\x1c",
    b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18",
)  # fmt: skip


def read(data: bytes, limit: int) -> Payload:
    """Return what `data` holds; at most `limit` octets are unpacked."""
    names: list[str] = []
    for _ in range(_NESTED):
        unpacked = _unpacked(data, limit)
        if unpacked is None:
            break
        name, content = unpacked
        names.append(name)
        if isinstance(content, Nature):
            return Payload(None, content, tuple(names))
        data = content
    if data.startswith(_RTF):
        return Payload(None, Nature.ARCHIVE, tuple(names))
    text = plain(data)
    if text is None and not names and len(data) >= 24:
        inflated = _inflated(data, limit, -15)
        if isinstance(inflated, bytes) and len(inflated) >= 16 and (text := plain(inflated)) is not None:
            names.append("deflate")
    return Payload(text, Nature.HARMLESS if text is not None else _nature(data), tuple(names))


def plain(data: bytes) -> str | None:
    """Return `data` as text; None where it is not."""
    if len(data) < 4:
        return None
    zeros = data.count(0)
    if zeros:
        return _wide(data) if zeros * 3 >= len(data) else None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if text.isascii() and text.isprintable():
        return text
    if len(data) < 32:
        return None if _UNLIKELY.search(text) else text
    return text if len(_CONTROLS.findall(text)) * 50 <= len(text) else None


def _wide(data: bytes) -> str | None:
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data[: len(data) // 2 * 2].decode(codec).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        if len(text) >= 4 and sum(" " <= char <= "~" or char in "\r\n\t" for char in text) * 10 >= len(text) * 9:
            return text
    return None


def _unpacked(data: bytes, limit: int) -> tuple[str, bytes | Nature] | None:
    if data[:2] == b"\x1f\x8b":
        return "gzip", _inflated(data, limit, 31)
    if data[:1] == b"\x78" and len(data) > 8 and data[1] in b"\x01\x5e\x9c\xda":
        content = _inflated(data, limit, 15)
        return None if content is Nature.BROKEN else ("zlib", content)
    opened: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor]
    if data[:3] == b"BZh" and data[4:10] == b"1AY&SY":
        name, opened = "bzip2", bz2.BZ2Decompressor
    elif data[:6] == b"\xfd7zXZ\x00":
        name, opened = "xz", lambda: lzma.LZMADecompressor(memlimit=64 << 20)
    else:
        return None
    try:
        content = opened().decompress(data, max_length=limit + 1)
    except (OSError, EOFError, ValueError, lzma.LZMAError):
        return name, Nature.BROKEN
    return name, Nature.TOO_LARGE if len(content) > limit else content


def _inflated(data: bytes, limit: int, window: int) -> bytes | Nature:
    """Return the content of one stream (RFC 1950, 1951, 1952); a stream that was cut off gives what is there."""
    try:
        content = zlib.decompressobj(window).decompress(data, limit + 1)
    except zlib.error:
        return Nature.BROKEN
    return Nature.TOO_LARGE if len(content) > limit else content


def _nature(data: bytes) -> Nature:
    if data.startswith(_ARCHIVES):
        return Nature.ARCHIVE
    if len(data) < LARGE or data.startswith(_MEDIA) or data[4:8] == b"ftyp" or data[257:262] == b"ustar":
        return Nature.HARMLESS
    return Nature.UNKNOWN if len(set(data[:LARGE])) >= 160 else Nature.HARMLESS
