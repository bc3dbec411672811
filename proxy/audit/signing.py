"""The audit log's private key in, who signs and who checks out. The key's name says which key it is."""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proxy import keys
from proxy.audit.note import Signer, Verifier, read_verifier

PUBLIC = "audit-sign.pub"


def open_signer(state: Path) -> Signer:
    """Return the signer of a state folder, made on the first start, its public half beside it. Raises KeysError."""
    signer = signer_of(keys.open_signing_key(state))
    public = state / "keys" / PUBLIC
    if not public.exists():
        public.write_text(f"{signer.verifier}\n", encoding="ascii")
    return signer


def signer_of(private: bytes) -> Signer:
    """Return the signer with these 32 private bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    name = f"hushgate/{hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]}"
    return Signer(name, key)


def find_verifier(state: Path, given: str = "") -> Verifier:
    """Return the key to check with: the one given (a verifier key, or a file with one), else the state folder's own.

    Raises NoteError, OSError (FileNotFoundError where there is none).
    """
    if given:
        return read_verifier(Path(given).read_text(encoding="ascii") if Path(given).is_file() else given)
    return read_verifier((state / "keys" / PUBLIC).read_text(encoding="ascii"))
