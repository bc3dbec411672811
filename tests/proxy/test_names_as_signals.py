"""Names reach a policy as numbers: how many there are, and how many different ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from proxy.cli.main import main

POLICY = """
schema: policy/v1
policy: lists-of-people
owner: privacy@acme.example
description: One name is a letter, five different ones are a list.
defaults: {mode: enforce, on_unknown: block}
rules:
  - id: no-lists-of-people
    description: Five different people in one prompt are a list.
    severity: medium
    match: {content: {any: [{entities: [PERSON], in: [prompt], min_distinct: 5}]}}
    action: {type: block, message: "This looks like a list of people ({kinds})."}
    tests:
      - name: five people
        findings: [{entity: PERSON, count: 5, distinct: 5}]
        expect: {action: block}
      - name: one person five times
        findings: [{entity: PERSON, count: 5, distinct: 1}]
        expect: {action: monitor, rules: []}
"""
PEOPLE = ("Anna Berg", "Ravi Patel", "Małgorzata Nowak", "John Miller", "Chloe Dubois")


def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, *more: str) -> Any:
    exchange = {
        "url": "https://api.openai.com/v1/chat/completions",
        "json": {"messages": [{"role": "user", "content": text}]},
    }
    (tmp_path / "e.json").write_text(json.dumps(exchange))
    assert main(["explain", "--json", "--exchange", *more, str(tmp_path / "e.json")]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def policy(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "people.yaml").write_text(POLICY)
    return ("--policies", str(tmp_path / "people.yaml"))


def test_five_people_are_a_list(tmp_path: Path, policy: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(f"- {name} has not answered yet." for name in PEOPLE)
    told = explain(tmp_path, capsys, text, *policy)
    assert [told["verdict"]["action"], told["verdict"]["rules"]] == ["block", ["no-lists-of-people"]]


def test_one_person_named_five_times_is_none(
    tmp_path: Path, policy: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = explain(
        tmp_path, capsys, "\n".join(["- Anna Berg has not answered yet."] * 3 + ["- ANNA BERG called."] * 2), *policy
    )
    assert (told["verdict"]["action"], told["verdict"]["rules"]) == ("monitor", [])
    (prompt,) = [part for part in told["parts"] if part["kind"] == "prompt" and part["findings"]]
    assert len(prompt["findings"]) == 5


def test_the_policys_own_tests_count_alike(policy: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test", policy[1]]) == 0


def test_the_shipped_pack_records_names_and_lets_them_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = explain(tmp_path, capsys, "Make this letter to Anna Berg in Oslo friendlier.")
    assert (told["verdict"]["action"], told["sent"]["changed"]) == ("monitor", False)
    assert "names-are-recorded" in told["verdict"]["rules"]
