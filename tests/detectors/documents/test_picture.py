import pytest

from detectors.documents import picture
from detectors.documents.harvest import Unreadable
from tests.detectors.documents.gathering import harvest


def test_without_anything_that_reads_pictures_they_are_media(monkeypatch):
    monkeypatch.setattr(picture, "installed", lambda: None)
    monkeypatch.setattr(picture, "_tesseract", lambda: None)
    with pytest.raises(Unreadable) as caught:
        picture.read(b"", harvest())
    assert caught.value.reason == "media"


def test_what_is_installed_reads_them(monkeypatch):
    monkeypatch.setattr(picture, "installed", lambda: lambda data: data.decode().upper())
    got = harvest()
    picture.read(b"words", got)
    assert got.text == "WORDS"


def test_an_entry_point_is_taken(monkeypatch):
    class Entry:
        def load(self):
            return str

    monkeypatch.setattr(picture, "entry_points", lambda group: [Entry()] if group == picture.GROUP else [])
    picture.installed.cache_clear()
    assert picture.installed() is str
    picture.installed.cache_clear()


def test_else_tesseract_reads_them(monkeypatch):
    monkeypatch.setattr(picture, "installed", lambda: None)
    monkeypatch.setattr(picture, "_tesseract", lambda: lambda data, harvest: harvest.add(data.decode()))
    got = harvest()
    picture.read(b"words", got)
    assert got.text == "words"
