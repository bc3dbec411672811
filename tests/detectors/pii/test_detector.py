import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from detectors.base import Detector, Source
from detectors.finding import Finding, keyed_digester, no_digest
from detectors.load import Settings
from detectors.pii.detector import build
from detectors.resolve import resolve

DIGEST = keyed_digester(b"key")
ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared/data"


@pytest.fixture(scope="module")
def structured() -> Detector:
    (detector,) = build(Settings())
    return detector


def test_it_says_what_it_is(structured: Detector) -> None:
    assert (structured.name, structured.cost) == ("pii.structured@1", "structured")
    assert len(structured.entities) == 40


def test_a_finding_holds_place_certainty_reason_and_digest_but_no_value(structured: Detector) -> None:
    (finding,) = structured.detect(Source("my SSN is 563-10-8343"), DIGEST)
    expected = Finding(
        "US_SSN", "pii", 10, 21, 0.95, "pii.structured@1", DIGEST("US_SSN", "563108343"), ("checksum", "cue:ssn")
    )
    assert finding == expected
    assert "8343" not in repr(finding)


def test_two_spellings_have_one_digest(structured: Detector) -> None:
    found = structured.detect(Source("cards 4539 0689 0030 8692 and 4539068900308692"), DIGEST)
    assert len({finding.digest for finding in found}) == 1


def test_the_hint_is_a_cue(structured: Detector) -> None:
    assert list(structured.detect(Source("563108343"), DIGEST)) == []
    assert [f.entity for f in structured.detect(Source("563108343", "ssn prompt"), DIGEST)] == ["US_SSN"]


def test_a_number_with_a_check_digit_beats_the_phone_number_in_it(structured: Detector) -> None:
    found = resolve(structured.detect(Source("phone or NHS number: 947 942 0546"), DIGEST))
    assert [finding.entity for finding in found] == ["UK_NHS"]


def test_a_deployments_own_recognisers_are_a_second_detector(tmp_path: Path) -> None:
    rule = (
        "recognizers: [{supported_entity: STAFF_NUMBER, patterns: [{regex: 'E\\d{6}', score: 0.3}], context: [staff]}]"
    )
    (tmp_path / "own.yaml").write_text(rule)
    _, custom = build(Settings(rules=(tmp_path,)))
    assert (custom.name, custom.cost, custom.entities) == ("pii.custom@1", "structured", {"STAFF_NUMBER"})
    (finding,) = custom.detect(Source("\ud83d E123456", "staff prompt"), DIGEST)
    assert (finding.entity, finding.category, finding.start, finding.end) == ("STAFF_NUMBER", "pii", 2, 9)
    assert finding.score == pytest.approx(0.65)
    assert finding.digest == DIGEST("STAFF_NUMBER", "e123456")


def test_a_bad_rule_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("recognizers: 5")
    with pytest.raises(ValueError, match=r"own\.yaml:1:14"):
        build(Settings(rules=(tmp_path,)))


def test_it_runs_with_sockets_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a detector asked for a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    (detector,) = build(Settings())
    assert [f.entity for f in detector.detect(Source("jo@example.com"), no_digest)] == ["EMAIL_ADDRESS"]


def test_importing_it_loads_neither_spacy_nor_presidio() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import detectors.pii.detector; "
        "print([m for m in ('spacy', 'presidio_analyzer') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "unit",
    [
        "a.", "a-", "a@", "a.a@", "1", "1 ", "1-", "1.", "1:", "a:", "+1 ", "(1) ", "4111111111111111 ", "GB82", "GB82 ",
        "\n", "1\n", "1;\n", "ssn;", "ssn ", "ssn:", "'", "(ssn) values (", "(ssn) values (1,", "\\'", "0x", "é1", "身",
        "000000000000", "A1", "<a>", "_1", "ssnSsn", "\t1", "1,",
    ],
)  # fmt: skip
def test_hostile_repetition_is_read_to_its_end(structured: Detector, unit: str) -> None:
    """A quadratic pass over 200 kB would take minutes and run into the time limit of the test."""
    text = (unit * 200_000)[:200_000]
    list(structured.detect(Source(text + "@"), no_digest))
    list(structured.detect(Source("ssn;ssn\n" + text), no_digest))


def test_a_megabyte_is_read_to_its_end(structured: Detector) -> None:
    text = ("lorem ipsum dolor sit amet 12 " * 40_000)[:1_000_000]
    (finding,) = structured.detect(Source(text + " SSN 563-10-8343"), no_digest)
    assert finding.entity == "US_SSN"


@pytest.mark.skipif(not DATA.is_dir(), reason="the development sets are not here")
def test_the_floors_hold_on_the_development_sets(structured: Detector) -> None:
    hit = missed = wrong = looks = touched = 0
    rows = [json.loads(line) for line in (DATA / "pii-dev.jsonl").open(encoding="utf-8")]
    for row in [row for row in rows if row["kind"] == "structured"][::4]:
        found = resolve(structured.detect(Source(row["text"]), no_digest))
        mine = {(finding.start, finding.end, finding.entity) for finding in found}
        gold = {(span["start"], span["end"], span["label"]) for span in row["spans"]}
        hit, missed, wrong = hit + len(mine & gold), missed + len(gold - mine), wrong + len(mine - gold)
        looks += len(row["negatives"])
        touched += sum(any(s < n["end"] and n["start"] < e for s, e, _ in mine) for n in row["negatives"])
    benign = [json.loads(line)["text"] for line in (DATA / "benign-dev.jsonl").open(encoding="utf-8")]
    flagged = sum(bool(list(structured.detect(Source(text), no_digest))) for text in benign)
    assert 2 * hit / (2 * hit + missed + wrong) >= 0.95
    assert touched <= looks / 100
    assert flagged <= len(benign) * 0.003
