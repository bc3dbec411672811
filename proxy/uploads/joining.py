"""The judge, for files that come in pieces: values over a boundary are found, and the whole is judged before it is one.

Rules
1. A piece of text is judged together with the edges of its neighbours. A piece of anything else says nothing alone: it
   is unknown (`media`), the policy decides, and the file is read when it is whole.
2. Before the request that makes a file of the pieces is sent (the last piece, or the one that names them), the whole is
   judged. Where it is refused the vendor holds loose pieces and no file.
3. Where the pieces cannot be joined (one was never seen, they are too large together) the file is unknown, unless all
   of it was read as text already.
4. Nothing of an upload in pieces is rewritten, since the vendor was told of lengths and places: redact is block.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from proxy.codecs import media
from proxy.codecs.encodings import decode_body
from proxy.codecs.limits import Limits, Unreadable
from proxy.exchange import Client, Exchange
from proxy.judging.judge import Ruling
from proxy.uploads.naming import vendor_name
from proxy.uploads.pieces import Commit, Piece, created, recognise, touches
from proxy.uploads.store import EDGE, Known, Store
from proxy.uploads.whole import Plan, joined, plan

_OPAQUE = "media"  # the reason of a piece of a file that has to be read whole
_LONGEST_CHARACTER = 3  # bytes of a UTF-8 character that a cut may leave at an edge


@dataclass(frozen=True, slots=True)
class Note:
    """What the answer to a request is needed for: the vendor's name of a piece, or the address of an upload (tus)."""

    session: str = field(repr=False)  # of a piece; the host of a new upload
    place: str = field(default="", repr=False)
    total: int = -1


class Judges(Protocol):
    """What rules over one exchange."""

    async def judge(self, exchange: Exchange, client: Client) -> Ruling:
        """Return what to do with it. Raises only CancelledError."""


class Uploads:
    """All uploads in pieces."""

    def __init__(self, judge: Judges, store: Store, limits: Limits) -> None:
        self._judge = judge
        self._store = store
        self._limits = limits

    async def judge(self, exchange: Exchange, client: Client) -> tuple[Ruling, Note | None]:
        """Return what to do with a request, and the note to call `answered` with where its answer is needed.

        Raises OSError where the store fails: nothing may be forwarded then.
        """
        body = self._plain(exchange) if touches(exchange) else None
        found = None if body is None else recognise(exchange, body)
        if found is None or body is None:
            ruling = await self._judge.judge(exchange, client)
            total = exchange.header("upload-length") if created(exchange) else ""
            return ruling, Note(exchange.host, total=int(total)) if total.isdecimal() else None
        if isinstance(found, Commit):
            ruling = await self._judge.judge(exchange, client)
            if ruling.answer is None:
                refused = await self._whole(exchange, client, found, await self._store.known(found.session))
                ruling = refused or ruling
            return ruling, None
        return await self._piece(exchange, client, found, body)

    async def answered(self, note: Note, location: str, answer: bytes) -> None:
        """Take in what the vendor says of a piece or of a new upload. Raises OSError."""
        if note.total >= 0 and location:
            session = note.session + location.removeprefix(f"https://{note.session}")
            await self._store.add(session, Known("total", total=note.total))
        elif note.place and (name := vendor_name(answer)):
            await self._store.add(note.session, Known(note.place, alias=name))

    async def _piece(self, exchange: Exchange, client: Client, piece: Piece, body: bytes) -> tuple[Ruling, Note | None]:
        known = await self._store.known(piece.session)
        data = body[piece.start : piece.end]
        place = piece.name or (str(piece.order) if piece.by != "arrival" else secrets.token_hex(8))
        left, right = _neighbours(piece, len(data), [one for one in known if one.place != place])
        text = _is_text(data) and all(one.text for one in known if one.size)
        if text:
            seen = _trimmed((left.tail if left else b"") + data + (right.head if right else b""))
            whole = body[: piece.start] + seen + body[piece.end :]
            view = replace(exchange, body=whole, headers=_uncoded(exchange), transport="upload")
        else:
            view = replace(exchange, transport="upload", unread=_OPAQUE)
        ruling = await self._judge.judge(view, client)
        if ruling.answer is not None:
            return ruling, None
        mine = Known(
            place, piece.order, len(data), hashlib.sha256(data).hexdigest(), text,
            left=left.place if left else "", right=right.place if right else "", head=data[:EDGE], tail=data[-EDGE:],
        )  # fmt: skip
        fits = sum(one.size for one in known) + len(data) <= self._limits.body_bytes
        await self._store.add(piece.session, mine, data if fits else None)
        known = await self._store.known(piece.session)
        if _ends(piece, len(data), known):
            ruling = await self._whole(exchange, client, piece, known) or ruling
        named = piece.by == "arrival" and not piece.name
        return ruling, Note(piece.session, place) if named else None

    async def _whole(
        self, exchange: Exchange, client: Client, end: Commit | Piece, known: Sequence[Known]
    ) -> Ruling | None:
        """Return the refusal of the file that `end` makes; None where it may be made."""
        planned = plan(end, known, self._limits.body_bytes)
        print_ = _print(planned)
        if any(one.done == print_ for one in known) or (len(planned.pieces) == 1 and planned.covered):
            return None
        whole = None
        if not planned.reason:
            data = await self._store.data(end.session, [piece.place for piece in planned.pieces])
            whole = joined(planned, end, data)
        if whole is None:
            if planned.covered:
                return None
            view = replace(exchange, transport="upload", unread=planned.reason or "undecodable")
        else:
            view = replace(exchange, transport="upload", body=whole, headers=_unlabelled(exchange))
        ruling = await self._judge.judge(view, client)
        if ruling.answer is None and whole is not None and not (isinstance(end, Piece) and end.last is None):
            await self._store.finish(end.session, Known("done", done=print_))
        return ruling if ruling.answer is not None else None

    def _plain(self, exchange: Exchange) -> bytes | None:
        """Return the body without its content coding; None where it cannot be read: then it is unknown as a whole."""
        try:
            return decode_body(exchange.body, exchange.header("content-encoding"), self._limits)
        except Unreadable:
            return None


