"""A string in, the file that it carries out: data URLs and base64, with their text where they are text."""

import base64
import binascii
import re
from dataclasses import dataclass, field

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+*-]+)?((?:;[\w.+-]+=[^;,]*)*+);base64,", re.IGNORECASE | re.ASCII)
_BASE64 = re.compile(r"\s*+(?:[A-Za-z0-9+/_-]++(?:[ \t]*+\r?\n\s*+)?+)*+={0,2}+\s*+", re.ASCII)
"""Base64, wrapped at line ends or not (RFC 2045, 6.8). With blanks between words it is words."""
_SPACE = re.compile(r"\s+", re.ASCII)
_URL_SAFE = str.maketrans("-_", "+/")
_TEXT_TYPE = re.compile(
    r"text/.*|message/.*|image/svg\+xml|.*\+(json|xml|yaml)"
    r"|application/((x-)?(json|jsonl|ndjson|json-lines|jsonlines|xml|yaml|toml|javascript|typescript|sh|sql|python"
    r"|httpd-php|tex|latex|csv|sdp)|graphql|sparql-query|x-www-form-urlencoded)",
    re.IGNORECASE,
)
_MEDIA_TYPE = re.compile(
    r"(image|audio|video|font|model)/.*|application/(pdf|zip|gzip|.*\.document|.*\.sheet)", re.IGNORECASE
)
_PROTOBUF_TYPE = re.compile(
    r"application/(grpc|connect\+proto|x-protobuf|protobuf|proto|vnd\.google\.protobuf)\b(?!.*json)"
)
_MARKED_UP = re.compile(r"(application|text)/(x-)?rtf|message/rfc822|text/html|multipart/related", re.IGNORECASE)
_MARKED_UP_NAME = re.compile(r"\.(rtf|eml|mht|mhtml|html?)\s*\Z", re.IGNORECASE)
_BINARY = re.compile(
    rb"%PDF-|\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF|PK\x03\x04|\x1f\x8b|BM|II\*\0|MM\0\*|OggS|fLaC|ID3|\xff[\xf2-\xfb]"
    rb"|\x1aE\xdf\xa3|\x28\xb5\x2f\xfd|\xd0\xcf\x11\xe0|7z\xbc\xaf|Rar!|....ftyp|\{\\rtf1",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c\x1d\x1f]")  # not among them: escape, and SignalR's record separator


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that stood in a string. `type` is the media type that came with them, empty for none."""

    type: str
    data: bytes = field(repr=False)


def read_data_url(text: str) -> File | None:
    """Return what a base64 data URL carries (RFC 2397); None where `text` is not one whole such URL."""
    found = _DATA_URL.match(text)
    data = _decoded(text[found.end() :]) if found else None
    return File((found[1] or "text/plain").lower(), data) if found and data is not None else None


def read_base64(text: str, media_type: str) -> File | None:
    """Return what base64 in either alphabet carries, padded or not (RFC 4648, 4 and 5); None where it is not that."""
    data = _decoded(text)
    return None if data is None else File(media_type.lower(), data)


def is_text_type(media_type: str) -> bool:
    """Tell whether a media type says text."""
    return _TEXT_TYPE.fullmatch(media_type) is not None


def is_media_type(media_type: str) -> bool:
    """Tell whether a media type says pictures, sound or documents that are not text."""
    return _MEDIA_TYPE.fullmatch(media_type) is not None and not is_text_type(media_type)


def is_protobuf_type(media_type: str) -> bool:
    """Tell whether a media type, in lower case, says protocol buffers, framed or not."""
    return _PROTOBUF_TYPE.match(media_type) is not None


def is_document(head: bytes, media_type: str, name: str) -> bool:
    """Tell whether text is more than what it reads as: pictures, documents, RTF, mails with what is attached to them.

    `head` are the first bytes, `name` is the file's.
    """
    kind = media_type.partition(";")[0].strip()
    return is_media_type(kind) or bool(
        _MARKED_UP.fullmatch(kind) or _MARKED_UP_NAME.search(name) or head.lstrip().startswith(b"{\\rt")
    )


def is_binary(data: bytes) -> bool:
    """Tell whether bytes start as a well-known binary format does."""
    return _BINARY.match(data) is not None


def as_text(data: bytes) -> str | None:
    """Return the text of bytes that are UTF-8, or UTF-16 with a byte order mark; None for anything else."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if has_controls(text) else text


def has_controls(text: str) -> bool:
    """Tell whether a text has characters that no text file has: it is binary and only happens to be UTF-8."""
    return _CONTROL.search(text) is not None


def _decoded(text: str) -> bytes | None:
    if not text or not _BASE64.fullmatch(text):
        return None
    packed = _SPACE.sub("", text).rstrip("=").translate(_URL_SAFE)
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        return None
