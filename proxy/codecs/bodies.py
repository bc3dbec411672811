"""The plain bytes of a body and their media type in, parts out: which format it is, and how each format is read.

Rules
1. The label is believed where the bytes agree. Clients mislabel (curl calls everything a form), so a body that is a
   JSON array or object is read as one, whatever its label says.
2. A label that the bytes do not bear out is unread: JSON that is none, text that is not UTF-8. What can be seen of
   it is a part all the same, not writable, so that a policy that lets it pass does not do so blindly.
3. Bytes of no known text format are a file, for an inspector to read; so is what its label calls a document or a
   picture, even where it looks like text. Protocol buffers are `protobuf`.
"""

import contextlib
import json
import re
from dataclasses import dataclass, field, replace

from proxy.codecs import media
from proxy.codecs.dialect import Dialect, Label
from proxy.codecs.dialect_table import load
from proxy.codecs.eventstream import read_events
from proxy.codecs.form import read_fields
from proxy.codecs.json_spans import Tree, read_json
from proxy.codecs.limits import Unreadable
from proxy.codecs.multipart import Piece, read_pieces
from proxy.codecs.protobuf import read_message
from proxy.codecs.reading import Reading
from proxy.codecs.spans import Document, Span
from proxy.exchange import Blob, Part

_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^;,\s]*))')
_FRAMED = ("application/connect+", "application/grpc")  # Connect's streams, gRPC, gRPC-Web
_EVENTS = "application/vnd.amazon.eventstream"
_JSON = re.compile(r"(application|text)/(x-)?json|.*\+json")
_LINES = re.compile(r"(application|text)/(x-)?(ndjson|jsonl|json-lines|jsonlines)")
_PROTO = "application/proto"
_FORM = "application/x-www-form-urlencoded"
_UTF8 = frozenset(("", "utf-8", "utf8", "us-ascii", "ascii"))
_LIKE_ASCII = re.compile(r"iso-?8859-\d+|latin-?1|windows-125\d|cp125\d")
_CONTAINER = re.compile(r"\ufeff?[ \t\r\n]*+[\[{]")
_RECORD = "\x1e"  # SignalR and RFC 7464 end or start a message with it
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16's byte order marks


@dataclass(frozen=True, slots=True)
class Content:
    """A stretch of the body that is read as one thing: the whole of it, or a part of a multipart body.

    `prefix` is the path of that part, empty for the whole body; `kind` is what its text is then.
    """

    start: int
    end: int
    type: str
    prefix: str = ""
    kind: str = ""
    writable: bool = True
    upload: bool = False  # bytes of a file, whatever the label says
    length_at: int = -1  # where the body says how long this stretch is, in four bytes
    message: bool = False  # a WebSocket message
    name: str = field(default="", repr=False)  # the file's


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """Return type and parameters of a Content-Type, names in lower case (RFC 9110, 8.3)."""
    parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(header)}
    return header.partition(";")[0].strip().lower(), parameters


def read_content(reading: Reading, body: bytes, content: Content, dialect: Dialect) -> None:
    """Take the parts of a stretch of `body` into `reading`; what is unread is noted there too."""
    path = content.prefix or "body:"
    whole = False
    try:
        _read(reading, body, content, dialect)
        plain = bool(reading.parts) and reading.parts[-1].path == path
        whole = plain and media.is_document(body[content.start : content.start + 16], content.type, content.name)
    except Unreadable as error:
        whole = error.reason == "media"
        if not whole:
            reading.miss(path, error.reason, content.end - content.start)
    if whole:
        blob = Blob(body[content.start : content.end], content.type, content.name)
        reading.blob(blob, Label("", content.kind or "file", False), path, path.partition(":")[2])


def _read(reading: Reading, body: bytes, content: Content, dialect: Dialect) -> None:
    kind, parameters = media_type(content.type)
    data = body[content.start : content.end] if content.end - content.start < len(body) else body
    if content.upload:
        kind = "text/plain" if media.is_text_type(kind) and not media.is_binary(data) else ""
    if media.is_protobuf_type(kind) and _is_json(reading, data):
        kind = "application/json"
    if kind.startswith("multipart/"):
        _read_multipart(reading, body, content, parameters.get("boundary", ""), dialect)
    elif kind.startswith(_FRAMED):
        _read_frames(reading, body, content, dialect, kind)
    elif media.is_protobuf_type(kind):
        read_message(reading, data, content.prefix)
    elif kind == _EVENTS:
        _read_events(reading, body, content, dialect)
    else:
        text = _text(reading, data, kind, parameters.get("charset", "").lower(), content)
        if text is not None:
            document = Document(text, content.start, content.end, length_at=content.length_at)
            _read_document(reading, document, kind, content, dialect)


