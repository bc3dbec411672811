"""What a detector reports: where, what kind, how sure. Never the value itself."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

CATEGORIES = ("pii", "secret", "code", "label", "fingerprint", "opaque")


@dataclass(frozen=True, slots=True)
class Finding:
    """One occurrence of an entity in one text.

    `start` and `end` count Python characters of the part's original text. `score` is 0 to 1.
    `detector` is `family.name@version`. `digest` is a keyed hash of the canonical value (hex, 32 digits), empty
    where no key was given. `evidence` holds codes only (`checksum`, `cue:ssn`, `view:base64`), never text.
    """

    entity: str
    category: str
    start: int
    end: int
    score: float
    detector: str
    digest: str = ""
    evidence: tuple[str, ...] = ()
    language: str = ""  # source code: its language, lower case ("python"); "" elsewhere
    kind: str = ""  # source code: code, shell, sql, diff, config, markup, log, trace, data
    lines: int = 0  # source code: non-blank lines
    source: str = ""  # documents: id of the indexed document
    overlap: float = 0.0  # documents: share of the part that matched, 0 to 1
    inside: tuple[int, ...] = ()  # where in a run that was decoded as a whole: start, end; of a run in it again

    def moved(self, offset: int) -> "Finding":
        """Return the same finding `offset` characters further on."""
        return replace(self, start=self.start + offset, end=self.end + offset)

    def touches(self, other: "Finding") -> bool:
        """Tell whether both share a character."""
        return self.start < other.end and other.start < self.end


Digester = Callable[[str, str], str]
"""(entity, canonical value) to hex digest; made once from the value key, handed to every detector."""


def keyed_digester(key: bytes) -> Digester:
    """Return a digester for `key`: HMAC-SHA256 over `entity NUL value` (RFC 2104), cut to 128 bits, in hex."""

    def digest(entity: str, value: str) -> str:
        message = entity.encode() + b"\x00" + value.encode("utf-8", "surrogatepass")
        return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]

    return digest


def no_digest(entity: str, value: str) -> str:  # noqa: ARG001
    """Return no digest: for `scan`, which has no key."""
    return ""
