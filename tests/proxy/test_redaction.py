"""Findings become edits."""

from detectors.finding import Finding
from proxy.exchange import Edit
from proxy.redaction import edits, label


def finding(entity: str, start: int, end: int, category: str = "pii", score: float = 0.9) -> Finding:
    return Finding(entity, category, start, end, score, "t@1")


def test_each_finding_is_one_edit_named_by_its_entity() -> None:
    found = [(0, finding("EMAIL_ADDRESS", 4, 9)), (2, finding("US_SSN", 0, 3))]
    assert edits(found) == [Edit(0, 4, 9, "[REDACTED_EMAIL_ADDRESS]"), Edit(2, 0, 3, "[REDACTED_US_SSN]")]


def test_overlapping_findings_are_one_edit_and_a_secret_gives_its_name() -> None:
    found = [(0, finding("PHONE_NUMBER", 5, 12, score=1.0)), (0, finding("SECRET_GENERIC", 0, 8, "secret", 0.5))]
    assert edits(found) == [Edit(0, 0, 12, label("SECRET_GENERIC"))]


def test_neighbouring_findings_stay_two() -> None:
    assert len(edits([(0, finding("A", 0, 3)), (0, finding("B", 3, 5))])) == 2


def test_the_second_half_of_a_split_value_goes_without_a_second_label() -> None:
    halves = [(0, Finding("US_SSN", "pii", 7, 11, 0.9, "t@1", evidence=("seam",))),
              (1, Finding("US_SSN", "pii", 0, 7, 0.9, "t@1", evidence=("seam", "seam:rest")))]  # fmt: skip
    assert [edit.text for edit in edits(halves)] == ["[REDACTED_US_SSN]", ""]
