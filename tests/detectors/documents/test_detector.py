import time
from pathlib import Path

import pytest

from detectors.base import File, Reader, Source
from detectors.documents.detector import NAME, build
from detectors.labels.detector import build as build_labels
from detectors.load import Settings
from detectors.scan import Scanner, Task, why_unread
from tests import papers


def labelled(name: str, guid: str = papers.GUID) -> File:
    said = papers.custom(**{f"MSIP_Label_{guid}_Enabled": "true", f"MSIP_Label_{guid}_Name": name})
    return File(papers.docx("x", **{"docProps/custom.xml": said}))


def entities(file: File, rules: tuple[Path, ...] = ()) -> list[str]:
    (reader,) = build(Settings(rules=rules))
    assert isinstance(reader, Reader)
    return sorted(f.entity for f in reader.open(file, float("inf"), time.monotonic).findings)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Confidential", ["LABEL_CONFIDENTIAL"]),
        ("Highly Confidential", ["LABEL_RESTRICTED"]),
        ("Confidential\\Board", ["LABEL_CONFIDENTIAL"]),
        ("Falcon crew", ["LABEL_FALCON_CREW"]),
        ("", ["LABEL_MIP_2096F6A2"]),
        ("\u2022", []),
    ],
    ids=["confidential", "highly", "sub-label", "own name", "no name", "no letters"],
)
def test_a_label_in_metadata_is_what_its_words_mean(name: str, found: list[str]) -> None:
    assert entities(labelled(name)) == found


def test_a_deployment_says_what_an_id_means(tmp_path: Path) -> None:
    rules = tmp_path / "own.yaml"
    rules.write_text(
        "labels:\n  - id: falcon\n    entity: LABEL_RESTRICTED\n    title: Falcon\n    words: [falcon only]\n"
        f"    ids: ['{{{papers.GUID.upper()}}}']\n    match: ['FALCON ONLY']\n"
    )
    assert entities(labelled("anything"), (rules,)) == ["LABEL_RESTRICTED"]


def test_a_file_is_read_and_its_markings_are_found_in_the_text() -> None:
    detectors = (*build(Settings()), *build_labels(Settings()))
    task = Task(Source("", "file", File(papers.pdf("CONFIDENTIAL"))), tuple(d.name for d in detectors))
    (report,) = Scanner(detectors).run([task])
    assert [f.entity for found in report.findings.values() for f in found] == ["LABEL_CONFIDENTIAL"]


def test_a_picture_is_unread() -> None:
    (reader,) = build(Settings())
    task = Task(Source("", "file", File(b"\x89PNG\r\n")), (reader.name,))
    (report,) = Scanner([reader]).run([task])
    assert [why_unread(f) for f in report.findings[NAME]] == ["media"]


def test_reading_gets_a_share_of_the_time_that_is_left() -> None:
    (reader,) = build(Settings())
    assert isinstance(reader, Reader)
    ticks = iter(range(10_000))
    opened = reader.open(File(papers.zipped({str(n): b"x" for n in range(500)})), 1000.0, lambda: float(next(ticks)))
    assert opened.late
    assert 550 < next(ticks) < 650


def test_a_text_is_no_file() -> None:
    (reader,) = build(Settings())
    assert reader.cost == "file"
    assert tuple(reader.detect(Source("CONFIDENTIAL"), lambda *_: "")) == ()
