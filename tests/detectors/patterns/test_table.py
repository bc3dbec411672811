from pathlib import Path

import pytest

from detectors.patterns.table import Record, expand, parse, read, refuse_near_misses, suggest


def record(text: str) -> Record:
    return parse(text.encode(), "rules.yaml")


def test_scalars_are_text() -> None:
    made = record("a: no\nb: 1e3\nc: [x, [y, z]]")
    assert made.text("a") == "no"
    assert made.text("b") == "1e3"
    assert made.texts("c") == ("x", "yz")
    assert made.text("d", "default") == "default"
    assert made.number("b", 0, 0, 2000) == 1000
    assert made.names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", r"rules\.yaml:2:1: not valid yaml: did not find"),
        ("- a", r"rules\.yaml:1:1: must be a mapping"),
        ("a: 1\na: 2", r"rules\.yaml:2:1: 'a' is given twice"),
        ("? [a]\n: 1", r"rules\.yaml:1:3: a key must be a text"),
    ],
)
def test_a_bad_file_says_where(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        record(text)


def test_a_bad_field_says_where() -> None:
    made = record("name: x\nscore: 7\nlist: y\nwords: [{a: b}]\nmap: 3")
    with pytest.raises(ValueError, match=r"rules\.yaml:2:8: 'score' must be from 0 to 1"):
        made.number("score", 0, 0, 1)
    with pytest.raises(ValueError, match=r"rules\.yaml:1:7: 'name' must be a number"):
        made.number("name", 0, 0, 1)
    with pytest.raises(ValueError, match=r"rules\.yaml:3:7: 'list' must be a list"):
        made.texts("list")
    with pytest.raises(ValueError, match=r"rules\.yaml:4:9: must be a text or a list of texts"):
        made.texts("words")
    with pytest.raises(ValueError, match=r"rules\.yaml:5:6: must be a mapping"):
        made.mapping("map")
    with pytest.raises(ValueError, match=r"rules\.yaml:4:8: 'words' must be a text"):
        made.text("words")
    with pytest.raises(ValueError, match=r"rules\.yaml:1:1: 'missing' is missing"):
        made.text("missing")


def test_an_unknown_key_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"rules\.yaml:2:1: unknown key 'titel', did you mean 'title'\?"):
        record("id: x\ntitel: y").only(("id", "title"))


def test_keys_of_other_readers_pass_but_misspelt_ones_do_not() -> None:
    refuse_near_misses(record("secrets: []\nrecognisers: []"), ("secrets",))
    with pytest.raises(ValueError, match=r"1:9: unknown key 'secret', did you mean 'secrets'\?"):
        refuse_near_misses(record("secret: []"), ("secrets",))


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    assert read(tmp_path / "a.yaml").names == ()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.yaml:1:1: cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_folders_are_read_in_order(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "c.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in expand([tmp_path, Path("own.yaml")])] == ["a.yaml", "b.yml", "own.yaml"]


def test_nothing_near_gives_no_suggestion() -> None:
    assert suggest("zebra", ("id", "title")) == ""


def test_maps_and_lists_of_maps() -> None:
    made = record("m: {a: b}\nl: [{x: y}, {x: z}]")
    assert made.mapping("m") == {"a": "b"}
    assert [entry.text("x") for entry in made.records("l")] == ["y", "z"]
