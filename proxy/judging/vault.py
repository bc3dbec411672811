"""Where values wait to be put back: with the request that they were taken out of, and, for a while, with its user.

Rules
1. What a request's own values stand for is kept with its flow and needs nothing else: most services are sent the whole
   conversation each time.
2. For services that keep the conversation themselves, the values of users who are known are kept longer: encrypted
   (AES-256-GCM), under a keyed hash of user and placeholder, until they expire. Of a client that is known by its
   address only, nothing is kept: another person may have that address tomorrow.
3. A user gets back only what was issued to that user. A placeholder that came to stand for two values is given up.
"""

import hashlib
import hmac
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proxy.exchange import Client
from proxy.keyvalue import KeyValue
from proxy.placeholder import Issuer
from proxy.restore.restorer import Lookup

logger = logging.getLogger("hushgate.vault")
_NONCE = 12
_RECENT = 20_000  # ids that this process remembers to have kept
_GIVEN_UP = b"\xff"  # no text: not UTF-8


class Vault:
    """Issues placeholders and remembers what they stand for. `key` is the vault key of the state folder, 32 bytes."""

    def __init__(
        self,
        key: bytes,
        kept: KeyValue | None = None,
        seconds: float = 3 * 86400.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`kept` None: nothing outlives its flow."""
        self._placeholders = _derived(key, b"placeholders")
        self._ids = _derived(key, b"ids")
        self._cipher = AESGCM(_derived(key, b"values"))
        self._kept = kept
        self._seconds = seconds
        self._clock = clock
        self._recent: OrderedDict[bytes, float] = OrderedDict()  # a conversation brings the same values each turn

    def issuer(self, client: Client) -> Issuer:
        """Return what issues placeholders for one request of `client`."""
        return Issuer(self._placeholders, _user(client))

    async def keep(self, client: Client, issued: Mapping[str, str]) -> None:
        """Remember what was issued. Where that fails, this answer is restored all the same and later ones are not."""
        if self._kept is None or not client.subject or not issued:
            return
        user = _user(client)
        try:
            new = {}
            for token, value in issued.items():
                plain = value.encode("utf-8", "surrogatepass")
                id_, mark = self._id(user, token), self._id(user, f"{token}{value}")
                if self._recent.get(mark, float("-inf")) < self._clock() - self._seconds / 10:
                    known = self._open(id_)
                    new[id_] = self._sealed(id_, _GIVEN_UP if known not in (None, plain) else plain)
                    self._recent[mark] = self._clock()
            if new:
                await self._kept.put(self._id(user, ""), new, self._seconds)
        except OSError as error:
            self._recent.clear()
            logger.error("placeholders cannot be kept: %s", error)
        while len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def lookup(self, client: Client, issued: Mapping[str, str]) -> Lookup | None:
        """Return what finds the values for an answer to `client`; None where nothing can need one."""
        user = _user(client)
        if self._kept is None or not client.subject or not self._owns(user):
            return issued.get if issued else None

        def find(token: str) -> str | None:
            return issued[token] if token in issued else self._value(user, token)

        return find

    def _owns(self, user: str) -> bool:
        try:
            return self._kept is not None and self._kept.owns(self._id(user, ""))
        except OSError as error:
            logger.error("placeholders cannot be looked up: %s", error)
            return False

    def _value(self, user: str, token: str) -> str | None:
        try:
            plain = self._open(self._id(user, token))
        except OSError as error:
            logger.error("placeholders cannot be looked up: %s", error)
            return None
        return None if plain in (None, _GIVEN_UP) else plain.decode("utf-8", "surrogatepass")

    def _id(self, user: str, token: str) -> bytes:
        return hmac.digest(self._ids, f"{len(user)}:{user}{token}".encode("utf-8", "surrogatepass"), hashlib.sha256)

    def _sealed(self, id_: bytes, plain: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, id_)

    def _open(self, id_: bytes) -> bytes | None:
        sealed = self._kept.get(id_) if self._kept is not None else None
        if sealed is None:
            return None
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], id_)
        except (InvalidTag, ValueError):
            return None  # of an older key: gone


def _user(client: Client) -> str:
    return f"user:{client.subject}" if client.subject else f"address:{client.address}"


def _derived(key: bytes, purpose: bytes) -> bytes:
    """Return a key of its own for each purpose (RFC 5869's expand step)."""
    return hmac.digest(key, purpose + b"\x01", hashlib.sha256)
