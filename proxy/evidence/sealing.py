"""A text and reviewers' public keys in, a sealed box out that any two of them open together; and the opening.

    text ──ChaCha20-Poly1305──► under K, fresh for each box
    K ────ChaCha20-Poly1305──► once for each pair (A, B), under HKDF-SHA256(X25519(e, A) ‖ X25519(e, B))
    e ─── an ephemeral X25519 key, fresh for each box; its private half is forgotten

Rules
1. To derive the key of a pair both shared secrets are needed: one private key alone opens nothing, however many boxes
   there are. What sealed a box cannot open it either.
2. The event id is authenticated: a box under another event's name does not open.
3. Every key is used for one message only, which is why nonces are zero. Texts are padded to full blocks of 512 bytes.

Sources: RFC 7748 (X25519), RFC 5869 (HKDF), RFC 8439 (ChaCha20-Poly1305).
"""

import base64
import itertools
import secrets
from collections.abc import Sequence

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from proxy.evidence.reviewers import Reviewer

_BLOCK = 512
_NONCE = bytes(12)


class SealError(ValueError):
    """A box that does not open: why."""


def seal(text: bytes, event: str, reviewers: Sequence[Reviewer]) -> bytes:
    """Return the box, JSON. At least two reviewers. Raises ValueError for a public key that is none."""
    ephemeral = X25519PrivateKey.generate()
    own = ephemeral.public_key().public_bytes_raw()
    key = secrets.token_bytes(32)
    shared = [ephemeral.exchange(X25519PublicKey.from_public_bytes(each.public)) for each in reviewers]
    locks = []
    for (a, of_a), (b, of_b) in itertools.combinations(zip(reviewers, shared, strict=True), 2):
        locked = ChaCha20Poly1305(_pair(own, (a.public, of_a), (b.public, of_b))).encrypt(_NONCE, key, event.encode())
        locks.append({"of": [a.id, b.id], "key": _text(locked)})
    padded = text + b"\n" + b" " * (-(len(text) + 1) % _BLOCK)
    return orjson.dumps(
        {
            "v": 1,
            "event": event,
            "reviewers": {each.id: each.name for each in reviewers},
            "ephemeral": _text(own),
            "locks": locks,
            "text": _text(ChaCha20Poly1305(key).encrypt(_NONCE, padded, event.encode())),
        }
    )


def unseal(box: bytes, event: str, one: X25519PrivateKey, other: X25519PrivateKey) -> bytes:
    """Return the text. Raises SealError."""
    try:
        read = orjson.loads(box)
        own = base64.b64decode(read["ephemeral"], validate=True)
        halves = []
        for private in (one, other):
            public = private.public_key().public_bytes_raw()
            halves.append((public, private.exchange(X25519PublicKey.from_public_bytes(own))))
        ids = [Reviewer("", public).id for public, _ in halves]
        locks = {tuple(lock["of"]): base64.b64decode(lock["key"], validate=True) for lock in read["locks"]}
        text = base64.b64decode(read["text"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise SealError("this is no sealed evidence") from None
    if ids[0] == ids[1]:
        raise SealError("this is one key twice: two different reviewers are needed")
    for first, second in ((0, 1), (1, 0)):
        locked = locks.get((ids[first], ids[second]))
        if locked is not None:
            return _opened(locked, text, event, _pair(own, halves[first], halves[second]))
    raise SealError("it was sealed for other reviewers")


def named(box: bytes, keys: Sequence[X25519PrivateKey]) -> list[str]:
    """Return what a box calls the holders of keys; a key's id where it does not know one."""
    ids = [Reviewer("", key.public_key().public_bytes_raw()).id for key in keys]
    try:
        known = orjson.loads(box)["reviewers"]
        return [str(known.get(each, each)) for each in ids]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ids


def _opened(locked: bytes, text: bytes, event: str, key: bytes) -> bytes:
    try:
        inner = ChaCha20Poly1305(key).decrypt(_NONCE, locked, event.encode())
        return ChaCha20Poly1305(inner).decrypt(_NONCE, text, event.encode()).rstrip(b" ").removesuffix(b"\n")
    except (InvalidTag, ValueError):
        raise SealError("it was changed, or belongs to another event") from None


def _pair(own: bytes, a: tuple[bytes, bytes], b: tuple[bytes, bytes]) -> bytes:
    """Return the key of a pair of `(public key, shared secret)`."""
    kdf = HKDF(SHA256(), 32, salt=own + a[0] + b[0], info=b"hushgate/evidence/v1")
    return kdf.derive(a[1] + b[1])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
