"""Who may open evidence: public keys of reviewers in, and a reviewer's own private key, made and read.

A public key is a line `hushgate-reviewer NAME BASE64` (X25519, RFC 7748). A private key is PKCS #8 in PEM, encrypted
under a passphrase; it is made where the reviewer works and never comes near the proxy. Evidence is off until a state
folder names two reviewers or more, in `STATE/keys/reviewers` (a line each, and `days N`: how long evidence is kept).
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

FILE = "reviewers"  # in STATE/keys
DAYS = 30
MOST = 12  # every pair gets a lock of its own
_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_WORD = "hushgate-reviewer"


class ReviewerError(ValueError):
    """A key, or a list of them, that cannot be used: why."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A person who may open evidence together with another. `public` are 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> str:
        """Return what names the key: 16 hex digits of its SHA-256."""
        return hashlib.sha256(self.public).hexdigest()[:16]

    def __str__(self) -> str:
        return f"{_WORD} {self.name} {base64.b64encode(self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Panel:
    """The reviewers of a state folder, and for how many days evidence is kept."""

    reviewers: tuple[Reviewer, ...] = ()
    days: int = DAYS

    @property
    def on(self) -> bool:
        """Tell whether evidence is kept."""
        return len(self.reviewers) >= 2

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in (f"days {self.days}", *self.reviewers))


def read_reviewer(text: str) -> Reviewer:
    """Return the reviewer of a public line. Raises ReviewerError."""
    words = text.split()
    try:
        if len(words) != 3 or words[0] != _WORD or not _NAME.fullmatch(words[1]):
            raise ReviewerError(f"a reviewer's public key is a line {_WORD} NAME BASE64")
        public = base64.b64decode(words[2], validate=True)
    except binascii.Error:
        raise ReviewerError(f"the key of {words[1]} is not BASE64") from None
    if len(public) != 32:
        raise ReviewerError(f"the key of {words[1]} is not one of 32 bytes")
    return Reviewer(words[1], public)


def read_panel(text: str) -> Panel:
    """Return what a file of reviewers holds; an empty text is nobody. Raises ReviewerError."""
    reviewers: list[Reviewer] = []
    days = DAYS
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("days "):
            if not line[5:].isdigit() or not int(line[5:]):
                raise ReviewerError("days is a number above 0")
            days = int(line[5:])
        elif not line.startswith("#"):
            reviewers.append(read_reviewer(line))
    return panel(reviewers, days)


def panel(reviewers: Sequence[Reviewer], days: int = DAYS) -> Panel:
    """Return a panel. Raises ReviewerError where one person or key stands in it twice, or they are one or too many."""
    for what in ({each.name for each in reviewers}, {each.public for each in reviewers}):
        if len(what) != len(reviewers):
            raise ReviewerError("a reviewer stands there twice; two different people are needed")
    if len(reviewers) == 1:
        raise ReviewerError("one reviewer alone cannot open evidence: two are needed")
    if len(reviewers) > MOST:
        raise ReviewerError(f"at most {MOST} people can be reviewers")
    return Panel(tuple(reviewers), days)


def panel_of(state: Path) -> str:
    """Return the text of a state folder's file of reviewers, checked; empty where there is none.

    Raises ReviewerError, OSError.
    """
    path = state / "keys" / FILE
    text = path.read_text(encoding="ascii", errors="replace") if path.exists() else ""
    read_panel(text)
    return text


def write_panel(state: Path, new: Panel) -> None:
    """Put a panel in the place of the one before. Raises OSError."""
    folder = state / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(str(new))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / FILE)


def make(name: str, passphrase: bytes) -> tuple[Reviewer, bytes]:
    """Return a new reviewer and the PEM of the private key. Raises ReviewerError for a name that cannot be used."""
    if not _NAME.fullmatch(name):
        raise ReviewerError("a reviewer's name is of letters, digits and . _ @ -")
    private = X25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    return Reviewer(name, private.public_key().public_bytes_raw()), pem


def read_private(pem: bytes, passphrase: bytes) -> X25519PrivateKey:
    """Return a private key. Raises ReviewerError; nothing of the passphrase is in it."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError):
        raise ReviewerError("the key cannot be read: another passphrase, or no private key") from None
    if not isinstance(key, X25519PrivateKey):
        raise ReviewerError("this is not a reviewer's key")
    return key
