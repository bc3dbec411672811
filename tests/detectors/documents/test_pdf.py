import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

from detectors.documents import pdf, picture
from detectors.documents.harvest import Label, Unreadable
from tests import papers
from tests.detectors.documents.gathering import harvest


def reading(data: bytes):
    seen = []
    got = harvest(dispatch=lambda _, data, kind, suffix: seen.append((data, suffix)))
    pdf.read(data, got)
    return got, seen


def written(change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(papers.pdf("page"))))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pages_and_properties_are_lines_and_the_program_is_not():
    got, _ = reading(papers.pdf("one", "two", info={"Keywords": "CONFIDENTIAL", "Producer": "maker"}))
    assert got.text == "one\ntwo\nKeywords: CONFIDENTIAL"
    assert not got.unread


def test_labels_in_properties():
    got, _ = reading(
        papers.pdf("x", info={f"MSIP_Label_{papers.GUID}_Enabled": "true", f"MSIP_Label_{papers.GUID}_Name": "Secret"})
    )
    assert list(got.labels) == [Label(papers.GUID, "Secret")]
    assert got.text == "x"


def test_notes_and_attachments_are_read():
    note = FreeText(text="a note", rect=(0, 0, 9, 9))
    assert "a note" in reading(written(lambda writer: writer.add_annotation(0, note)))[0].text
    got, seen = reading(written(lambda writer: writer.add_attachment("a.csv", b"in it")))
    assert seen == [(b"in it", "csv")]
    assert "a.csv" in got.text


def test_a_page_without_words_is_a_picture():
    assert list(reading(papers.pdf(""))[0].unread) == ["media"]


def pictured(*contents: bytes, size: int = 300, twice: bool = False) -> bytes:
    def change(writer: PdfWriter) -> None:
        names = DictionaryObject()
        for number, content in enumerate(contents):
            image = StreamObject()
            image.set_data(content)
            said = {"/Subtype": NameObject("/Image"), "/Filter": NameObject("/DCTDecode")}
            image.update({NameObject(key): value for key, value in said.items()})
            for key in ("/Width", "/Height"):
                image[NameObject(key)] = NumberObject(size)
            names[NameObject(f"/I{number}")] = writer._add_object(image)
        writer.pages[0]["/Resources"][NameObject("/XObject")] = names
        if twice:
            writer.add_page(writer.pages[0])

    return written(change)


def test_pictures_on_pages_are_files_inside_where_something_reads_pictures(monkeypatch):
    scanned = pictured(b"\xff\xd8\xffone", b"\xff\xd8\xfftwo", twice=True)
    got, seen = reading(scanned)
    assert (list(got.unread), seen) == (["media"], [])
    monkeypatch.setattr(picture, "installed", lambda: lambda _: "")
    got, seen = reading(scanned)
    assert [data for data, _ in seen] == [b"\xff\xd8\xffone", b"\xff\xd8\xfftwo"]
    assert not got.unread
    assert reading(pictured(b"\xff\xd8\xff", size=20))[1] == []


def test_of_many_pictures_the_first_ones_are_read_and_the_rest_is_said(monkeypatch):
    monkeypatch.setattr(picture, "installed", lambda: lambda _: "")
    got, seen = reading(pictured(*(b"\xff\xd8\xff%d" % n for n in range(20))))
    assert len(seen) == pdf._PICTURES
    assert list(got.unread) == ["media"]


def test_glyphs_that_stand_for_no_letter_are_no_words():
    assert list(reading(papers.pdf("/g12/g13/g14/g15"))[0].unread) == ["media"]


def test_a_password_is_needed():
    with pytest.raises(Unreadable) as caught:
        reading(papers.pdf("x", password="p"))
    assert caught.value.reason == "encrypted"
