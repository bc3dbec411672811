"""The chunks of an answer in, its events out: codings taken off, cut by the kind of content.

Values are put back into the kinds in which services answer. Who only inspects reads every other text as it is written
(pages, scripts, XML); the rest has a reason of `on_unknown`.
"""

import re
from collections.abc import Iterator

from proxy.codecs import media
from proxy.restore.coding import decoder_of
from proxy.restore.eventstream import ConnectFraming, EventStreamFraming
from proxy.restore.framing import Framing, PlainFraming
from proxy.restore.json_values import JsonFraming
from proxy.restore.sse import SseFraming
from proxy.restore.weave import Event

_JSON_BEGINS = re.compile(rb"\s*+(?:\)\]\}'|[0-9a-f]{1,3}:[\"\[{]|[\[{]\s*+[\"\[{\]}0-9-]|\")")
_ENOUGH = 64  # bytes by which a body of an unclear kind is known
_CHARSET = re.compile(r";\s*+charset\s*+=\s*+\"?([\w.:-]++)", re.IGNORECASE | re.ASCII)
_ASCII_LIKE = re.compile(r"utf-?8|us-ascii|ascii|iso-8859-\d+|latin-?\d|windows-125\d", re.IGNORECASE)
_TEXTS = ("text/plain", "text/markdown", "text/csv", "application/x-yaml", "application/sql")


class Splitter:
    """One answer. `unread` says before the first byte why nothing can be read: a reason of `on_unknown`, or empty.

    `inspects`: every kind of text is read, `restores` tells whether values may be put back into this one.
    """

    def __init__(self, content_type: str, coding: str = "", *, inspects: bool = False) -> None:
        self.kind = content_type.partition(";")[0].strip().lower()
        self._decoder = decoder_of(coding)
        script = inspects and self.kind.endswith("javascript")
        self._framing = None if script else _framing(self.kind)
        self._head = b""
        self.restores = self._framing is not None or self.kind in _TEXTS
        charset = _CHARSET.search(content_type)
        known = self.restores or (inspects and (not self.kind or script or media.is_text_type(self.kind)))
        if self._decoder is None or (charset and not _ASCII_LIKE.fullmatch(charset[1])):
            self.unread = "undecodable"
        else:
            self.unread = "" if known else "protobuf" if media.is_protobuf_type(self.kind) else "media"

    @property
    def readable(self) -> bool:
        """Tell before the first byte whether kind and coding are known."""
        return not self.unread

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield the events that `data` completes. Raises CodingError."""
        for piece in self._decoder.feed(data) if self._decoder else ():
            yield from self._cut(piece)

    def flush(self) -> Iterator[Event]:
        """Yield what is left: the answer is over. Raises CodingError where its coding is not."""
        if self._decoder is not None:
            self._decoder.end()
        if self._framing is None:
            self._framing = self._sniffed(final=True)
            yield from self._framing.feed(self._head) if self._framing and self._head else ()
        yield from self._framing.flush() if self._framing else ()

    def _cut(self, data: bytes) -> list[Event]:
        if self._framing is None:
            self._head += data
            self._framing, data = self._sniffed(final=False), self._head
            if self._framing is None:
                return []
            self._head = b""
        return self._framing.feed(data)

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
