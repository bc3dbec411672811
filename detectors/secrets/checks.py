"""The checks that rules name: a candidate in; the candidate, its span or evidence changed, or None out.

A check that decodes untrusted text bounds what it decodes and raises nothing.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable
from hashlib import sha256

from detectors.patterns.offsets import encode
from detectors.secrets import assignment, password, pem
from detectors.secrets.candidate import Candidate
from detectors.secrets.randomness import looks_random

Check = Callable[[Candidate, str], Candidate | None]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_INTEGRITY = re.compile(
    r"(?:sha\d{1,3}|h1|md5|blake2[bs]?|integrity|checksum|digest|hash)[\"'\s:=_-]{1,6}$", re.IGNORECASE
)
_STOP_WORDS = frozenset(
    ("the", "and", "for", "with", "you", "this", "that", "are", "not", "from", "have", "your", "our", "them", "will")
)


def find(name: str) -> Check | None:
    """Return the check called `name` (`base64_bytes` of `base64_bytes:64`)."""
    return CHECKS.get(name.partition(":")[0])


def run(name: str, candidate: Candidate) -> Candidate | None:
    """Return what the check `name`, argument included, makes of `candidate`."""
    kind, _, argument = name.partition(":")
    return CHECKS[kind](candidate, argument)


def _crc32(candidate: Candidate, _: str) -> Candidate | None:
    """GitHub and npm: the last six characters are the CRC-32 of those after the prefix, in base 62.

    A wrong checksum proves nothing: a token of another generation is a token all the same.
    https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    """
    body = candidate.value.rpartition("_")[2]
    value = zlib.crc32(encode(body[:-6])) & 0xFFFFFFFF
    digits = ""
    for _place in range(6):
        value, digit = divmod(value, 62)
        digits = _BASE62[digit] + digits
    return candidate.confirmed("checksum") if digits == body[-6:] else candidate


def _jwt(candidate: Candidate, _: str) -> Candidate | None:
    """RFC 7515 and 7516: the first segment is a JSON object with `alg`."""
    header = _json(candidate.value.partition(".")[0])
    if not isinstance(header, dict) or not ("alg" in header or "enc" in header):
        return None
    value = candidate.value.rstrip(".-_")
    return candidate.spanning(candidate.start, candidate.start + len(value)).confirmed("structure")


def _base64_bytes(candidate: Candidate, length: str) -> Candidate | None:
    return candidate if len(_decoded(candidate.value)) == int(length) else None


def _base64_digits(candidate: Candidate, _: str) -> Candidate | None:
    """Discord: the first segment is the account's number, 17 to 20 digits, in base64."""
    number = _decoded(candidate.value.partition(".")[0])
    return candidate.confirmed("structure") if number.isdigit() and 16 <= len(number) <= 20 else None


def _base64_pair(candidate: Candidate, _: str) -> Candidate | None:
    """RFC 7617: base64 of `user:password`."""
    name, colon, word = _decoded(candidate.value).partition(b":")
    if not colon or not word or not all(32 <= byte < 127 or byte > 160 for byte in name + word):
        return None
    return candidate if password.acceptable(word.decode("utf-8", "replace"), quoted=True) else None


def _base58_checksum(candidate: Candidate, _: str) -> Candidate | None:
    """Base58Check: the last four bytes are the start of the double SHA-256 of those before."""
    number = 0
    for character in candidate.value[:200]:
        digit = _BASE58.find(character)
        if digit < 0:
            return None
        number = number * 58 + digit
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    sound = sha256(sha256(data[:-4]).digest()).digest()[:4] == data[-4:]
    return candidate.confirmed("checksum") if sound else None


def _seed_words(candidate: Candidate, _: str) -> Candidate | None:
    """BIP 39: 12, 15, 18, 21 or 24 words, none of them a function word of prose."""
    words = candidate.value.split(" ")
    kept = len(words) - len(words) % 3
    if _STOP_WORDS & set(words[:kept]):
        return None
    return candidate.spanning(candidate.start, candidate.start + len(" ".join(words[:kept])))


def _random(candidate: Candidate, prefix: str) -> Candidate | None:
    """Random after a prefix of so many characters."""
    return candidate if looks_random(candidate.value[int(prefix or 0) :]) else None


def _not_integrity(candidate: Candidate, _: str) -> Candidate | None:
    before = candidate.text[max(0, candidate.start - 24) : candidate.start]
    return None if _INTEGRITY.search(before) else candidate


def _same(candidate: Candidate, _: str) -> Candidate | None:
    return candidate


def _decoded(value: str) -> bytes:
    """Return base64 or base64url, padded or not, decoded; nothing where it is neither."""
    plain = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _json(segment: str) -> object:
    try:
        return json.loads(_decoded(segment[:8192]))
    except (ValueError, RecursionError):
        return None


CHECKS: dict[str, Check] = {
    "github_crc32": _crc32,
    "npm_crc32": _crc32,
    "jwt": _jwt,
    "pem": lambda candidate, _: pem.extend(candidate),
    "base64_bytes": _base64_bytes,
    "base64_digits": _base64_digits,
    "base64_pair": _base64_pair,
    "base58_checksum": _base58_checksum,
    "seed_words": _seed_words,
    "random": _random,
    "not_integrity": _not_integrity,
    "literal": _same,  # the value may hold what looks like a placeholder
    "password": lambda candidate, _: password.trim(candidate),
    "password_in_prose": lambda candidate, _: password.stated(candidate),
    "password_of_user": lambda candidate, _: password.of_user(candidate),
    "url_password": lambda candidate, _: password.in_url(candidate),
    "assigned_password": lambda candidate, _: assignment.password_value(candidate),
    "assigned_secret": lambda candidate, _: assignment.secret_value(candidate),
    "named_secret": lambda candidate, _: assignment.named(candidate),
    "bearer": lambda candidate, _: assignment.bearer(candidate),
}
