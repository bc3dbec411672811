from pathlib import Path

import pytest

from detectors.pii.custom import LinearRecognizer, installed_recognizers, read_recognizers

STAFF = """\
recognizers:
  - name: staff numbers
    supported_entity: STAFF_NUMBER
    patterns: [{name: staff, regex: '\\bE\\d{6}\\b', score: 0.6}]
    context: [staff]
  - supported_entity: PROJECT
    deny_list: [Blue Heron, C++ Core]
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_recognisers_are_read_from_a_file_or_its_folder(tmp_path: Path) -> None:
    file = write(tmp_path, STAFF)
    (tmp_path / "notes.txt").write_text("recognizers: nonsense")
    for path in (file, tmp_path):
        staff, project = read_recognizers([path])
        assert (staff.name, staff.supported_entities, staff.context) == ("staff numbers", ["STAFF_NUMBER"], ["staff"])
        assert project.supported_entities == ["PROJECT"]


def test_patterns_and_listed_words_match_whole_words_in_any_case(tmp_path: Path) -> None:
    staff, project = read_recognizers([write(tmp_path, STAFF)])
    (result,) = staff.analyze("é e123456 xE1234567", ["STAFF_NUMBER"], None)
    assert (result.entity_type, result.start, result.end, result.score) == ("STAFF_NUMBER", 2, 9, 0.6)
    text = "blue heron, Blue Herons, c++ core"
    assert [text[r.start : r.end] for r in project.analyze(text, ["PROJECT"], None)] == ["blue heron", "c++ core"]


def test_files_of_other_detectors_are_passed_over(tmp_path: Path) -> None:
    assert read_recognizers([write(tmp_path, "rules: [{id: x}]")]) == []
    assert read_recognizers([write(tmp_path, "")]) == []
    assert read_recognizers([write(tmp_path, "[1, 2]")]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("recognizers: [", r"own\.yaml:\d:\d+: did not find"),
        ("recognizers: 5", r"own\.yaml:1:14: recognizers must be a list"),
        ("recognizers:\n  - 5", r"own\.yaml:2:5: a recogniser is a mapping"),
        ("recognizers:\n  - {supported_entity: staff}", r"own\.yaml:2:5: supported_entity must be a word like"),
        ("recognizers:\n  - {supported_entity: A, regex: x}", r"own\.yaml:2:5: a recogniser has no key regex"),
        ("recognizers:\n  - {supported_entity: A}", r"own\.yaml:2:5: a recogniser needs patterns or a deny_list"),
        ("recognizers:\n  - {supported_entity: A, patterns: [{regex: x}]}", r"own\.yaml:2:5: a pattern needs regex"),
        (
            "recognizers:\n  - {supported_entity: A, patterns: [{regex: '(?<=x)y', score: 1}]}",
            r"own\.yaml:2:5: re2 cannot take the pattern: .*; write it without look-around",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_recognizers([write(tmp_path, text)])


def test_entry_points_give_one_recogniser_or_several(monkeypatch: pytest.MonkeyPatch) -> None:
    one = LinearRecognizer("A", "a", [("a", 0.5)], [], [])

    class Entry:
        def __init__(self, made: object) -> None:
            self.made = made

        def load(self) -> object:
            return lambda: self.made

    monkeypatch.setattr("detectors.pii.custom.entry_points", lambda group: [Entry(one), Entry([one, one])])
    assert installed_recognizers() == [one, one, one]
