"""The state folder's secrets: made once by the supervisor, read back after that."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

_SIZE = 32


class KeysError(Exception):
    """Keys that are missing or readable by others: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Keys:
    """`value` makes the digests of matched values; `audit` the keyed hashes of the audit log. 32 bytes each.

    `vault` makes placeholders and encrypts what they stand for.
    """

    value: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    vault: bytes = field(repr=False)


def open_signing_key(state: Path) -> bytes:
    """Return the 32 private bytes of the Ed25519 key that signs the audit log, made on the first start.

    Only the supervisor reads it. Raises KeysError, also where it is missing but has signed something.
    """
    (state / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    used = (state / "audit" / "checkpoints.jsonl").exists() or (state / "audit.checkpoint").exists()
    return _key(state, "audit-sign.ed25519", used=used)


def open_keys(state: Path) -> Keys:
    """Return the keys under `state/keys`, made on the first start. Raises KeysError.

    Where an audit log exists, missing keys are an error and not made anew: records that were hashed with the old ones
    could not be searched any more. Without its key the vault only forgets, so that one may be taken away.
    """
    folder = state / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return Keys(
        value=_key(state, "value.k1"), audit=_key(state, "audit-hmac.k1"), vault=_key(state, "vault.k1", used=False)
    )


def open_index_key(state: Path) -> bytes:
    """Return the key of fingerprint indexes, made with the first one. Raises KeysError, also where only it is gone."""
    (state / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    return _key(state, "index.key", used=any((state / "index").glob("*.hgi")))


def _key(state: Path, name: str, *, used: bool | None = None) -> bytes:
    path = state / "keys" / name
    if not path.exists():
        if any((state / "audit").glob("*.jsonl*")) if used is None else used:
            raise KeysError(
                f"{path} is missing, but what was made with it exists",
                "restore the keys from your backup, or move the audit folder (or the index folder) away to start anew",
            )
        write_secret(path, secrets.token_bytes(_SIZE))
    if path.stat().st_mode & 0o077:
        raise KeysError(f"{path} can be read by others", f"chmod 600 {path}")
    value = path.read_bytes()
    if len(value) != _SIZE:
        raise KeysError(f"{path} does not hold a key of {_SIZE} bytes", "restore it from your backup")
    return value


def write_secret(path: Path, value: bytes) -> None:
    """Write a new file of mode 0600 that did not exist. Raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(value)
