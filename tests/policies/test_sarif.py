"""A SARIF log."""

import json
from pathlib import Path

import jsonschema
import pytest

from policies.problem import Problem
from policies.sarif import Result, report


def test_problems_have_a_level_a_check_and_a_place() -> None:
    log = report(
        [
            Result("warning", Problem("p.yaml", 3, 5, "wrong", "mend it"), "no-test"),
            Result("error", Problem("q", 0, 0, "gone")),
        ]
    )
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no-test", "policy"]
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("no-test", 0, "warning")
    assert first["message"]["text"] == "wrong; mend it"
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
    assert "region" not in second["locations"][0]["physicalLocation"]


def test_nothing_is_an_empty_run() -> None:
    assert report([])["runs"][0]["results"] == []


SCHEMA = Path(__file__).resolve().parents[1] / "vectors" / "sarif-2.1.0.required.json"


def valid(log: object) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(log)


@pytest.mark.parametrize(
    "problem",
    [
        Problem("p.yaml", 3, 5, "wrong", "mend it"),
        Problem("packs/a b ü.yaml", 3, 0, "wrong"),
        Problem("C:\\policies\\p.yaml", 0, 0, "gone"),
        Problem("", 0, 0, "there is no policy file", "name a file"),
    ],
    ids=["place", "blank", "backslash", "no-file"],
)
def test_a_log_is_what_the_standard_demands(problem: Problem) -> None:
    log = report([Result("warning", problem, "no-test"), Result("error", problem)])
    valid(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in log["runs"][0]["results"])


def test_a_path_becomes_a_uri() -> None:
    [result] = report([Result("error", Problem("packs/a b ü.yaml", 3, 1, "wrong"))])["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "packs/a%20b%20%C3%BC.yaml"


def test_the_check_can_fail() -> None:
    log = report([Result("error", Problem("q", 3, 1, "gone"))])
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        valid(log)
