"""Values that are split over several parts."""

from detectors.base import REST
from detectors.finding import Finding
from proxy.exchange import Part
from proxy.seams import REACH, seams, split


def part(text: str, group: int = 1, path: str = "$.a") -> Part:
    return Part(path, "user", "prompt", text, group=group)


def finding(start: int, end: int, category: str = "pii") -> Finding:
    return Finding("US_SSN", category, start, end, 0.9, "t@1")


def test_neighbours_of_one_group_have_a_seam() -> None:
    found = seams([part("my ssn is 123-"), part("45-6789"), part("other", group=2)])
    assert [seam.source.text for seam in found] == ["my ssn is 123-45-6789"]


def test_a_seam_reaches_over_as_many_parts_as_it_takes() -> None:
    parts = [part("12"), part("3-45"), part("-67"), part("89")]
    found = seams(parts)
    assert [seam.source.text for seam in found] == ["123-45-6789"]
    pieces = split(found[0], finding(0, 11))
    assert "".join(parts[at].text[f.start : f.end] for at, f in pieces) == "123-45-6789"
    assert [REST in f.evidence for _, f in pieces] == [False, True, True, True]


def test_object_keys_empty_parts_and_parts_without_a_group_have_none() -> None:
    assert seams([part("a"), part("key", path="$.a~"), part(""), part("b", group=0)]) == []


def test_a_finding_across_the_seam_becomes_its_pieces() -> None:
    parts = [part("x" * 1000 + "123-"), part("45-6789 and more")]
    seam = seams(parts)[0]
    (left, first), (right, second) = split(seam, finding(REACH - 4, REACH + 7))
    assert parts[left].text[first.start : first.end] + parts[right].text[second.start : second.end] == "123-45-6789"
    assert "seam" in first.evidence


def test_what_lies_on_one_side_or_is_a_stretch_is_not_split() -> None:
    seam = seams([part("abc"), part("def")])[0]
    assert split(seam, finding(0, 3)) == ()
    assert split(seam, finding(3, 6)) == ()
    assert split(seam, finding(1, 5, "code")) == ()


def test_a_seam_shows_no_text() -> None:
    assert "secret" not in repr(seams([part("my secret "), part("is this")]))


def test_long_parts_are_taken_in_part_and_short_ones_whole() -> None:
    sizes = [1000, 10, 1000, 600, 3]
    found = seams([part(chr(97 + number) * size) for number, size in enumerate(sizes)])
    assert [[piece.length for piece in seam.pieces] for seam in found] == [[256, 10, 256], [256, 256], [256, 3]]


def test_the_work_is_linear_in_the_text() -> None:
    found = seams([part("x") for _ in range(100_000)])
    assert sum(len(seam.source.text) for seam in found) == 100_000
