"""An inspected answer in, the upload addresses that it announced remembered: for that user, for an hour.

Rules
1. Only hosts of the announcing service's own `linked` endpoints count: an answer cannot have anything else decrypted.
2. What is kept are keyed hashes of user, host and path. No address can be read from them.
3. A user is the authenticated one, else the client's address.
Source of the addresses: the vendors' upload flows (facts in endpoints/: `intercept: linked`).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from proxy.catalogue.hosts import normalise
from proxy.exchange import Client
from proxy.keyvalue import KeyValue

SECONDS = 3600.0
LONGEST = 1 << 18  # bytes of an answer that is looked at
_URL = re.compile(r"https:(?:\\?/){2}([A-Za-z0-9.-]{1,253})((?:\\?/)[^\s\"'<>?#\\]*(?:\\/[^\s\"'<>?#\\]*)*)?")
_MOST = 100  # of one answer


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may be uploaded to: a host in its normal form, and the path without its query."""

    host: str
    path: str = field(repr=False)


def places(answer: bytes) -> Iterator[Place]:
    """Yield the https addresses that an answer holds, in order, as JSON or plain text writes them."""
    for number, found in enumerate(_URL.finditer(answer[:LONGEST].decode("utf-8", "replace"))):
        if number >= _MOST:
            return
        yield Place(normalise(found[1]), (found[2] or "/").replace("\\/", "/"))


class Announced:
    """The addresses that are known. Raises nothing for a table that cannot be read: then nothing is known."""

    def __init__(self, key: bytes, kept: KeyValue) -> None:
        self._key = key
        self._kept = kept

    async def remember(self, client: Client, found: Iterable[Place]) -> int:
        """Keep addresses for this user; return how many. Raises OSError."""
        values: dict[bytes, bytes] = {}
        for place in found:
            values[self._id(client, place.host, "")] = b"\1"
            values[self._id(client, place.host, place.path)] = b"\1"
        if values:
            await self._kept.put(self._id(client, "", ""), values, SECONDS)
        return len(values) // 2

    def opens(self, client: Client, host: str) -> bool:
        """Tell whether anything at this host was announced to this user of late."""
        return self._has(self._id(client, normalise(host), ""))

    def knows(self, client: Client, host: str, path: str) -> bool:
        """Tell whether this address was announced to this user of late; the query does not count."""
        return self._has(self._id(client, normalise(host), path.partition("?")[0] or "/"))

    def _has(self, id: bytes) -> bool:
        try:
            return self._kept.get(id) is not None
        except OSError:
            return False

    def _id(self, client: Client, host: str, path: str) -> bytes:
        told = "\0".join(("announced", client.subject or f"@{client.address}", host, path))
        return hmac.digest(self._key, told.encode("utf-8", "surrogateescape"), hashlib.sha256)
