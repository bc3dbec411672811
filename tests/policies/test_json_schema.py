"""The schema for editors: always that of the grammar, and true of files that load."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from policies.fakes import FAKES
from policies.json_schema import generate
from policies.load import PACKS, packs

FILE = Path(__file__).resolve().parents[2] / "policies" / "schema.json"
VALIDATOR = Draft202012Validator(json.loads(generate()))


def test_the_shipped_schema_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == generate(), "run: hushgate policy schema > policies/schema.json"


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(json.loads(generate()))


@pytest.mark.parametrize("name", packs())
def test_every_pack_is_valid(name: str) -> None:
    text = (PACKS / f"{name}.yaml").read_text(encoding="utf-8")
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize(
    "rule",
    [
        {"id": "r"},
        {"id": "r", "action": {"type": "tokenize"}},
        {"id": "r", "action": {"type": "block"}, "mach": {}},
        {"id": "R!", "action": {"type": "block"}},
        {"id": "r", "action": {"type": "block"}, "match": {"condition": ["true"]}},
        {"id": "r", "action": {"type": "block"}, "match": {"content": {"any": []}}},
        {"id": "r", "action": {"type": "block"}, "match": {"content": {"any": [{"min_confidence": 2}]}}},
    ],
)
def test_what_does_not_load_is_not_valid(rule: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({"schema": "policy/v1", "policy": "p", "rules": [rule]})


def test_a_list_may_be_named() -> None:
    clause = {"entities": "$keys"}
    rule = {"id": "r", "action": {"type": "block"}, "match": {"content": {"any": [clause]}}}
    assert VALIDATOR.is_valid({"schema": "policy/v1", "policy": "p", "rules": [rule]})


def test_the_values_for_tests_are_listed() -> None:
    for name in FAKES:
        assert name in json.loads(generate())["description"]
