"""The manual cannot lag behind: its tables are generated, its examples load and pass."""

import re
from pathlib import Path

import pytest

from policies import testing
from policies.grammar import SECTIONS
from policies.load import from_texts, load, packs
from policies.reference import fill, keys_table, packs_table

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "policies.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)


def test_the_tables_of_the_manual_are_up_to_date() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    assert text == fill(text), "run: python -m policies.reference docs/policies.md"


@pytest.mark.parametrize("name", [*SECTIONS, "packs", "fakes"])
def test_the_manual_has_every_table(name: str) -> None:
    assert f"<!-- begin {name} -->" in MANUAL.read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"example {n}" for n in range(len(EXAMPLES))])
def test_the_examples_load_and_their_tests_pass(example: str) -> None:
    policy = from_texts({"local.yaml": example})
    assert policy.tests
    assert [result.failures for result in testing.run(policy) if not result.passed] == []


def test_the_first_example_stands_beside_the_default_pack() -> None:
    texts = {**load(["pack:default"]).texts, "local.yaml": EXAMPLES[0]}
    assert from_texts(texts).rules


def test_every_key_of_a_section_has_a_row() -> None:
    for name, section in SECTIONS.items():
        table = keys_table(name)
        for key in section.keys:
            assert f"| `{key}` |" in table


def test_every_rule_of_every_pack_has_a_row() -> None:
    table = packs_table()
    for name in packs():
        for rule in load([f"pack:{name}"]).rules:
            assert f"| `{name}` | `{rule.id}` | {rule.severity} |" in table


def test_what_stands_outside_of_the_marks_stays() -> None:
    assert fill("a\n<!-- begin fakes -->\nold\n<!-- end fakes -->\nb\n").startswith("a\n<!-- begin fakes -->\n`{{fake.")
    assert fill("no marks\n") == "no marks\n"
