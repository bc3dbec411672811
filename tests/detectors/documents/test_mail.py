from detectors.documents import mail
from detectors.documents.harvest import Label
from tests import papers
from tests.detectors.documents.gathering import harvest


def reading(data: bytes):
    seen = []
    got = harvest(dispatch=lambda _, data, kind, suffix: seen.append((data, suffix)))
    mail.read(data, got)
    return got, seen


def test_headers_text_and_attachments():
    got, seen = reading(papers.mail("Gr\u00fc\u00dfe", "the text", {"a.bin": b"\x00\x01"}))
    assert got.text.split("\n") == [
        "From: ann@example.com",
        "To: bob@example.com",
        "Subject: Gr\u00fc\u00dfe",
        "the text",
        "a.bin",
    ]
    assert seen == [(b"\x00\x01", "bin")]


def test_labels_in_the_header_and_sensitivity_as_a_line():
    header = f"MSIP_Label_{papers.GUID}_Enabled=True;MSIP_Label_{papers.GUID}_Name=Secret;"
    got, _ = reading(papers.mail("x", "y", msip_labels=header, Sensitivity="Company-Confidential"))
    assert list(got.labels) == [Label(papers.GUID, "Secret")]
    assert "Sensitivity: Company-Confidential" in got.text


def test_a_page_in_a_mail_is_words():
    data = b"From: a\nContent-Type: text/html; charset=nonsense\n\n<p>caf\xe9 <b>x</b>y"
    assert "caf\u00e9 xy" in reading(data)[0].text


def test_a_sealed_mail_is_encrypted():
    got, _ = reading(b"From: a\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA")
    assert list(got.unread) == ["encrypted"]
    signed, _ = reading(b"From: a\nContent-Type: application/pkcs7-mime; smime-type=signed-data\n\nAAAA")
    assert not signed.unread
