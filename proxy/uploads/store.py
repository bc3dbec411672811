"""Pieces in, what is known of an upload out: encrypted, for an hour, where every worker of the machine can read it.

Rules
1. What lies on disk is encrypted (AES-256-GCM) under a key that the supervisor makes at each start and keeps in memory:
   nobody can read it afterwards, and `sweep` takes it away at the next start.
2. Of every piece its edges are kept; its bytes too, where all of them together are within the limit of one upload and
   of the store. What is over it goes, the oldest first: an upload that misses bytes is not whole, and says so.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = "uploads.sqlite"
SECONDS = 3600.0
EDGE = 4096  # bytes kept of both ends of a piece
_NONCE = 12


class Shelf(Protocol):
    """Values of an owner, kept for a while. All raise OSError."""

    async def put(self, owner: bytes, values: Mapping[bytes, bytes], seconds: float) -> None:
        """Keep values."""

    async def all_of(self, owner: bytes) -> dict[bytes, bytes]:
        """Return all values of an owner, by id."""

    async def forget(self, owner: bytes) -> None:
        """Take all values of an owner away."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one piece, or of a name that the vendor gave one (`alias` of the piece `place`).

    `left` and `right` are the places of the pieces that it was read together with; `text` tells whether it was read.
    `total` is the length of the upload, where a request said so.
    """

    place: str = field(repr=False)
    order: int = 0
    size: int = 0
    digest: str = ""
    text: bool = False
    arrived: float = 0.0
    left: str = field(default="", repr=False)
    right: str = field(default="", repr=False)
    alias: str = field(default="", repr=False)
    total: int = -1
    done: str = ""
    head: bytes = field(default=b"", repr=False)
    tail: bytes = field(default=b"", repr=False)


class Store:
    """The uploads that are under way."""

    def __init__(self, key: bytes, shelf: Shelf, clock: Callable[[], float] = time.time) -> None:
        """`key`: 32 bytes."""
        self._ids = _derived(key, b"ids")
        self._cipher = AESGCM(_derived(key, b"pieces"))
        self._shelf = shelf
        self._clock = clock

    async def known(self, session: str) -> list[Known]:
        """Return what is known of an upload, in the order of arrival. Raises OSError."""
        sealed = await self._shelf.all_of(self._id(session, "edges"))
        found = [_read(plain) for id_, value in sealed.items() if (plain := self._open(id_, value)) is not None]
        return sorted(found, key=lambda one: one.arrived)

    async def add(self, session: str, known: Known, data: bytes | None = None) -> None:
        """Keep what is known of a piece, and its bytes where there is room for them. Raises OSError."""
        id_ = self._id(session, "edge", known.place, known.digest, known.alias)
        await self._put(self._id(session, "edges"), id_, _written(known, self._clock()))
        if data is not None:
            await self._put(self._id(session, "data"), self._id(session, "piece", known.place), data)

    async def data(self, session: str, places: Sequence[str]) -> list[bytes | None]:
        """Return the bytes of pieces, None for those that are not kept. Raises OSError."""
        sealed = await self._shelf.all_of(self._id(session, "data"))

        def opened() -> list[bytes | None]:
            ids = [self._id(session, "piece", place) for place in places]
            return [self._open(id_, sealed[id_]) if id_ in sealed else None for id_ in ids]

        return await asyncio.to_thread(opened)

    async def finish(self, session: str, done: Known) -> None:
        """Let the bytes of an upload go, and remember what was made of it. Raises OSError."""
        await self._shelf.forget(self._id(session, "data"))
        await self.add(session, done)

    async def _put(self, owner: bytes, id_: bytes, plain: bytes) -> None:
        await self._shelf.put(owner, {id_: await asyncio.to_thread(self._sealed, id_, plain)}, SECONDS)

    def _sealed(self, id_: bytes, plain: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, id_)

    def _open(self, id_: bytes, sealed: bytes) -> bytes | None:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], id_)
        except (InvalidTag, ValueError):
            return None  # of an earlier start

    def _id(self, session: str, *words: str) -> bytes:
        told = json.dumps([session, *words]).encode()
        return hmac.digest(self._ids, told, hashlib.sha256)


def sweep(folder: Path) -> None:
    """Take away what an earlier start left in `folder`. Raises OSError."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"{FILE}{suffix}").unlink(missing_ok=True)


def _written(known: Known, now: float) -> bytes:
    told = {**asdict(known), "arrived": now, "head": len(known.head), "tail": len(known.tail)}
    return json.dumps(told).encode() + b"\n" + known.head + known.tail


def _read(plain: bytes) -> Known:
    line, _, edges = plain.partition(b"\n")
    told = json.loads(line)
    return Known(**{**told, "head": edges[: told["head"]], "tail": edges[told["head"] :]})


def _derived(key: bytes, purpose: bytes) -> bytes:
    """Return a key of its own for each purpose (RFC 5869's expand step)."""
    return hmac.digest(key, purpose + b"\x01", hashlib.sha256)
