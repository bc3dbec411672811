"""Neutral values of the core: an exchange, its client, the parts of its prompt."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from detectors.base import File


@dataclass(frozen=True, slots=True)
class Client:
    """Who sent the exchange: made by the front door, carried with the socket."""

    address: str
    subject: str = ""
    groups: tuple[str, ...] = ()
    source: str = "address"
    device: str = ""
    unknown: bool = False  # who it is could not be told: a directory was down


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as the core sees it: no engine types, header names in lower case, body still encoded.

    `path` is the request target in origin form, with its query. `body` is what stood on the wire after the transfer
    coding and before the content coding. `repr` shows neither path, header nor body.
    """

    method: str
    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    http_version: str = "HTTP/1.1"
    transport: str = "http"
    """`websocket`: `body` is one client message. `stream`: it is messages of a call that goes on. `upload`: it is what
    pieces of a file say together."""
    unread: str = ""  # a reason of `on_unknown` why the body says nothing, whatever stands in it

    def header(self, name: str) -> str:
        """Return the values of one header joined by comma and space; empty when it is absent."""
        return ", ".join(value for key, value in self.headers if key == name)


KINDS = ("prompt", "system", "tool_def", "tool_call", "tool_result", "file", "metadata", "header", "credential")
"""What a part is for: the words that a policy clause's `in` may hold."""

ROLES = ("user", "assistant", "system", "tool", "")


_TYPE = re.compile(r"[\w.+-]+/[\w.+*-]+", re.ASCII)
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,10})\s*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Blob:
    """A file inside a request, not read yet. `type` is the media type that came with it, empty for none."""

    data: bytes = field(repr=False)
    type: str = ""
    name: str = field(default="", repr=False)

    def file(self) -> File:
        """Return what a reader needs of it: the bytes, a well-formed type, the suffix of the name."""
        kind = self.type.partition(";")[0].strip().lower()
        suffix = _SUFFIX.search(self.name)
        known = len(kind) <= 128 and _TYPE.fullmatch(kind)
        return File(self.data, kind if known else "", suffix[1].lower() if suffix else "")


@dataclass(frozen=True, slots=True)
class Part:
    """One scalar leaf, object key or other stretch of text of a request.

    `path` is a JSONPath (RFC 9535, normalised but with dot notation where the name allows: `$.messages[0].content`),
    `multipart:NAME`, `form:NAME`, `query:NAME`, `header:NAME` or `body:`, and may nest with `|`
    (`$.a.arguments|$.email` is a leaf of JSON inside a JSON string). An object key's path ends in `~`.
    `hint` is the leaf's own key name. `group` numbers the stretch that neighbouring parts are read as one text in
    (the parts of one message); parts of different groups never join. `decided` marks text that the vendor itself
    produced earlier (an assistant turn). `repr` shows neither path nor hint: object keys are text too.
    A part with a `blob` is a file that an inspector has to read: its own text is empty, findings count characters of
    the text that was read from it, and it is never writable.
    """

    path: str = field(repr=False)
    role: str
    kind: str
    text: str = field(repr=False)
    writable: bool = True
    hint: str = field(default="", repr=False)
    group: int = 0
    decided: bool = False
    blob: Blob | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: where, why (a reason of `on_unknown`), how many bytes."""

    path: str = field(repr=False)
    reason: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """All the text of one request."""

    parts: tuple[Part, ...] = field(repr=False)
    unread: tuple[Unread, ...] = ()
    model: str = ""
    stream: bool = False
    tools: bool = False  # the request declares or answers tools: a coding agent's turn
    prose: int = 0  # characters of words in the body
    mapped: int = 0  # of them, those that the dialect's own table knows: the rest only the generic reader saw


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace characters `start` to `end` of part number `part` by `text`."""

    part: int
    start: int
    end: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a forwarded exchange ended: bytes of bodies, milliseconds; `aborted` says why it broke off, if it did."""

    status: int
    sent: int
    received: int
    first_byte_ms: float | None
    total_ms: float
    aborted: str = ""
    restored: int = 0  # values that were put back into the answer


def ordered(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits by part and position. Raises ValueError where two of them overlap."""
    result = sorted(edits, key=lambda edit: (edit.part, edit.start, edit.end))
    for before, after in itertools.pairwise(result):
        if before.part == after.part and after.start < before.end:
            raise ValueError("two edits overlap")
    return result
