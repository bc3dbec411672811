"""A text in, request bodies out that carry it in a file, as the programs of offices, mail and archives write them."""

import base64
import gzip
import io
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from xml.sax.saxutils import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def _zipped(members: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def _pieces(r: random.Random, text: str) -> list[str]:
    pieces, at = [], 0
    while at < len(text):
        size = r.randint(2, 9)
        pieces.append(text[at : at + size])
        at += size
    return pieces


def _docx(r: random.Random, text: str) -> bytes:
    runs = "".join(
        f'<w:r><w:rPr/><w:t xml:space="preserve">{escape(piece)}</w:t></w:r><w:proofErr w:type="x"/>'
        for piece in _pieces(r, text)
    )
    return _zipped(
        {
            "[Content_Types].xml": _TYPES,
            "word/document.xml": f"<w:document {_W}><w:body><w:p>{runs}</w:p></w:body></w:document>",
        }
    )


def _noted(where: str, tag: str) -> Callable[[random.Random, str], bytes]:
    def make(_: random.Random, text: str) -> bytes:
        part = f"<w:{tag}s {_W}><w:{tag} w:id='1'><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:{tag}></w:{tag}s>"
        body = f"<w:document {_W}><w:body><w:p><w:r><w:t>See the note.</w:t></w:r></w:p></w:body></w:document>"
        return _zipped({"[Content_Types].xml": _TYPES, "word/document.xml": body, f"word/{where}.xml": part})

    return make


def _xlsx(r: random.Random, text: str) -> bytes:
    label, _, value = text.partition(" ")
    cells = ["note", "value", label, value]
    if r.random() < 0.5:
        shared = "".join(f"<si><t>{escape(cell)}</t></si>" for cell in cells)
        rows = "".join(
            f"<row>{''.join(f'<c t="s"><v>{2 * row + col}</v></c>' for col in (0, 1))}</row>" for row in (0, 1)
        )
        return _zipped({"[Content_Types].xml": _TYPES, "xl/sharedStrings.xml": f"<sst {_S}>{shared}</sst>", "xl/worksheets/sheet1.xml": f"<worksheet {_S}><sheetData>{rows}</sheetData></worksheet>"})  # fmt: skip
    line = "".join(
        f'<c t="inlineStr"><is><r><t>{escape(value[: len(value) // 2])}</t></r><r><t>{escape(value[len(value) // 2 :])}</t></r></is></c>'
        for _ in (0,)
    )
    return _zipped({"[Content_Types].xml": _TYPES, "xl/worksheets/sheet1.xml": f"<worksheet {_S}><sheetData><row><c t='inlineStr'><is><t>{escape(label)}</t></is></c>{line}</row></sheetData></worksheet>"})  # fmt: skip


def _pptx(r: random.Random, text: str) -> bytes:
    runs = "".join(f"<a:r><a:t>{escape(piece)}</a:t></a:r>" for piece in _pieces(r, text))
    return _zipped(
        {
            "[Content_Types].xml": _TYPES,
            "ppt/slides/slide1.xml": f'<p:sld {_A} xmlns:p="urn:p"><a:p>{runs}</a:p></p:sld>',
        }
    )


def _odt(r: random.Random, text: str) -> bytes:
    spans = "".join(f"<text:span>{escape(piece)}</text:span>" for piece in _pieces(r, text))
    body = f'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:p>{spans}</text:p></office:text></office:body></office:document-content>'
    return _zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": body, "META-INF/manifest.xml": "<m/>"}
    )


def _rtf(_: random.Random, text: str) -> bytes:
    coded = "".join(
        f"\\'{ord(c):02x}" if c.isdigit() else f"\\u{ord(c)}?" if ord(c) > 127 else "\\" + c if c in "{}\\" else c
        for c in text
    ).replace("\n", "\\par ")
    return f"{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Arial;}}}}\\f0 {coded}\\par}}".encode()