def _is_json(reading: Reading, data: bytes) -> bool:
    """Tell whether bytes that are labelled as something else are one JSON array or object all the same."""
    try:
        text = data.decode()
        return bool(_CONTAINER.match(text)) and bool(read_json(text, reading.limits).leaves)
    except Unreadable as error:
        return error.reason == "too_large"
    except UnicodeDecodeError:
        return False


def _read_document(reading: Reading, document: Document, kind: str, content: Content, dialect: Dialect) -> None:
    if _RECORD in document.text and (content.message or kind == "application/json-seq"):
        _read_lines(reading, document, content, dialect, _RECORD, "record")
    elif _LINES.fullmatch(kind):
        _read_lines(reading, document, content, dialect, "\n", "line")
    elif _JSON.fullmatch(kind) or _CONTAINER.match(document.text):
        _read_json(reading, document, content, dialect, kind)
    elif kind == _FORM:
        _read_form(reading, document, content, dialect)
    else:
        _read_text(reading, document, content, dialect)


def _text(reading: Reading, data: bytes, kind: str, charset: str, content: Content) -> str | None:
    """Return the text of the bytes; None where it was taken in here, because it cannot be written back."""
    structured = bool(_JSON.fullmatch(kind) or _LINES.fullmatch(kind) or kind == _FORM)
    labelled = structured or media.is_text_type(kind)
    shown = None
    if not structured and json.detect_encoding(data) not in ("utf-8", "utf-8-sig"):
        with contextlib.suppress(UnicodeDecodeError):
            wide = data.decode(json.detect_encoding(data))
            if _CONTAINER.match(wide):  # as Python's json.loads reads it, whatever the label says
                _read_document(
                    reading, Document(wide), "application/json", replace(content, writable=False), load().get("generic")
                )
                return None
    if (charset in _UTF8 or (_LIKE_ASCII.fullmatch(charset) and data.isascii())) and (
        labelled or not media.is_binary(data)
    ):
        try:
            shown = data.decode()
        except UnicodeDecodeError:
            shown = None
        if shown is not None and (labelled or not media.has_controls(shown)):
            return shown
    if shown is None and not media.is_binary(data):
        shown = media.as_text(data) or (data.decode("latin-1") if labelled else None)
    if shown:
        _read_text(reading, Document(shown), content, load().get("generic"), writable=False)
        if not structured and data.startswith(_WIDE) and charset in ("", "utf-16"):
            return None
    raise Unreadable("undecodable" if labelled else "media")


def _read_json(reading: Reading, document: Document, content: Content, dialect: Dialect, kind: str) -> None:
    try:
        tree = reading.tree(document.text)
    except Unreadable as error:
        if _JSON.fullmatch(kind) or error.reason == "too_large":
            _read_text(reading, document, content, dialect, writable=False)
            raise
        trees = _line_trees(reading, document.text, "\n")
        if trees:
            _take_lines(reading, trees, document, content, dialect, "line")
        elif kind == _FORM:
            _read_form(reading, document, content, dialect)
        else:
            _read_text(reading, document, content, dialect)
        return
    prefix = content.prefix + "|" if content.prefix else ""
    lines = content.kind == "file" and dialect.name == "generic"
    dialect = load().of_line(tree) if lines else load().of_request(dialect, tree)
    reading.json(tree, document, dialect, prefix, content.kind, content.writable)


def _read_lines(reading: Reading, document: Document, content: Content, dialect: Dialect, end: str, name: str) -> None:
    trees = _line_trees(reading, document.text, end)
    if trees is None:
        _read_text(reading, document, content, dialect, writable=False)
        raise Unreadable("undecodable")
    _take_lines(reading, trees, document, content, dialect, name)


def _line_trees(reading: Reading, text: str, end: str) -> list[Tree] | None:
    """Return the JSON text of each line that is not blank; None where one is not JSON. Raises too_large."""
    trees: list[Tree] = []
    position = 0
    while position < len(text):
        stop = text.find(end, position)
        stop = len(text) if stop < 0 else stop
        if not text[position:stop].isspace() and stop > position:
            try:
                trees.append(reading.tree(text, position, stop))
            except Unreadable as error:
                if error.reason == "too_large":
                    raise
                return None
        position = stop + 1
    return trees


def _take_lines(
    reading: Reading, trees: list[Tree], document: Document, content: Content, dialect: Dialect, name: str
) -> None:
    prefix = content.prefix + "|" if content.prefix else ""
    for number, tree in enumerate(trees):
        spoken = load().of_line(tree) if dialect.name == "generic" and name == "line" else dialect
        reading.json(tree, document, spoken, f"{prefix}{name}:{number}|", content.kind, content.writable)


