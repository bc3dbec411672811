"""A mail in (RFC 5322, MIME), its headers, texts, attachments and labels out; MHTML pages are read as mails."""

import email.message
import email.parser
from email.header import decode_header, make_header

from detectors.documents import sensitivity
from detectors.documents.harvest import Harvest
from detectors.documents.kinds import decoded
from detectors.documents.markup import words

_SAID = ("From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Sensitivity", "Keywords", "Comments", "X-Classification")
_LOCKED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted", "application/pgp-encrypted")


def read(data: bytes, harvest: Harvest) -> None:
    """Take text and labels into `harvest`. Raises Exhausted."""
    message = email.parser.BytesParser().parsebytes(data)
    harvest.unpack(len(data))
    for part in message.walk():
        harvest.tick()
        _headers(part, harvest)
        kind = part.get_content_type()
        if kind in _LOCKED and part.get_param("smime-type") not in ("signed-data", "certs-only"):
            harvest.miss("encrypted")
        if not part.is_multipart():
            _leaf(part, kind, harvest)


def _headers(part: "email.message.Message[str, str]", harvest: Harvest) -> None:
    lines = [f"{name}: {_plain(value)}" for name in _SAID for value in part.get_all(name, ())]
    harvest.add("\n".join(lines))
    for value in part.get_all("msip_labels", ()):
        labels = sensitivity.of_properties(sensitivity.header_pairs(_plain(value)))
        harvest.labels.update(dict.fromkeys(labels))


def _leaf(part: "email.message.Message[str, str]", kind: str, harvest: Harvest) -> None:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    harvest.unpack(len(data))
    name = _plain(part.get_filename() or "")
    if name:
        harvest.add(name)
    if kind in ("text/plain", "text/html") and not name:
        text = _text(data, part.get_content_charset("utf-8"))
        harvest.add(words(text) if kind == "text/html" else text)
    elif data:
        harvest.inner(data, kind, name)


def _text(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return decoded(data)


def _plain(value: object) -> str:
    try:
        return str(make_header(decode_header(str(value)[:100_000])))
    except (ValueError, LookupError, UnicodeDecodeError):
        return str(value)
