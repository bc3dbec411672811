"""JSON texts, plain texts and files in, parts and unread stretches out: what every body format has in common.

Rules
1. Every scalar leaf and every object key is a part. Nothing that could be read is left out, known field or not;
   only `null` says nothing.
2. A string that is itself a JSON array or object is read as such, to a depth; its leaves then stand for it. Where it
   is not, the string is one part.
3. A string that carries a file gives that file's text, or a part with the file for an inspector to read, or both
   where one cannot be sure. Nothing is unpacked here.
4. A label of the outer leaf holds for everything inside it: what a user pastes cannot give itself another kind.
5. Numbers and booleans of the request itself cannot be rewritten, since the server expects their type. A number in a
   JSON text inside a string can: it becomes a string.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from proxy.codecs import media, styles
from proxy.codecs.dialect import Dialect, Label
from proxy.codecs.dialect_table import load
from proxy.codecs.encodings import decode_body
from proxy.codecs.json_spans import Leaf, Tree, read_json
from proxy.codecs.limits import Limits, Unreadable
from proxy.codecs.spans import Document, Span
from proxy.exchange import Blob, Part, Unread

_JSON_TEXT = re.compile(r"\ufeff?[ \t\r\n]*+[\[{]")
_NAMES = 48  # characters: metadata that is longer, and words, is read as what a user says
_SHORT = 128  # base64 so short is also read as what it says
_SHORT_URL = 4096  # so is a data URL where a text is expected
_SPACED = re.compile(r"\S\s+\S")
_NOT_FILES = frozenset({"text", "url", "content", "file"})  # `type` of a source that holds no base64
_TYPE_MARKS = ("media_type", "mime_type", "mimeType", "format")


class Reading:
    """Gathers the parts of one body."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts: list[Part] = []
        self.spans: list[Span | None] = []
        self.unread: list[Unread] = []
        self.model = ""
        self.stream = False
        self.tools = False
        self.prose = 0  # characters of parts that are words, not names and numbers
        self.mapped = 0  # those among them that a dialect's own table knows
        self._groups: dict[tuple[object, ...], int] = {}
        self._left = limits.leaves
        self._trees = 0
        self._packed = limits.body_bytes

    def add(self, part: Part, span: Span | None) -> None:
        """Take in one part and where it stands. Raises Unreadable (too_large) after the last that is allowed."""
        if len(self.parts) >= 2 * self.limits.leaves:
            raise Unreadable("too_large")
        self.parts.append(part)
        self.spans.append(span)

    def unpack(self, data: bytes) -> bytes:
        """Return what gzip packed in a frame; all frames together may hold what one body may. Raises Unreadable."""
        if self._packed <= 0:
            raise Unreadable("too_large")
        plain = decode_body(data, "gzip", replace(self.limits, body_bytes=self._packed))
        self._packed -= len(plain)
        return plain

    def miss(self, path: str, reason: str, size: int) -> None:
        """Take in a stretch that cannot be read; of one path and reason there is one entry."""
        for number, known in enumerate(self.unread[-8:], max(0, len(self.unread) - 8)):
            if known.path == path and known.reason == reason:
                self.unread[number] = Unread(path, reason, known.bytes + size)
                return
        self.unread.append(Unread(path, reason, size))

    def tree(self, text: str, start: int = 0, end: int | None = None) -> Tree:
        """Return the leaves of a JSON text and count them. Raises Unreadable."""
        tree = read_json(text, self.limits, start, end, self._left)
        self._left -= len(tree.leaves)
        return tree

    def json(
        self,
        tree: Tree,
        document: Document,
        dialect: Dialect,
        prefix: str = "",
        kind: str = "",
        writable: bool = True,
        level: int = 0,
    ) -> None:
        """Take in a JSON text that is the body, a line, a field or a file; `kind` is what its prompt parts are then.

        Nothing in a file is decided: what stands there as an assistant's turn, no vendor needs to have written.
        """
        self._trees += 1
        read = dialect.read(tree, document.text)
        self.model = self.model or read.model
        self.stream = self.stream or read.stream
        self.tools = self.tools or read.tools
        for leaf, label in zip(tree.leaves, read.labels, strict=True):
            if kind or not writable:
                told = kind if kind and label.kind == "prompt" else label.kind
                decided = label.decided and kind != "file"
                label = replace(label, kind=told, writable=label.writable and writable, decided=decided)  # noqa: PLW2901
            self._leaf(leaf, tree, document, label, prefix, level)

    def string(self, span: Span, label: Label, path: str, hint: str, file_type: str = "", level: int = 0) -> None:
        """Take in one string: as JSON, as a file, or as it is."""
        text = styles.unescaped(span.raw, span.style)
        if label.decided and label.kind == "metadata" and _SPACED.search(text):
            label = Label(label.role, "prompt", False)  # a signature, an id or sealed state holds no words
        elif label.kind == "metadata" and len(text) > _NAMES and _SPACED.search(text):
            label = replace(label, kind="prompt")  # so do the names of models, events and formats
        file = media.read_data_url(text) if text[:5].lower() == "data:" else None
        if file is None and label.media and file_type not in _NOT_FILES:
            file = media.read_base64(text, file_type)
            if file and len(text) <= _SHORT and not media.is_binary(file.data):
                self._text(text, span, replace(label, writable=False), path, hint, level)
        if file:
            expected = label.media or label.kind == "file"
            if not expected and len(text) <= _SHORT_URL and media.as_text(file.data) is None:
                self._text(text, span, replace(label, writable=False), path, hint, level)
            self.file(file, label, path + "|data:", hint, level)
        else:
            self._text(text, span, label, path, hint, level)

    def file(self, file: media.File, label: Label, path: str, hint: str, level: int = 0) -> None:
        """Take in a file out of a string: its text if it has one, and the file itself unless it surely is text."""
        text = None if media.is_binary(file.data) else media.as_text(file.data)
        if text is not None:
            kind = "file" if label.kind == "prompt" else label.kind
            inside = Label(label.role, kind, False, label.decided, inside=label.inside, mapped=label.mapped)
            self._text(text, Span(Document(text), 0, len(text), "plain"), inside, path, hint, level)
        if text is None or media.is_media_type(file.type):
            self.blob(Blob(file.data, file.type), label, path.removesuffix("|data:"), hint)

    def blob(self, blob: Blob, label: Label, path: str, hint: str = "") -> None:
        """Take in a file that an inspector has to read. Raises Unreadable (too_large) after the last part allowed."""
        kind = "file" if label.kind == "prompt" else label.kind
        self.add(Part(path, label.role, kind, "", False, hint, decided=label.decided, blob=blob), None)

    def _text(self, text: str, span: Span, label: Label, path: str, hint: str, level: int) -> None:
        if level < self.limits.nested and _JSON_TEXT.match(text) and text.rstrip()[-1] in "]}":
            try:
                tree = self.tree(text)
            except Unreadable:
                pass  # not JSON, or more than there is room for: then it is one text
            else:
                inner = Document(text, outer=span)
                if label.inside:
                    self.json(tree, inner, load().get(label.inside), path + "|", "", label.writable, level + 1)
                else:
                    self._nested(tree, inner, label, path, level + 1)
                return
        if label.kind != "credential" and _SPACED.search(text):
            self.prose += len(text)
            self.mapped += len(text) if label.mapped else 0
        part = Part(path, label.role, label.kind, text, label.writable, hint, self._group(label), label.decided)
        self.add(part, span if label.writable else None)

    def _nested(self, tree: Tree, document: Document, label: Label, path: str, level: int) -> None:
        inside = Label(label.role, label.kind, label.writable, label.decided, label.media, mapped=label.mapped)
        for leaf in tree.leaves:
            self._leaf(leaf, tree, document, inside, path + "|", level)

    def _leaf(self, leaf: Leaf, tree: Tree, document: Document, label: Label, prefix: str, level: int = 0) -> None:
        path = prefix + leaf.path
        if leaf.what == "string":
            marks = tree.marks.get(leaf.container, {}) if label.media else {}
            known = marks.get("type", "")
            file_type = known if known in _NOT_FILES else _type_of(marks)
            span = Span(document, leaf.start, leaf.end, "json")
            self.string(span, label, path, leaf.name, file_type, level)
            return
        raw = document.text[leaf.start : leaf.end]
        if leaf.what == "number" and label.tokens:
            self.miss(prefix + tree.containers[leaf.container].path.partition("[")[0], "tokens", len(raw))
        elif raw != "null" or leaf.what == "key":
            style: styles.Style = "json" if leaf.what == "key" else "number"
            writable = label.writable and (leaf.what == "key" or (leaf.what == "number" and level > 0))
            text = styles.unescaped(raw, style)
            hint = "" if leaf.what == "key" else leaf.name
            span = Span(document, leaf.start, leaf.end, style)
            part = Part(path, label.role, label.kind, text, writable, hint, 0, label.decided)
            self.add(part, span if writable else None)

    def _group(self, label: Label) -> int:
        if label.group is None:
            return 0
        return self._groups.setdefault((self._trees, *label.group), len(self._groups) + 1)


def _type_of(marks: Mapping[str, str]) -> str:
    for mark in _TYPE_MARKS:
        if mark in marks:
            return marks[mark]
    return ""
