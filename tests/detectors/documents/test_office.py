from detectors.documents import office
from detectors.documents.compressed import open_zip
from detectors.documents.harvest import Label
from tests import papers
from tests.detectors.documents.gathering import harvest


def reading(data: bytes):
    seen = []
    got = harvest(dispatch=lambda _, data, kind, suffix: seen.append(suffix))
    office.read(open_zip(data), got)
    return got, seen


def test_runs_are_joined_and_paragraphs_are_lines():
    assert reading(papers.docx("one| two", "three"))[0].text == "one two\nthree"


def test_headers_comments_deleted_text_and_links_are_read():
    got, _ = reading(
        papers.docx(
            "body",
            **{
                "word/header1.xml": f"<w:hdr {papers.W}><w:p><w:r><w:t>HEAD</w:t></w:r></w:p></w:hdr>",
                "word/comments.xml": f"<w:c {papers.W}><w:p><w:r><w:delText>gone</w:delText></w:r></w:p></w:c>",
                "word/_rels/document.xml.rels": '<R><r Target="mailto:a@b.c" TargetMode="External"/><r Target="x"/></R>',
                "customXml/item1.xml": "<a><b>data</b></a>",
            },
        )
    )
    assert set(got.text.split("\n")) == {"body", "HEAD", "gone", "mailto:a@b.c", "data"}


def test_a_table_is_a_line_a_row():
    row = (
        "<w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr>"
    )
    document = f"<w:document {papers.W}><w:tbl>{row.format('name', 'ssn')}{row.format('Ann', '1')}</w:tbl></w:document>"
    assert reading(papers.docx("x", **{"word/document.xml": document}))[0].text == "name\tssn\nAnn\t1"


def test_labels_in_properties_and_in_label_info():
    named = papers.custom(**{f"MSIP_Label_{papers.GUID}_Enabled": "true", f"MSIP_Label_{papers.GUID}_Name": "Secret"})
    assert list(reading(papers.docx("x", **{"docProps/custom.xml": named}))[0].labels) == [Label(papers.GUID, "Secret")]
    info = f'<l><label id="{{{papers.GUID}}}" enabled="1" removed="0"/></l>'
    assert list(reading(papers.docx("x", **{"docMetadata/LabelInfo.xml": info}))[0].labels) == [Label(papers.GUID)]


def test_properties_are_one_line_so_that_they_are_no_program_text():
    core = "<p:core xmlns:p='p'><p:title>Plan</p:title><p:keywords>CONFIDENTIAL</p:keywords><p:by>Ann</p:by></p:core>"
    text = reading(papers.docx("x", **{"docProps/core.xml": core}))[0].text
    assert text == "x\ntitle: Plan | keywords: CONFIDENTIAL | by: Ann"


def test_properties_of_other_makers_are_lines_and_counts_are_not():
    got, _ = reading(
        papers.docx("x", **{"docProps/custom.xml": papers.custom(Classification="Acme Secret", Pages="12")})
    )
    assert got.text == "x\nClassification: Acme Secret"


def test_embedded_files_are_read_and_logos_are_not():
    data = papers.docx(
        "x", **{"word/embeddings/a.xlsx": b"PK", "word/media/logo.png": b"x", "word/media/scan.png": bytes(9999)}
    )
    assert reading(data)[1] == ["png", "xlsx"]


def test_open_document_text_keeps_tabs_and_blanks():
    assert reading(papers.odt("one"))[0].text == "one\tafter   blanks"


def test_what_is_office():
    assert office.is_office(open_zip(papers.docx("x")))
    assert office.is_office(open_zip(papers.odt("x")))
    assert not office.is_office(open_zip(papers.zipped({"content.xml": "<a/>"})))
