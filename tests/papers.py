"""Small files of every kind that readers read, made from pieces."""

import io
import zipfile
from email.message import EmailMessage

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
GUID = "2096f6a2-d2f7-48be-b329-b73aaa526e5d"


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str, **more: str | bytes) -> bytes:
    """Each word of a paragraph is a run of its own, as Word likes to have it. `more`: further members."""
    runs = ["".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in p.split("|")) for p in paragraphs]
    body = "".join(f"<w:p>{run}</w:p>" for run in runs)
    document = f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>'
    members = {"[Content_Types].xml": TYPES, "word/document.xml": document}
    return zipped({**members, **more})


def xlsx(*rows: tuple[str, ...]) -> bytes:
    """Texts are shared strings, digits are numbers."""
    strings = list(dict.fromkeys(cell for row in rows for cell in row if not cell.isdigit()))
    shared = "".join(f"<si><t>{string}</t></si>" for string in strings)
    cells = [
        "".join(
            f"<c><v>{cell}</v></c>" if cell.isdigit() else f'<c t="s"><v>{strings.index(cell)}</v></c>' for cell in row
        )
        for row in rows
    ]
    sheet = "".join(f"<row>{row}</row>" for row in cells)
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{sheet}</sheetData>"
            "<headerFooter><oddHeader>&amp;CINTERNAL ONLY</oddHeader></headerFooter></worksheet>",
        }
    )


def pptx(text: str, notes: str) -> bytes:
    slide = '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>'
    members = {"ppt/slides/slide1.xml": text, "ppt/notesSlides/notesSlide1.xml": notes}
    return zipped({"[Content_Types].xml": TYPES, **{name: slide.format(said) for name, said in members.items()}})


def odt(text: str, manifest: str = "<manifest/>") -> bytes:
    content = f'<o:c xmlns:o="o" xmlns:t="t"><t:p>{text}<t:tab/>after<t:s t:c="3"/>blanks</t:p></o:c>'
    mime = "application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest})


def pdf(*pages: str, info: dict[str, str] | None = None, password: str = "", drawing: str = "") -> bytes:
    """One line of text a page; `drawing` are further operators of each page."""
    from pypdf import PdfReader, PdfWriter

    objects = ["<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>")
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number, text in enumerate(pages):
        resources = "/Resources<</Font<</F1 3 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R/Contents {5 + 2 * number} 0 R{resources}>>")
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        stream = f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj {drawing} ET"
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    plain = (out + end + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF").encode()
    if not info and not password:
        return plain
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain)))
    writer.add_metadata({f"/{key}": value for key, value in (info or {}).items()})
    if password:
        writer.encrypt(password, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def mail(subject: str, text: str, attachments: dict[str, bytes] | None = None, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.com", "bob@example.com", subject
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    for name, data in (attachments or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def custom(**properties: str) -> str:
    rows = "".join(
        f'<property name="{name}"><vt:lpwstr>{said}</vt:lpwstr></property>' for name, said in properties.items()
    )
    return f'<Properties xmlns:vt="v">{rows}</Properties>'