def _read_text(reading: Reading, document: Document, content: Content, dialect: Dialect, writable: bool = True) -> None:
    writable = writable and content.writable
    path = content.prefix or "body:"
    mapped = content.kind == "file" or (bool(content.prefix) and dialect.name != "generic")
    label = Label("", content.kind or "prompt", writable, mapped=mapped)
    hint = content.prefix.partition(":")[2]
    reading.string(Span(document, 0, len(document.text), "plain"), label, path, hint, level=reading.limits.nested)


def _read_form(reading: Reading, document: Document, content: Content, dialect: Dialect) -> None:
    label = Label("", content.kind or "prompt", content.writable)
    for pair in read_fields(document.text):
        name = document.text[pair.name[0] : pair.name[1]][:64]
        path = f"form:{name}"
        mapped = name in dialect.fields
        known = replace(label, inside=dialect.name if mapped else "", mapped=mapped)
        for (start, end), where, hint in ((pair.name, path + "~", ""), (pair.value, path, name)):
            try:
                if end > start:
                    reading.string(Span(document, start, end, "form"), known if hint else label, where, hint)
            except Unreadable as error:
                reading.miss(where, error.reason, end - start)


def _read_frames(reading: Reading, body: bytes, content: Content, dialect: Dialect, kind: str) -> None:
    """Read Connect or gRPC envelopes: a flag byte (1 compressed, 2 end of stream), four of length, the message."""
    json_inside = kind.endswith("json")
    position, number = content.start, 0
    while position < content.end:
        flag, start = body[position], position + 5
        stop = start + int.from_bytes(body[position + 1 : start])
        path = f"{content.prefix}frame:{number}"
        if start > content.end or stop > content.end or flag > 3:
            raise Unreadable("undecodable" if json_inside else "protobuf")
        if flag & 1:
            plain = reading.unpack(body[start:stop])
            inner = Content(0, len(plain), "application/json" if json_inside else _PROTO, path, content.kind, False)
            read_content(reading, plain, inner, dialect)
        elif stop > start:
            inner = Content(start, stop, "application/json" if json_inside else _PROTO, path, content.kind)
            inner = replace(inner, writable=json_inside and content.writable, length_at=position + 1)
            read_content(reading, body, inner, dialect)
        position, number = stop, number + 1


def _read_events(reading: Reading, body: bytes, content: Content, dialect: Dialect) -> None:
    """Read the messages of an Amazon event stream; their checksums cover them, so they are never rewritten."""
    for number, event in enumerate(read_events(body[content.start : content.end])):
        path = f"{content.prefix}event:{number}"
        for name, value in event.texts:
            label = Label("", "metadata", writable=False)
            span = Span(Document(value), 0, len(value), "plain")
            reading.string(span, label, f"{path}@{name[:64]}", name[:64])
        payload = body[content.start + event.start : content.start + event.end]
        if payload:
            inner = Content(0, len(payload), "application/json", path, content.kind, writable=False)
            read_content(reading, payload, inner, dialect)


def _read_multipart(reading: Reading, body: bytes, content: Content, boundary: str, dialect: Dialect) -> None:
    if content.prefix:
        raise Unreadable("undecodable")  # multipart inside multipart
    for number, piece in enumerate(list(read_pieces(body, boundary))):
        path = f"multipart:{piece.name[:64] or f'[{number}]'}"
        writable = content.writable and not piece.sized
        named = piece.filename_at is not None or piece.extended_filename
        _read_names(reading, body, piece, path)
        kind = "file" if named or not piece.name else ""
        name = piece.extended_filename.rpartition("'")[2] or _shown(body, piece.filename_at)
        part = Content(piece.start, piece.end, piece.type, path, kind, writable, upload=bool(named), name=name)
        read_content(reading, body, part, dialect if piece.name in dialect.fields else load().get("generic"))


def _read_names(reading: Reading, body: bytes, piece: Piece, path: str) -> None:
    if piece.name:
        reading.add(Part(path + "~", "", "metadata", piece.name, writable=False), None)
    if piece.extended_filename:
        name = piece.extended_filename
        reading.add(Part(path + "@filename*", "", "file", name, writable=False, hint="filename"), None)
    if piece.filename_at:
        start, end = piece.filename_at
        try:
            name = body[start:end].decode()
        except UnicodeDecodeError as error:
            raise Unreadable("undecodable") from error
        if name:
            span = Span(Document(name, start, end), 0, len(name), "filename")
            reading.add(Part(path + "@filename", "", "file", name, hint="filename"), span)


def _shown(body: bytes, at: tuple[int, int] | None) -> str:
    return body[at[0] : at[1]].decode("utf-8", "replace") if at else ""
