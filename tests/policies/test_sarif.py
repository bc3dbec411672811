"""A SARIF log."""

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
