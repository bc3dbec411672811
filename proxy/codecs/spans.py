"""Where each text of a body stands, and edits of those texts in: the body with exactly these slices replaced out.

Rules
1. A document is a text that leaves stand in. A root document is a stretch of the body's bytes, valid UTF-8, so that
   encoding its unchanged characters gives back the original bytes. Any other document is what a span says once it
   has been unescaped (JSON inside a JSON string, inside a form field).
2. A span is one leaf of a document: `start` to `end` in the document's characters, written in a style.
3. An edit counts characters of the unescaped text. It is carried outwards one document at a time: positions through
   a table of the escapes, the new text through the escaping of that style. Nothing else moves.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from proxy.codecs import styles

Change = tuple[int, int, str]
"""Replace characters `start` to `end` by a text."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A text with leaves in it. `start` and `end` are bytes of the body, for a root; else `outer` says it.

    `length_at` is where the body says how long a root is, in four bytes, the high one first; -1 where it does not.
    """

    text: str = field(repr=False)
    start: int = 0
    end: int = 0
    outer: "Span | None" = None
    length_at: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """One leaf: where it stands in its document and how it is written there."""

    document: Document
    start: int
    end: int
    style: styles.Style

    @property
    def raw(self) -> str:
        """Return the leaf as it is written."""
        return self.document.text[self.start : self.end]


def rewrite(body: bytes, changes: Mapping[Span, Sequence[Change]]) -> bytes:
    """Return `body` with the changes made. Raises ValueError where two of them overlap."""
    roots: dict[Document, list[Change]] = {}
    table = _tables()
    for leaf, leaf_changes in changes.items():
        span, pending = leaf, list(leaf_changes)
        while True:
            pending = _outwards(span, pending, table)
            if span.document.outer is None:
                break
            span = span.document.outer
        roots.setdefault(span.document, []).extend(pending)
    pieces: list[bytes] = []
    position = 0
    for document in sorted(roots, key=lambda root: root.start):
        new = _replaced(document.text, roots[document]).encode()
        if document.length_at >= 0:
            pieces += (body[position : document.length_at], len(new).to_bytes(4))
            position = document.length_at + 4
        pieces += (body[position : document.start], new)
        position = document.end
    return b"".join((*pieces, body[position:]))


def _tables() -> Callable[[Span], styles.Table]:
    known: dict[Span, styles.Table] = {}

    def table(span: Span) -> styles.Table:
        if span not in known:
            known[span] = styles.escapes(span.raw, span.style)
        return known[span]

    return table


def _outwards(span: Span, changes: Sequence[Change], table: Callable[[Span], styles.Table]) -> list[Change]:
    """Return changes of a leaf's text as changes of its document's text."""
    if span.style == "number":
        return [(span.start, span.end, f'"{styles.escaped(_replaced(span.raw, changes), span.raw, "json", True)}"')]
    texts, raws = table(span)
    ascii_only = span.document.text.isascii()

    def outer(position: int) -> int:
        known = bisect_right(texts, position) - 1
        return span.start + raws[known] + position - texts[known]

    return [
        (outer(start), outer(end), styles.escaped(text, span.raw, span.style, ascii_only))
        for start, end, text in changes
    ]


def _replaced(text: str, changes: Sequence[Change]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(changes, key=lambda change: change[:2]):
        if start < position:
            raise ValueError("two edits overlap")
        pieces += (text[position:start], new)
        position = end
    return "".join((*pieces, text[position:]))
