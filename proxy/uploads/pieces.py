"""A request in, which piece of which upload it is out, or that it puts the pieces together; None for any other.

A file that is sent in one go is no piece, whatever protocol carries it.

Sources: https://cloud.google.com/storage/docs/performing-resumable-uploads (Content-Range; X-Goog-Upload-* is the form
of the Gemini Files API), https://tus.io/protocols/resumable-upload, draft-ietf-httpbis-resumable-upload,
https://platform.openai.com/docs/api-reference/uploads, Azure's Put Block, Put Block List and Append Block, Amazon S3's
UploadPart and CompleteMultipartUpload.
"""

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from proxy.codecs.limits import Unreadable
from proxy.codecs.multipart import read_pieces
from proxy.exchange import Exchange

_RANGE = re.compile(r"\s*bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\s*", re.IGNORECASE)
_OPENAI = re.compile(r"(/.*/uploads/[^/]+)/(parts|complete)/*\Z")
_HEADERS = frozenset({"x-goog-upload-command", "content-range", "upload-offset"})
_QUERY = re.compile(r"(?:^|&)(?:comp|uploadid)=", re.IGNORECASE)
_BOUNDARY = re.compile(r'\bboundary="?([^";,]+)"?', re.IGNORECASE)
_BLOCK = re.compile(r"<(?:Latest|Uncommitted|Committed)>([^<]*)</")
_PART = re.compile(r"<PartNumber>\s*(\d{1,6})\s*</")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `session` names the upload among all of the host's.

    `order` is its first byte (`by` is `offset`) or its number (`number`); where only the end of the upload tells the
    order, `by` is `arrival`, `name` is what the end calls it, and empty where the vendor names it in its answer.
    `start` and `end` are where its bytes stand in the body. `last`: nothing follows it; None where nobody says so.
    """

    session: str = field(repr=False)
    by: str
    order: int = 0
    name: str = field(default="", repr=False)
    start: int = 0
    end: int = 0
    last: bool | None = False


@dataclass(frozen=True, slots=True)
class Commit:
    """The request that makes a file of the pieces: of those named, in this order; None: of all, by their order."""

    session: str = field(repr=False)
    names: tuple[str, ...] | None = field(default=None, repr=False)


def touches(exchange: Exchange) -> bool:
    """Tell whether a request may be a piece or a commit, by what costs nothing to look at."""
    if exchange.method not in ("PUT", "POST", "PATCH"):
        return False
    if any(name in _HEADERS for name, _ in exchange.headers):
        return True
    path, _, query = exchange.path.partition("?")
    return _OPENAI.match(path) is not None or _QUERY.search(query) is not None


def recognise(exchange: Exchange, body: bytes) -> Piece | Commit | None:
    """Return what a request is to an upload in pieces. `body` is its body without content coding. Raises nothing."""
    if not touches(exchange):
        return None
    path, _, query = exchange.path.partition("?")
    found = _google(exchange, body) or _ranged(exchange, body) or _tus(exchange, body)
    if found is not None:
        return found
    if exchange.method == "POST" and (openai := _OPENAI.match(path)):
        session = f"{exchange.host}{openai[1]}"
        return _openai_part(exchange, session, body) if openai[2] == "parts" else _openai_end(session, body)
    return _blob(exchange, path, query, body) if query else None


def created(exchange: Exchange) -> bool:
    """Tell whether a request begins an upload whose address and length only the answer and this request tell (tus)."""
    return exchange.method == "POST" and bool(exchange.header("upload-length") and exchange.header("tus-resumable"))


def _google(exchange: Exchange, body: bytes) -> Piece | Commit | None:
    words = {word.strip() for word in exchange.header("x-goog-upload-command").lower().split(",")}
    if not words & {"upload", "finalize"}:
        return None
    session, last = f"{exchange.host}{exchange.path}", "finalize" in words
    if "upload" not in words:
        return Commit(session)
    offset = _number(exchange.header("x-goog-upload-offset"))
    return None if last and offset == 0 else Piece(session, "offset", offset, "", 0, len(body), last)


def _ranged(exchange: Exchange, body: bytes) -> Piece | None:
    found = _RANGE.fullmatch(exchange.header("content-range"))
    if found is None:
        return None
    first, after = int(found[1]), int(found[2]) + 1
    last = found[3] != "*" and after >= int(found[3])
    if first == 0 and last:
        return None
    return Piece(f"{exchange.host}{exchange.path}", "offset", first, "", 0, len(body), last)


def _tus(exchange: Exchange, body: bytes) -> Piece | None:
    offset = exchange.header("upload-offset")
    if not offset or exchange.method == "POST":
        return None
    complete = exchange.header("upload-complete")
    last = None if not complete else complete.strip() == "?1"
    if last and _number(offset) == 0:
        return None
    return Piece(f"{exchange.host}{exchange.path}", "offset", _number(offset), "", 0, len(body), last)


def _openai_part(exchange: Exchange, session: str, body: bytes) -> Piece:
    start, end = 0, len(body)
    boundary = _BOUNDARY.search(exchange.header("content-type"))
    try:
        for piece in read_pieces(body, boundary[1].strip() if boundary else ""):
            if piece.name == "data":
                start, end = piece.start, piece.end
    except Unreadable:
        pass  # whoever reads the body says so too
    return Piece(session, "arrival", 0, "", start, end)


def _openai_end(session: str, body: bytes) -> Commit:
    try:
        told: Any = json.loads(body)
        names = tuple(str(name) for name in told["part_ids"])
    except (ValueError, KeyError, TypeError, RecursionError):
        names = ()
    return Commit(session, names)


def _blob(exchange: Exchange, path: str, query: str, body: bytes) -> Piece | Commit | None:
    told = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    session, block, comp = f"{exchange.host}{path}", told.get("blockid", ""), told.get("comp", "").lower()
    if comp == "block" and block:
        return Piece(session, "arrival", 0, block, 0, len(body))
    if comp == "blocklist":
        return Commit(session, _listed(_BLOCK, body))
    if comp == "appendblock":
        return Piece(session, "arrival", 0, "", 0, len(body), None)
    if "uploadid" not in told:
        return None
    session += f"?{told['uploadid']}"
    if "partnumber" in told:
        return Piece(session, "number", _number(told["partnumber"]), told["partnumber"].strip(), 0, len(body))
    return Commit(session, _listed(_PART, body) or None) if exchange.method == "POST" else None


def _listed(pattern: re.Pattern[str], body: bytes) -> tuple[str, ...]:
    return tuple(html.unescape(name).strip() for name in pattern.findall(body.decode("utf-8", "replace")))


def _number(text: str) -> int:
    """Return what a header says; -1, which fits nowhere, for what is no number."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
