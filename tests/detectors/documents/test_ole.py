from detectors.documents import ole
from detectors.documents.harvest import Label
from tests.detectors.documents.gathering import harvest
from tests.papers import GUID


def reading(data: bytes):
    got = harvest()
    ole.read(data, got)
    return got


def test_an_encrypted_office_file_still_says_its_label():
    names = "EncryptedPackage".encode("utf-16-le") + "EncryptionInfo".encode("utf-16-le")
    got = reading(names + f'<clbl:label id="{{{GUID}}}" enabled="1"/>'.encode())
    assert (list(got.unread), list(got.labels), got.text) == (["encrypted"], [Label(GUID)], "")


def test_any_other_is_media_and_its_plain_words_are_read():
    got = reading(b"\x00words that stand here\x00")
    assert (list(got.unread), got.text) == (["media"], "words that stand here")
