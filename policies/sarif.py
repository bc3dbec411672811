"""Problems in, a SARIF log out: what code hosts show beside the line (OASIS SARIF 2.1.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from policies.problem import Problem

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Result:
    """A problem and how grave it is: `error`, `warning` or `note`. `code` names the check."""

    level: str
    problem: Problem
    code: str = "policy"


def report(results: Sequence[Result]) -> dict[str, Any]:
    """Return the log as JSON values."""
    codes = sorted({result.code for result in results})
    driver = {
        "name": "hushgate",
        "rules": [{"id": code} for code in codes],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, codes) for result in results],
            }
        ],
    }


def _result(result: Result, codes: Sequence[str]) -> dict[str, Any]:
    problem = result.problem
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(problem.file, safe="/")}}
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": max(1, problem.column)}
    text = f"{problem.message}; {problem.help}" if problem.help else problem.message
    return {
        "ruleId": result.code,
        "ruleIndex": codes.index(result.code),
        "level": result.level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}] if problem.file else [],
    }
