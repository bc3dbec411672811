"""A value in, the placeholder that stands for it out; a text in, the placeholders in it out.

`[EMAIL_ADDRESS_K7Q2XW]` is a function of user, entity and value: six base32 characters (RFC 4648, 6) of
HMAC-SHA256(vault key, user, entity, value). There is no counter, so that every worker and every turn of a conversation
writes the same, and what a vendor caches of a conversation's beginning keeps fitting.

The value is taken as it is spelled, not in its canonical form: what goes back must be what the user wrote, or an
agent's edit of a file that holds two spellings of one number would miss.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

LONGEST = 96  # characters, brackets and Markdown's escapes included
_CODE = 6  # base32 characters: 30 bits
_MOST = 16  # longest code that a clash can lead to
_BODY = r"[A-Za-z][A-Za-z0-9_\\]{1,90}"
_SHAPE = re.compile(rf"\\?\[({_BODY}?)\\?\]")
_NAME = re.compile(rf"[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)*+(?<=_[A-Z2-7]{{{_CODE}}})|[A-Z][A-Z0-9_]*_[A-Z2-7]{{7,{_MOST}}}")
_BEGUN = re.compile(r"\\?(?:\[(?:[A-Za-z][A-Za-z0-9_\\]{0,90})?)?\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of a text that is written like a placeholder. `token` is how it was issued."""

    start: int
    end: int
    token: str


def find(text: str) -> Iterator[Found]:
    """Yield what is written like a placeholder, in order; whether it was ever issued is not asked.

    Models change the case, and escape for Markdown (`\\[EMAIL\\_ADDRESS\\_K7Q2XW\\]`): both are the same placeholder.
    """
    if "[" not in text:
        return
    for match in _SHAPE.finditer(text):
        name = match[1].replace("\\", "").upper()
        if _NAME.fullmatch(name):
            yield Found(match.start(), match.end(), f"[{name}]")


def begun(text: str) -> int:
    """Return where a placeholder begins that more text could complete; the length of `text` where none does."""
    reach = max(len(text) - LONGEST, 0)
    bracket = text.rfind("[", reach)
    if bracket < 0:
        return len(text) - 1 if text.endswith("\\") else len(text)
    start = bracket - 1 if bracket > reach and text[bracket - 1] == "\\" else bracket
    if _BEGUN.match(text, start):
        return start
    return len(text) - 1 if text.endswith("\\") else len(text)


class Issuer:
    """Issues placeholders to one user for one request, and remembers which."""

    def __init__(self, key: bytes, user: str) -> None:
        self._key = key
        self._user = user
        self._issued: dict[str, str] = {}
        self._kept: dict[str, str] = {}

    @property
    def issued(self) -> Mapping[str, str]:
        """Return placeholder to value, of what is to be put back."""
        return MappingProxyType(self._kept)

    def issue(self, entity: str, value: str, *, keep: bool = True) -> str:
        """Return the placeholder for `value`: two different values of one request never share one.

        `keep`: the value is to be put back.
        """
        code = base64.b32encode(self._digest(entity, value)).decode()
        for length in range(_CODE, _MOST + 1):
            token = f"[{entity}_{code[:length]}]"
            if self._issued.setdefault(token, value) == value:
                if keep:
                    self._kept[token] = value
                return token
        raise ValueError("two values have the same 80 bits of a keyed hash")

    def _digest(self, entity: str, value: str) -> bytes:
        fields = [text.encode("utf-8", "surrogatepass") for text in (self._user, entity, value)]
        message = b"".join(len(field).to_bytes(8) + field for field in fields)
        return hmac.digest(self._key, message, hashlib.sha256)
