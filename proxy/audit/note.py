"""A text and an Ed25519 key in, a signed note out, and back: the form of c2sp.org/signed-note.

A note is the text, an empty line, and lines `\u2014 NAME BASE64` (four bytes of key id, then the signature). A verifier
key is written `NAME+KEYID+BASE64`, of one byte of algorithm (1) and the public key.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ALGORITHM = b"\x01"  # Ed25519
_MARK = "\u2014 "


class NoteError(ValueError):
    """A note or key that cannot be read, or is not signed by the key."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who signs: the key's name and its 32 public bytes."""

    name: str
    public: bytes

    def __str__(self) -> str:
        text = base64.b64encode(_ALGORITHM + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{text}"

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand before a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ALGORITHM + self.public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and its name."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """Return what checks its signatures."""
        return Verifier(self.name, self.key.public_key().public_bytes_raw())


def read_verifier(text: str) -> Verifier:
    """Return a verifier key. Raises NoteError."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        data = b""
    if not name or len(data) != 33 or data[:1] != _ALGORITHM:
        raise NoteError("this is no Ed25519 verifier key, NAME+KEYID+BASE64")
    found = Verifier(name, data[1:])
    if found.key_id.hex() != key_id:
        raise NoteError("the id of this verifier key does not belong to it")
    return found


def sign(text: str, signer: Signer) -> str:
    """Return `text`, which ends with a newline, as a signed note."""
    if not text.endswith("\n"):
        raise NoteError("the text of a note ends with a newline")
    signature = signer.verifier.key_id + signer.key.sign(text.encode())
    return f"{text}\n{_MARK}{signer.name} {base64.b64encode(signature).decode()}\n"


def opened(note: str, verifier: Verifier) -> str:
    """Return the text of a note that `verifier` signed. Raises NoteError."""
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteError("this is no signed note")
    text += "\n"
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(_MARK).rpartition(" ")
        if not line.startswith(_MARK) or name != verifier.name:
            continue
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if data[:4] == verifier.key_id:
            try:
                Ed25519PublicKey.from_public_bytes(verifier.public).verify(data[4:], text.encode())
            except InvalidSignature:
                raise NoteError("the signature is wrong") from None
            return text
    raise NoteError("the note is not signed by this key")
