"""Values that are split over two parts."""

from detectors.finding import Finding
from proxy.exchange import Part
from proxy.seams import REACH, seams, split


def part(text: str, group: int = 1, path: str = "$.a") -> Part:
    return Part(path, "user", "prompt", text, group=group)


def finding(start: int, end: int, category: str = "pii") -> Finding:
    return Finding("US_SSN", category, start, end, 0.9, "t@1")


def test_neighbours_of_one_group_have_a_seam() -> None:
    found = seams([part("my ssn is 123-"), part("45-6789"), part("other", group=2)])
    assert [(seam.left, seam.right, seam.source.text) for seam in found] == [(0, 1, "my ssn is 123-45-6789")]


def test_object_keys_empty_parts_and_parts_without_a_group_have_none() -> None:
    assert seams([part("a"), part("key", path="$.a~"), part(""), part("b", group=0)]) == []


def test_a_finding_across_the_seam_becomes_two_halves() -> None:
    parts = [part("x" * 1000 + "123-"), part("45-6789 and more")]
    seam = seams(parts)[0]
    assert seam.tail == REACH
    halves = split(seam, parts, finding(seam.tail - 4, seam.tail + 7))
    assert halves is not None
    left, right = halves
    assert parts[0].text[left.start : left.end] + parts[1].text[right.start : right.end] == "123-45-6789"
    assert "seam" in left.evidence


def test_what_lies_on_one_side_or_is_a_stretch_is_not_split() -> None:
    parts = [part("abc"), part("def")]
    seam = seams(parts)[0]
    assert split(seam, parts, finding(0, 3)) is None
    assert split(seam, parts, finding(3, 6)) is None
    assert split(seam, parts, finding(1, 5, "code")) is None


def test_a_seam_shows_no_text() -> None:
    assert "secret" not in repr(seams([part("my secret "), part("is this")]))
