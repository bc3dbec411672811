"""YAML 1.2 core schema, with everything that makes a file mean something else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.yaml_source import DEPTH, Items, Scalar, Source, Table, read


def root(text: str) -> Table:
    source = read("t.yaml", text)
    assert source.problems == ()
    assert isinstance(source.root, Table)
    return source.root


def value(text: str) -> object:
    (_, node), *_ = root(f"key: {text}").entries
    assert isinstance(node, Scalar)
    return node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-12-31", "2026-12-31"),
        ("014", 14),
        ("0o14", 12),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e2", 100.0),
        (".inf", float("inf")),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("'no'", "no"),
        ('"14"', "14"),
        ("'true'", "true"),
        ("$secrets", "$secrets"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, expected: object) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


def test_every_node_knows_its_place() -> None:
    (key, node), *_ = root("a:\n  - x\n  -  {b: y}\n").entries
    assert isinstance(node, Items)
    assert (key.line, key.column) == (1, 1)
    assert [(item.line, item.column) for item in node.items] == [(2, 5), (3, 6)]


def messages(source: Source) -> list[str]:
    return [f"{p.line}:{p.column} {p.message}" for p in source.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", ['2:1 duplicate key "a"']),
        ("a: &x 1\n", ["1:4 an anchor is not allowed here"]),
        ("a: *x\n", ["1:4 an alias is not allowed here"]),
        (
            "a: !!python/object:os.system [x]\n",
            ['1:4 the tag "tag:yaml.org,2002:python/object:os.system" is not allowed'],
        ),
        ("a: !!str 1\n", ['1:4 the tag "tag:yaml.org,2002:str" is not allowed']),
        ("a: 1\n---\nb: 2\n", ["2:1 a second document"]),
        ("? [a]\n: b\n", ["1:3 a key must be plain text"]),
        ("a: b: c\n", ["1:5 not valid YAML: mapping values are not allowed in this context"]),
        ("a: \x01\n", ["1:4 a character that YAML does not allow"]),
        ("[" * 60, [f"1:{DEPTH + 2} nested more than {DEPTH} levels deep"]),
    ],
)
def test_what_is_refused(text: str, expected: list[str]) -> None:
    assert messages(read("t.yaml", text)) == expected


def test_problems_are_collected() -> None:
    assert len(read("t.yaml", "a: &x 1\nb: *x\na: !!int 3\n").problems) == 4


def test_an_empty_file_has_no_tree_and_no_problem() -> None:
    assert read("t.yaml", "# nothing\n").root is None


@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    source = read("t.yaml", text)
    assert source.name == "t.yaml"
    for problem in source.problems:
        assert str(problem).startswith("t.yaml")
