"""Bytes and what was said of them in, the kind of file out: the bytes are believed first."""

import re

_MAGIC: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        ("pdf", rb"\s{0,16}%PDF-"),
        ("zip", rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
        ("gzip", rb"\x1f\x8b"),
        ("bzip2", rb"BZh[1-9]1AY&SY"),
        ("xz", rb"\xfd7zXZ\x00"),
        ("zstd", rb"\x28\xb5\x2f\xfd"),
        ("ole", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("rtf", rb"\s{0,16}\{\\rt"),
        ("picture", rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF.{4}WEBP"),
        ("picture", rb".{4}ftyp(?:heic|mif1|avif)"),
        ("media", rb"RIFF|OggS|fLaC|ID3|\xff[\xf2-\xfb]|\x1aE\xdf\xa3|.{4}ftyp"),
        ("media", rb"7z\xbc\xaf\x27\x1c|Rar!"),
        ("tar", rb".{257}ustar"),
        ("html", rb"(?i)(?:\xef\xbb\xbf)?\s{0,64}<(?:!doctype html|html|head|body)\b"),
    )
)  # fmt: skip
"""First match wins. Sources: the formats' specifications, as listed by PRONOM (nationalarchives.gov.uk/PRONOM)."""

_MAIL = re.compile(
    rb"(?:(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|X-[\w-]{1,40}|DKIM-Signature"
    rb"|Content-Type|Reply-To|Sender|Thread-\w+|References|In-Reply-To|ARC-[\w-]{1,40}|Authentication-Results)"
    rb":[^\n]*\n(?:[ \t][^\n]*\n)*+){3}",
    re.IGNORECASE,
)
_SAID = {
    "pdf": ("application/pdf", "application/x-pdf"),
    "mail": ("message/rfc822", "multipart/related"),
    "html": ("text/html", "application/xhtml+xml"),
}
_NAMED = {"pdf": "pdf", "eml": "mail", "mht": "mail", "mhtml": "mail", "html": "html", "htm": "html", "xhtml": "html"}
_FEED = re.compile(r"(?:image|audio|video|font|model)/(?!svg)")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_WIDER = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")


def kind_of(data: bytes, said: str, suffix: str) -> str:
    """Return `pdf`, `zip`, …, `mail`, `html`, `text`, or `unknown`; `said` is a media type, `suffix` has no dot."""
    for kind, magic in _MAGIC:
        if magic.match(data):
            return kind
    claimed = next((kind for kind, types in _SAID.items() if said in types), _NAMED.get(suffix, ""))
    if b"%PDF-" in data[:1024] and (claimed == "pdf" or not is_text(data)):
        return "pdf"
    if not is_text(data):
        # An archive may stand behind anything: what unpacks it looks for its end (APPNOTE 4.3.16).
        return "zip" if b"PK\x05\x06" in data[-65558:] else "unknown"
    if claimed == "mail" or _MAIL.match(data):
        return "mail"
    return "html" if claimed == "html" else "text"


def bears_archive(data: bytes) -> bool:
    """Tell whether bytes end as a zip archive does (APPNOTE 4.3.16): a picture or a PDF may stand in front of one."""
    at = data.rfind(b"PK\x05\x06", -65558)
    return at >= 0 and len(data) - at >= 22 and at + 22 + int.from_bytes(data[at + 20 : at + 22], "little") == len(data)


def is_feed(said: str) -> bool:
    """Tell whether a media type says pictures, sound, moving pictures."""
    return _FEED.match(said) is not None


def is_wide(data: bytes) -> bool:
    """Tell whether bytes start with a byte order mark of UTF-16 or UTF-32."""
    return data.startswith(_WIDE)


def is_text(data: bytes) -> bool:
    """Tell whether bytes are text in some encoding: without the controls that no text has."""
    return is_wide(data) or _CONTROL.search(data) is None


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1e]")


def decoded(data: bytes) -> str:
    """Return the text of bytes: UTF-8, marked UTF-16 or UTF-32, else Windows-1252, which never fails here."""
    if is_wide(data):
        return data.decode("utf-32" if data.startswith(_WIDER) else "utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
