"""A tree against a small grammar: what does not fit is named, what fits keeps its place."""

import pytest

from policies import reader, yaml_source
from policies.abilities import Ability
from policies.reader import Document
from policies.shape import Flag, Key, ListOf, Named, Number, Record, Text, WordOr

SHAPE = Record(
    {
        "name": Key(Text(), "Its name.", required=True),
        "color": Key(Text(choices=("red", "green", "blue"), needs={"blue": "ink"}), "A color."),
        "id": Key(Text(pattern="[a-z]+", wants="an id of small letters"), "An id."),
        "size": Key(Number(1, 10), "A size."),
        "share": Key(Number(0, 1, whole=False), "A share."),
        "hot": Key(Flag(), "Hot or not."),
        "words": Key(ListOf(Text(), lists=True, shortest=1), "Words."),
        "lists": Key(Named("[a-z]+", Number(0, 9)), "Lists."),
        "mode": Key(WordOr(Text(choices=("all",)), Record({"a": Key(Flag(), "A.")})), "Mode."),
        "fly": Key(Flag(), "Fly.", needs="wings"),
    }
)


ABILITIES = {"ink": Ability(False, "use green"), "wings": Ability(False, "walk for now")}


def read(text: str) -> Document:
    return reader.read(yaml_source.read("t.yaml", text), SHAPE, ABILITIES)


def problems(text: str) -> list[str]:
    found = []
    for problem in read(f"name: x\n{text}").problems:
        found.append(f"{problem.line}:{problem.column} {problem.message} | {problem.help}")
    return found


def test_what_fits_becomes_plain_data() -> None:
    document = read(
        "name: x\ncolor: red\nsize: 004\nshare: 1\nhot: false\nwords: [a, $b]\nlists: {a: 1}\nmode: {a: true}\n"
    )
    assert document.problems == []
    assert document.data == {
        "name": "x",
        "color": "red",
        "size": 4,
        "share": 1,
        "hot": False,
        "words": ["a", "$b"],
        "lists": {"a": 1},
        "mode": {"a": True},
    }


def test_every_value_knows_its_place() -> None:
    document = read("name: x\nwords:\n  - a\n  - b\n")
    assert document.where(("words", 1)) == "t.yaml:4:5"
    assert document.where(("words", 1, "deeper")) == "t.yaml:4:5"


def test_a_list_may_be_named() -> None:
    assert read("name: x\nwords: $secrets\n").data["words"] == "$secrets"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("colour: red\n", '2:1 unknown key "colour" | did you mean "color"?'),
        ("zzz: 1\n", '2:1 unknown key "zzz" | its keys are name, color, id, size, share, hot, words, lists, mode, fly'),
        ("fly: true\n", '2:1 "fly" is not carried out by this build | walk for now'),
        ("color: gren\n", '2:8 unknown word "gren" | did you mean "green"?'),
        ("color: blue\n", '2:8 "blue" is not carried out by this build | use green'),
        ("color: true\n", '2:8 expected one of red, green, found true | write "true" in quotes'),
        ("color:\n", '2:7 expected one of red, green, found nothing | write "" in quotes'),
        ("id: A1\n", '2:5 expected an id of small letters, found "A1" | '),
        ("size: 11\n", "2:7 11 is out of range | write a number from 1 to 10"),
        ("size: 1_0\n", '2:7 expected a whole number, found text "1_0" | write a number from 1 to 10'),
        ("size: 1.5\n", "2:7 expected a whole number, found 1.5 | write a number from 1 to 10"),
        ("size: true\n", "2:7 expected a whole number, found true | write a number from 1 to 10"),
        ("share: .nan\n", "2:8 nan is out of range | write a number from 0 to 1"),
        ("hot: yes\n", '2:6 expected true or false, found text "yes" | write true or false, without quotes'),
        ("words: a\n", '2:8 expected a list, found text "a" | write [a]'),
        ("words: []\n", "2:8 an empty list asks nothing | write at least one item, or leave the key out"),
        ("words: {a: b}\n", "2:8 expected a list, found keys | begin each item with a dash"),
        ("words: [[a]]\n", "2:9 expected text, found a list | "),
        ("words: [5]\n", '2:9 expected text, found the number 5 | write "5" in quotes'),
        ("lists: {A1: 1}\n", '2:9 "A1" cannot be a name | use small letters, digits and _'),
        ("mode: some\n", '2:7 unknown word "some" | use one of all'),
        ("mode: {b: true}\n", '2:8 unknown key "b" | its keys are a'),
    ],
)
def test_what_does_not_fit(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_a_missing_key_is_named_with_its_meaning() -> None:
    (problem,) = read("size: 1\n").problems
    assert (problem.message, problem.help) == ('the key "name" is missing', "Its name.")


def test_an_empty_file_and_a_list_at_the_top() -> None:
    assert [p.message for p in read("").problems] == ["the file is empty"]
    assert [p.message for p in read("- a\n").problems] == ["expected keys, found a list"]


def test_a_hole_in_a_list_keeps_its_number() -> None:
    document = read("name: x\nwords: [a, 5, c]\n")
    assert document.data["words"] == ["a", None, "c"]


def test_all_problems_at_once() -> None:
    assert len(problems("size: 0\nhot: 3\ncolr: red\n")) == 3
