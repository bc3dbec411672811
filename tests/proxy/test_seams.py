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
    parts = [part("x " * 500 + "123-"), part("45-6789 and more")]
    seam = seams(parts)[0]
    (left, first), (right, second) = split(seam, finding(REACH - 4, REACH + 7))
    assert parts[left].text[first.start : first.end] + parts[right].text[second.start : second.end] == "123-45-6789"
    assert "seam" in first.evidence


def test_what_lies_on_one_side_or_is_a_stretch_is_not_split() -> None:
    seam = seams([part("abc"), part("def")])[0]
    assert split(seam, finding(0, 3)) == ()
    assert split(seam, finding(3, 6)) == ()
    assert split(seam, finding(1, 5, "code")) == ()


def test_a_secret_that_the_other_side_tells_is_kept_unless_it_was_cut_off() -> None:
    seam = seams([part("postgresql://svc:"), part("Tr0ub4dor@db.example.org/x " + "y " * 300)])[0]
    [(number, found)] = split(seam, finding(17, 26, "secret"))
    assert (number, found.start, found.end) == (1, 0, 9)
    assert split(seam, finding(200, len(seam.source.text), "secret")) == ()


def test_a_seam_shows_no_text() -> None:
    assert "secret" not in repr(seams([part("my secret "), part("is this")]))


def test_long_parts_are_taken_in_part_and_short_ones_whole() -> None:
    sizes = [1000, 10, 1000, 600, 3]
    found = seams([part(chr(0x3B1 + number) * size) for number, size in enumerate(sizes)])
    assert [[piece.length for piece in seam.pieces] for seam in found] == [[256, 10, 256], [256, 256], [256, 3]]


def test_the_work_is_linear_in_the_text() -> None:
    found = seams([part("x") for _ in range(100_000)])
    assert sum(len(seam.source.text) for seam in found) == 100_000


def turn(text: str, role: str = "user", kind: str = "prompt", group: int = 0) -> Part:
    return Part("$.messages[0].content", role, kind, text, group=group, decided=role == "assistant")


def test_a_value_split_over_two_messages_has_a_seam_whatever_was_answered_between() -> None:
    parts = [turn("my ssn is 123-4"), turn("go on", "assistant"), turn("5-6789, thanks")]
    (seam,) = seams(parts)
    assert seam.source.text == "my ssn is 123-45-6789, thanks"
    pieces = split(seam, finding(10, 21))
    assert [(at, parts[at].text[f.start : f.end]) for at, f in pieces] == [(0, "123-4"), (2, "5-6789")]


def test_a_value_may_run_over_three_messages() -> None:
    (seam,) = seams([turn("ssn 123"), turn("-45-"), turn("6789 ok")])
    assert seam.source.text == "ssn 123-45-6789 ok"


def test_a_role_that_the_dialect_does_not_know_is_looked_up() -> None:
    said = [("user", "ssn 123-4"), ("assistant", "1-1"), ("user", "5-6789 ok")]
    parts = []
    for number, (role, text) in enumerate(said):
        parts.append(Part(f"$.messages[{number}].role", "", "metadata", role))
        parts.append(Part(f"$.messages[{number}].content[0].text", "", "prompt", text))
    assert [seam.source.text for seam in seams(parts)] == ["ssn 123-45-6789 ok"]


def test_a_conversation_is_no_text() -> None:
    talk = ["What is version 2?", "3 items please.", "Thanks.", "5", "7", "And in 2024?", "2025 then"]
    assert seams([turn(text) for text in talk]) == []
    assert seams([turn("id 123-4", kind="tool_result"), turn("5-6789", kind="tool_result")]) == []


def test_parts_of_one_message_are_read_as_one_once() -> None:
    assert len(seams([turn("ssn 123-4", group=1), turn("5-6789", group=1)])) == 1


def test_an_encoded_run_is_taken_whole() -> None:
    run = "QUJD" * 1000
    (seam,) = seams([part(f"see {run[:2001]}"), part(f"{run[2001:]} end")])
    assert run in seam.source.text
