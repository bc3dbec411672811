"""Twenty-odd kinds of broken policy files: each gives its one precise message, with place, caret and help."""

import textwrap
from pathlib import Path

import pytest

from policies.load import from_texts, load
from policies.problem import PolicyError

HEAD = "schema: policy/v1\npolicy: t\n"
RULE = HEAD + "rules:\n  - id: r\n    action: {type: block}\n"

BROKEN = {
    "a key that is misspelt": (
        HEAD + "rules:\n  - id: r\n    acton: {type: block}\n    action: {type: block}\n",
        """
        t.yaml:5:5: unknown key "acton"
          5 |     acton: {type: block}
            |     ^
          help: did you mean "action"?
        """,
    ),
    "a word that is misspelt": (
        RULE + "    mode: enfroce\n",
        """
        t.yaml:6:11: unknown word "enfroce"
          6 |     mode: enfroce
            |           ^
          help: did you mean "enforce"?
        """,
    ),
    "a key that stands twice": (
        RULE + "    id: q\n",
        """
        t.yaml:6:5: duplicate key "id"
          6 |     id: q
            |     ^
          help: it stands first in line 4
        """,
    ),
    "a tab": (
        HEAD + "rules:\n\t- id: r\n",
        """
        t.yaml:4:1: not valid YAML: while scanning for the next token found character that cannot start any token
          4 | \t- id: r
            | ^
          help: indent with spaces; quote text that holds any of {}[]:#,
        """,
    ),
    "an open bracket": (
        HEAD + "rules: [\n",
        """
        t.yaml:4:1: not valid YAML: while parsing a flow node did not find expected node content
          help: indent with spaces; quote text that holds any of {}[]:#,
        """,
    ),
    "an anchor": (
        HEAD + "rules: &all\n  - id: r\n    action: {type: block}\n",
        """
        t.yaml:3:8: an anchor is not allowed here
          3 | rules: &all
            |        ^
          help: name the words under `lists:`
        """,
    ),
    "an alias": (
        RULE + "    tags: [*tag]\n",
        """
        t.yaml:6:12: an alias is not allowed here
          6 |     tags: [*tag]
            |            ^
          help: name the words under `lists:` and write $name
        """,
    ),
    "a tag": (
        RULE + "    description: !!python/name:os.system x\n",
        """
        t.yaml:6:18: the tag "tag:yaml.org,2002:python/name:os.system" is not allowed
          6 |     description: !!python/name:os.system x
            |                  ^
          help: write the value without a tag
        """,
    ),
    "a second document": (
        RULE + "---\n" + HEAD,
        """
        t.yaml:6:1: a second document
          6 | ---
            | ^
          help: write one document a file
        """,
    ),
    "an empty file": ("", "t.yaml: the file is empty\n  help: begin it with `schema: policy/v1`"),
    "a list instead of keys": (
        "- a\n",
        """
        t.yaml:1:1: expected keys, found a list
          1 | - a
            | ^
          help: its keys are schema, policy, owner, description, defaults, classes, lists, inspection, rules, adjust, exceptions, tests
        """,
    ),
    "another version": (
        "schema: policy/v2\npolicy: t\n",
        """
        t.yaml:1:9: unknown word "policy/v2"
          1 | schema: policy/v2
            |         ^
          help: did you mean "policy/v1"?
        """,
    ),
    "a text where a list belongs": (
        RULE + "    match: {activity: chat}\n",
        """
        t.yaml:6:23: expected a list, found text "chat"
          6 |     match: {activity: chat}
            |                       ^
          help: write [chat]
        """,
    ),
    "a number where a text belongs": (
        RULE + "    description: 014\n",
        """
        t.yaml:6:18: expected text, found the number 014
          6 |     description: 014
            |                  ^
          help: write "014" in quotes
        """,
    ),
    "a number out of range": (
        RULE + "    match: {content: {any: [{entities: [US_SSN], min_confidence: 80}]}}\n",
        """
        t.yaml:6:66: 80 is out of range
          6 |     match: {content: {any: [{entities: [US_SSN], min_confidence: 80}]}}
            |                                                                  ^
          help: write a number from 0 to 1
        """,
    ),
    "a yes that is no flag": (
        RULE + "    floor: yes\n",
        """
        t.yaml:6:12: expected true or false, found text "yes"
          6 |     floor: yes
            |            ^
          help: write true or false, without quotes
        """,
    ),
    "an entity that there is not": (
        RULE + "    match: {content: {any: [{entities: [US_SSM]}]}}\n",
        """
        t.yaml:6:41: unknown entity "US_SSM"
          6 |     match: {content: {any: [{entities: [US_SSM]}]}}
            |                                         ^
          help: did you mean "US_SSN"?
        """,
    ),
    "a list that nobody named": (
        RULE + "    match: {who: {users: $staf}}\nlists: {staff: {items: [a]}}\n",
        """
        t.yaml:6:26: unknown list "$staf"
          6 |     match: {who: {users: $staf}}
            |                          ^
          help: did you mean "$staff"?
        """,
    ),
    "a network with host bits": (
        RULE + "    match: {who: {networks: [10.1.2.3/8]}}\n",
        """
        t.yaml:6:30: "10.1.2.3/8" is not a network
          6 |     match: {who: {networks: [10.1.2.3/8]}}
            |                              ^
          help: did you mean 10.0.0.0/8?
        """,
    ),
    "an id that is taken": (
        RULE + "  - id: r\n    action: {type: monitor}\n",
        """
        t.yaml:6:9: the id "r" is taken
          6 |   - id: r
            |         ^
          help: it stands first at t.yaml:4:9
        """,
    ),
    "an exception for a floor": (
        RULE + "    floor: true\nexceptions:\n  - {id: E, rules: [r], reason: a, owner: b, expires: 2030-01-01}\n",
        """
        t.yaml:8:21: the rule "r" is a floor
          8 |   - {id: E, rules: [r], reason: a, owner: b, expires: 2030-01-01}
            |                     ^
          help: no exception may lift it
        """,
    ),
    "a day that there is not": (
        RULE + "exceptions:\n  - {id: E, rules: [r], reason: a, owner: b, expires: 2030-02-30}\n",
        """
        t.yaml:7:55: "2030-02-30" is not a date
          7 |   - {id: E, rules: [r], reason: a, owner: b, expires: 2030-02-30}
            |                                                       ^
          help: write a day that exists, such as 2026-12-31
        """,
    ),
    "a message with a field that there is not": (
        HEAD + "rules:\n  - id: r\n    action: {type: block, message: 'See {user}'}\n",
        """
        t.yaml:5:36: a message cannot hold "{user}"
          5 |     action: {type: block, message: 'See {user}'}
            |                                    ^
          help: use {class}, {app.name}, {kinds}, {ref}, {alternative}
        """,
    ),
    "a redaction of nothing": (
        HEAD + "rules:\n  - id: r\n    action: {type: redact}\n",
        """
        t.yaml:5:20: redact says not what to take out
          5 |     action: {type: redact}
            |                    ^
          help: add `content` with `any` or `all`, or use block
        """,
    ),
    "a list in a file that changed": (
        HEAD + "lists:\n  staff: {file: staff.txt, sha256: " + "ab" * 32 + "}\n",
        """
        t.yaml:4:36: the checksum of the list is another
          4 |   staff: {file: staff.txt, sha256: abababababababababababababababababababababababababababababababab}
            |                                    ^
          help: if its change is right: 2a3bc05d07d63f60e88df1f854af31424894b29301c671b9c57e74bc2b012aa8
        """,
    ),
    "a language by its name": (
        RULE + "    match: {content: {any: [{languages: [German]}]}}\n",
        """
        t.yaml:6:42: "German" is not a language that can be told
          6 |     match: {content: {any: [{languages: [German]}]}}
            |                                          ^
          help: write de
        """,
    ),
    "nested without end": (
        "a: " + "[" * 40 + "]" * 40 + "\n",
        """
        t.yaml:1:36: nested more than 32 levels deep
          1 | a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
            |                                    ^
        """,
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_each_kind_gives_one_precise_message(kind: str) -> None:
    text, message = BROKEN[kind]
    with pytest.raises(PolicyError) as caught:
        from_texts({"t.yaml": text, "staff.txt": "ann\n"})
    assert [str(problem) for problem in caught.value.problems] == [textwrap.dedent(message).strip("\n")]


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = RULE.replace("type: block", "type: blok") + "    mode: enfroce\n    tags: x\n    flor: true\n"
    with pytest.raises(PolicyError) as caught:
        from_texts({"t.yaml": text})
    assert [(p.line, p.message.partition(" ")[0]) for p in caught.value.problems] == [
        (5, "unknown"),
        (6, "unknown"),
        (7, "expected"),
        (8, "unknown"),
    ]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError, match="is not UTF-8 text"):
        load([file])