def _neighbours(piece: Piece, size: int, known: Sequence[Known]) -> tuple[Known | None, Known | None]:
    """Return the pieces before and after one, where they are known; by arrival, the latest counts as the one before."""
    pieces = [one for one in known if one.size]
    if piece.by == "arrival":
        return (pieces[-1] if pieces else None), None
    if piece.by == "number":
        left = [one for one in pieces if one.order == piece.order - 1]
        right = [one for one in pieces if one.order == piece.order + 1]
    else:
        left = [one for one in pieces if one.order + one.size == piece.order]
        right = [one for one in pieces if one.order == piece.order + size]
    return (left[-1] if left else None), (right[-1] if right else None)


def _ends(piece: Piece, size: int, known: Sequence[Known]) -> bool:
    """Tell whether a piece is, or may be, the last one."""
    if piece.last is not None:
        return piece.last
    totals = [one.total for one in known if one.total >= 0]
    return not totals or piece.by != "offset" or piece.order + size >= totals[-1]


def _is_text(data: bytes) -> bool:
    return not media.is_binary(data) and media.as_text(_trimmed(data)) is not None


def _trimmed(data: bytes) -> bytes:
    """Return bytes without the parts of UTF-8 characters that a cut left at either end (RFC 3629, 3)."""
    start = 0
    while start < min(_LONGEST_CHARACTER, len(data)) and data[start] & 0xC0 == 0x80:
        start += 1
    for back in range(1, min(_LONGEST_CHARACTER, len(data) - start) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[start : len(data) - back] if wanted > back else data[start:]
        if byte < 0x80:
            break
    return data[start:]


def _uncoded(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in exchange.headers if pair[0] != "content-encoding")


def _unlabelled(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """Return the headers without what they say of the body, which is a piece or a list there."""
    kept = tuple(pair for pair in _uncoded(exchange) if pair[0] != "content-type")
    return (*kept, ("content-type", "application/octet-stream"))


def _print(planned: Plan) -> str:
    return hashlib.sha256(" ".join(piece.digest for piece in planned.pieces).encode()).hexdigest()
