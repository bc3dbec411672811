from pathlib import Path

import pytest

from detectors.base import Source
from detectors.finding import keyed_digester, no_digest
from detectors.fingerprint import table
from detectors.fingerprint.detector import build
from detectors.fingerprint.documents import PROSE, Builder
from detectors.fingerprint.store import save
from detectors.load import Settings
from tests.detectors.fingerprint.papers import prose

KEY = b"k" * 32


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    builder = Builder(KEY)
    builder.add("plan.txt", prose(1), PROSE)
    save(tmp_path / "board.hgi", "documents", {"documents": builder.names}, builder.arrays(), KEY)
    arrays, _ = table.arrays([("Ann Bell", "ann@example.com"), ("Bob Cole", "bob@example.com")], KEY)
    save(tmp_path / "crm.hgi", "table", table.described(("name", "mail"), ("mail",), 2), arrays, KEY)
    return Settings(indexes=(tmp_path,), index_key=KEY.hex())


def test_documents_and_records_are_findings_with_their_source_and_place(settings: Settings) -> None:
    (detector,) = build(settings)
    text = "\u00dcber uns: " + " ".join(prose(1).split()[10:60]) + ". Ann Bell, ann@example.com"
    found = list(detector.detect(Source(text), keyed_digester(b"v")))
    document, *cells = found
    assert (document.entity, document.source, document.evidence) == ("DOCUMENT", "board/plan.txt", ("prose",))
    assert text[document.start : document.end] in prose(1)
    assert document.overlap > 0.5
    assert [(f.entity, f.source, text[f.start : f.end]) for f in cells] == [
        ("EXACT_DATA", "crm", "Ann Bell"), ("EXACT_DATA", "crm", "ann@example.com"),
    ]  # fmt: skip
    assert cells[0].digest == cells[1].digest != ""


def test_the_name_changes_with_the_indexes_so_that_nothing_stale_is_remembered(
    settings: Settings, tmp_path: Path
) -> None:
    (before,) = build(settings)
    (same,) = build(settings)
    builder = Builder(KEY)
    builder.add("other.txt", prose(2), PROSE)
    save(tmp_path / "board.hgi", "documents", {"documents": builder.names}, builder.arrays(), KEY)
    (after,) = build(settings)
    assert before.name == same.name != after.name
    assert before.cost == "fingerprint"
    assert before.entities == {"DOCUMENT", "EXACT_DATA"}


def test_without_indexes_there_is_no_detector(tmp_path: Path) -> None:
    assert build(Settings()) == ()
    assert build(Settings(indexes=(tmp_path,))) == ()


def test_any_text_may_come(settings: Settings) -> None:
    (detector,) = build(settings)
    for text in ("", "\ud800", "\x00" * 100, "a@b.c " * 3000, "1" * 100_000):
        assert list(detector.detect(Source(text), no_digest)) == []
