"""Apache's password file in, the answer whether a password is right out.

Forms: `$2y$` (bcrypt), `$argon2id$` (RFC 9106), `$apr1$` (Apache's MD5, 1,000 rounds) and `{SHA}` (one unsalted SHA-1:
kept for old files, `check` names it). Plain text and DES crypt are refused. Blocks for as long as a hash takes: call
it in a thread.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import argon2
import bcrypt

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SPARE = bcrypt.hashpw(b"", bcrypt.gensalt(rounds=8)).decode()
_ARGON = argon2.PasswordHasher()


class HtpasswdError(ValueError):
    """A file that cannot be used; the text names each line, never what stands in it."""


class Htpasswd:
    """The users of one file."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)

    def verify(self, user: str, password: str) -> bool:
        """Tell whether the password is right. An unknown user costs what a known one does."""
        stored = self._hashes.get(user)
        found = _matches(password, stored or _SPARE)
        return found and stored is not None

    def __len__(self) -> int:
        return len(self._hashes)


def read(name: str, text: str) -> Htpasswd:
    """Return the users of a file. Raises HtpasswdError with every line that is wrong."""
    hashes: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        user, colon, stored = line.partition(":")
        if not colon or not user:
            wrong.append(f"{name}:{number}:1: expected USER:HASH")
        elif user in hashes:
            wrong.append(f"{name}:{number}:1: this user stands here twice")
        elif not stored.startswith(("$2", "$argon2", "$apr1$", "{SHA}")):
            wrong.append(f"{name}:{number}:{len(user) + 2}: an unknown kind of hash; make it anew: htpasswd -B")
        hashes[user] = stored.strip()
    if wrong:
        raise HtpasswdError("; ".join(wrong))
    return Htpasswd(hashes)


def _matches(password: str, stored: str) -> bool:
    data = password.encode()
    try:
        if stored.startswith("$2"):
            return bcrypt.checkpw(data[:72], stored.encode())  # bcrypt reads 72 bytes; the library refuses more
        if stored.startswith("$argon2"):
            return _ARGON.verify(stored, data)
        if stored.startswith("$apr1$"):
            return hmac.compare_digest(apr1(data, stored.split("$")[2].encode()).encode(), stored.encode())
        digest = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
        return hmac.compare_digest("{SHA}" + digest, stored)
    except (ValueError, IndexError, argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def apr1(password: bytes, salt: bytes) -> str:
    """Return Apache's variant of MD5 crypt (apr_md5.c): `$apr1$salt$hash`."""
    salt = salt[:8]
    inner = _md5(password + salt + password)
    data = bytearray(password + b"$apr1$" + salt)
    data += (inner * (len(password) // 16 + 1))[: len(password)]
    length = len(password)
    while length:
        data += b"\0" if length & 1 else password[:1]
        length >>= 1
    final = _md5(bytes(data))
    for i in range(1000):
        turn = password if i & 1 else final
        turn += salt if i % 3 else b""
        turn += password if i % 7 else b""
        turn += final if i & 1 else password
        final = _md5(turn)
    text = ""
    for a, b, c in ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)):
        text += _as64(final[a] << 16 | final[b] << 8 | final[c], 4)
    return f"$apr1${salt.decode('latin-1')}${text}{_as64(final[11], 2)}"


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _as64(number: int, width: int) -> str:
    return "".join(_ALPHABET[number >> (6 * i) & 63] for i in range(width))