def _pdf(_: random.Random, text: str) -> bytes:
    shown = " T* ".join(_kerned(line) for line in text.split("\n"))
    stream = zlib.compress(f"BT /F1 11 Tf 12 TL 72 720 Td {shown} ET".encode("latin-1", "replace"))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]  # fmt: skip
    out, places = b"%PDF-1.5\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(out),
    )


def _kerned(line: str) -> str:
    safe = ["".join("\\" + c if c in "()\\" else c for c in line[at : at + 4]) for at in range(0, len(line), 4)]
    return "[" + " -15 ".join(f"({piece})" for piece in safe) + "] TJ"


def _eml(r: random.Random, text: str) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Notes", "a@example.org", "b@example.org"
    if r.random() < 0.5:
        mail.set_content(text, cte=r.choice(["base64", "quoted-printable"]))
    else:
        mail.set_content("see attachment")
        mail.add_attachment(text.encode(), maintype="application", subtype="octet-stream", filename="notes.txt")
    return mail.as_bytes()


def _tar(_: random.Random, text: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed:
        info = tarfile.TarInfo("notes/a.txt")
        info.size = len(text.encode())
        packed.addfile(info, io.BytesIO(text.encode()))
    return made.getvalue()


def _nested(r: random.Random, text: str) -> bytes:
    return _zipped({"readme.txt": "nothing here", "inner.zip": _zipped({"docs/a.docx": _docx(r, text)})})


_MADE: dict[str, tuple[str, str, Callable[[random.Random, str], bytes]]] = {
    "docx": ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx), "docx comment": ("a.docx", "application/octet-stream", _noted("comments", "comment")),
    "docx footnote": ("a.docx", "application/octet-stream", _noted("footnotes", "footnote")), "docx header": ("a.docx", "application/octet-stream", _noted("header1", "hdr")),
    "xlsx": ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx), "pptx": ("a.pptx", "application/octet-stream", _pptx), "odt": ("a.odt", "application/vnd.oasis.opendocument.text", _odt),
    "rtf": ("a.rtf", "application/rtf", _rtf), "pdf": ("a.pdf", "application/pdf", _pdf), "eml": ("a.eml", "message/rfc822", _eml), "tar": ("a.tgz", "application/gzip", _tar), "nested zip": ("a.zip", "application/zip", _nested),
    "gz": ("a.txt.gz", "application/gzip", lambda _, t: gzip.compress(t.encode(), mtime=0)), "html": ("a.html", "text/html", lambda _, t: f"<html><style>p{{x:y}}</style><p>{escape(t)}</p></html>".encode()),
    "utf-16": ("a.txt", "text/plain", lambda _, t: t.encode("utf-16")), "csv": ("a.csv", "text/csv", lambda _, t: f'id;note\n1;"{t.replace('"', '""')}"\n'.encode()),
    "notebook": ("a.ipynb", "application/json", lambda _, t: b'{"nbformat":4,"cells":[{"cell_type":"raw","source":[' + b",".join(b'"' + "".join(f"\\u{ord(c):04x}" for c in p).encode() + b'"' for p in ["see\n", t]) + b"]}]}"),
}  # fmt: skip


def _held(r: random.Random, name: str, mime: str, data: bytes) -> object:
    run = base64.b64encode(data).decode()
    return r.choice([
        lambda: {"model": "gpt-4o", "messages": [{"role": "user", "content": [{"type": "file", "file": {"filename": name, "file_data": f"data:{mime};base64,{run}"}}]}]},
        lambda: {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "base64", "media_type": mime, "data": run}}]}]},
        lambda: {"contents": [{"parts": [{"inlineData": {"mimeType": mime, "data": run}}, {"text": "summarise"}]}]},
        lambda: {"model": "gpt-5", "input": [{"role": "user", "content": [{"type": "input_file", "filename": name, "file_data": run}]}]},
    ])()  # fmt: skip


def _carrier(
    name: str, mime: str, make: Callable[[random.Random, str], bytes]
) -> Callable[[random.Random, str], object]:
    return lambda r, text: _held(r, name, mime, make(r, text))


FILES: dict[str, Callable[[random.Random, str], object]] = {kind: _carrier(*made) for kind, made in _MADE.items()}
