"""An answer in, chunk by chunk; the same answer out, with values where their placeholders stood.

Rules
1. Only what `lookup` knows is replaced: a placeholder that was never issued to this user stays as it is.
2. What leaves does not depend on where the chunks or the events were cut; at most one unfinished placeholder waits.
3. Nothing is put into what the vendor signed (answers.yaml), and bytes that need no change stay the same bytes.
4. Codings are taken off; the answer leaves without one. A coding or a kind of content that is not known is not touched,
   and `rewrites` says so before the first byte.
"""

import re
from collections.abc import Callable, Sequence

from proxy import placeholder
from proxy.restore.coding import decoder_of
from proxy.restore.eventstream import ConnectFraming, EventStreamFraming
from proxy.restore.framing import Framing, PlainFraming
from proxy.restore.json_values import JsonFraming
from proxy.restore.sse import SseFraming
from proxy.restore.weave import Editor, Replacement, Weave

Lookup = Callable[[str], str | None]
"""A placeholder to the value that it stands for; None where this user has none such."""

_JSON_BEGINS = re.compile(rb"\s*+(?:\)\]\}'|[0-9a-f]{1,3}:[\"\[{]|[\[{]\s*+[\"\[{\]}0-9-]|\")")
_ENOUGH = 64  # bytes by which a body of an unclear kind is known
_TEXTS = ("text/plain", "text/markdown", "text/csv", "application/x-yaml", "application/sql")


class Values:
    """Replaces placeholders by values."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def replacements(self, text: str) -> Sequence[Replacement]:
        """Return the placeholders that stand for something."""
        return [
            Replacement(found.start, found.end, value)
            for found in placeholder.find(text)
            if (value := self._lookup(found.token)) is not None
        ]

    def settled(self, text: str) -> int:
        """Return where a placeholder begins that is not finished."""
        return placeholder.begun(text)


class Restorer:
    """One answer: `feed` each chunk, `flush` at its end. Sans-io; raises CodingError where a coding is broken."""

    def __init__(self, editor: Editor, content_type: str, coding: str = "") -> None:
        self._kind = content_type.partition(";")[0].strip().lower()
        self._decoder = decoder_of(coding)
        self._weave = Weave(editor)
        self._framing = _framing(self._kind)
        self._head = b""
        self.rewrites = self._decoder is not None and (self._framing is not None or self._kind in _TEXTS)

    @property
    def replaced(self) -> int:
        """Return how many values were put in so far."""
        return self._weave.replaced

    @property
    def holding(self) -> bool:
        """Tell whether something waits for more."""
        return self._weave.holding

    def feed(self, data: bytes) -> bytes:
        """Return what can leave after `data` came."""
        if not self.rewrites or self._decoder is None:
            return data
        return b"".join(self._decoded(piece) for piece in self._decoder.feed(data))

    def flush(self) -> bytes:
        """Return what waited: the answer is over."""
        if not self.rewrites:
            return b""
        framing = self._framing or self._sniffed(final=True)
        if framing is None:
            return b""
        left = self._events(framing, self._head) if self._head else b""
        for event in framing.flush():
            left += b"".join(self._weave.add(event))
        return left + b"".join(self._weave.flush())

    def _decoded(self, data: bytes) -> bytes:
        if self._framing is None:
            self._head += data
            self._framing, data = self._sniffed(final=False), self._head
            if self._framing is None:
                return b""
            self._head = b""
        return self._events(self._framing, data)

    def _events(self, framing: Framing, data: bytes) -> bytes:
        return b"".join(piece for event in framing.feed(data) for piece in self._weave.add(event))

    def _sniffed(self, *, final: bool) -> Framing | None:
        """Return the framing of a body that calls itself text: some services send JSON so."""
        if _JSON_BEGINS.match(self._head):
            return JsonFraming()
        return PlainFraming() if final or len(self._head) >= _ENOUGH or self._head.strip()[:1].isalpha() else None


def _framing(kind: str) -> Framing | None:
    if kind == "text/event-stream":
        return SseFraming()
    if kind == "application/vnd.amazon.eventstream":
        return EventStreamFraming()
    if kind.startswith("application/connect+json"):
        return ConnectFraming()
    if kind.endswith(("json", "+jsonl", "jsonl", "json-seq", "javascript")):
        return JsonFraming()
    return None
