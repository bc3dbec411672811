from io import BytesIO

import pytest

from detectors.base import Source
from detectors.documents import ocr
from detectors.documents.harvest import Unreadable
from detectors.finding import no_digest
from detectors.secrets.detector import SecretDetector
from detectors.secrets.rulebook import shipped
from tests.detectors.documents.gathering import harvest

PASSWORD = "Winter" + "4711!"


def picture(text: str, size: tuple[int, int] = (1000, 120)) -> bytes:
    images, draws, fonts = (pytest.importorskip(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    image = images.new("RGB", size, "white")
    draws.Draw(image).text((20, 30), text, fill="black", font=fonts.load_default(40))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_without_the_extra_there_is_no_reader(monkeypatch):
    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    assert ocr.reader() is None


def test_without_language_data_there_is_no_reader(monkeypatch, tmp_path):
    monkeypatch.setattr(ocr, "find_spec", lambda name: object())
    assert ocr.reader((str(tmp_path), "/nowhere")) is None


@pytest.fixture(scope="module")
def read():
    found = ocr.reader()
    if found is None:
        pytest.skip("the extra `ocr` or Debian's tesseract-ocr-eng is not installed")
    return found


@pytest.mark.services
def test_a_password_in_a_picture_is_found(read):
    got = harvest()
    read(picture(f"The password is {PASSWORD}"), got)
    detector = SecretDetector(shipped())
    assert [found.entity for found in detector.detect(Source(got.text), no_digest)] == ["SECRET_PASSWORD"]


@pytest.mark.services
@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(20), b"no picture"])
def test_what_is_no_picture_is_unread(read, data):
    with pytest.raises(Unreadable):
        read(data, harvest())


@pytest.mark.services
def test_more_pixels_than_the_bound_are_unread(read, monkeypatch):
    data = picture("words")
    monkeypatch.setattr(ocr, "_PIXELS", 1000)
    with pytest.raises(Unreadable):
        read(data, harvest())


@pytest.mark.services
def test_a_picture_without_words_stays_unread(read):
    got = harvest()
    read(picture(""), got)
    assert list(got.unread) == ["media"]
