"""`hushgate policy test`: what passed, what came instead, and reports for machines."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from detectors.finding import Finding
from policies.load import packs
from proxy.cli import policy_test
from tests.proxy.cli.asked import GOOD, hushgate


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("local.yaml")
    path.write_text(GOOD)
    return path


def test_test_counts_what_passed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("test", "local.yaml") == 0
    assert capsys.readouterr().out == "1 passed, 0 failed, 0 todo\n"


def test_test_says_what_came_instead(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(GOOD.replace("expect: {action: block}", "expect: {action: allow}"))
    assert hushgate("test", "local.yaml") == 1
    assert capsys.readouterr().out == (
        "failed: local.yaml:9:9: no-uploads: an upload is stopped\n"
        "  action: expected allow, got block by no-uploads (block, matched)\n"
        "0 passed, 1 failed, 0 todo\n"
    )


def test_a_known_gap_does_not_fail_the_run(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(GOOD.replace("expect: {action: block}", "todo: true, expect: {action: allow}"))
    assert hushgate("test", "local.yaml") == 0
    assert capsys.readouterr().out.endswith("0 passed, 0 failed, 1 todo\n")


def test_test_for_a_machine(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("test", "--json", "local.yaml") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["tests"] == [
        {
            "name": "an upload is stopped",
            "rule": "no-uploads",
            "where": "local.yaml:9:9",
            "passed": True,
            "todo": False,
            "failures": [],
        }
    ]


def test_a_prompt_reaches_the_detectors(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(text: str) -> Sequence[Finding]:
        return [Finding("US_SSN", "pii", 0, len(text), 0.9, "test@1")]

    monkeypatch.setattr(policy_test, "scan", lambda: scan)
    file.write_text(GOOD + "tests: [{name: n, prompt: hello, expect: {action: monitor}}]\n")
    assert hushgate("test", "local.yaml") == 0
    assert capsys.readouterr().out == "2 passed, 0 failed, 0 todo\n"


@pytest.mark.parametrize("name", packs())
def test_the_shipped_packs_pass_with_the_real_detectors(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = hushgate("test", f"pack:{name}")
    assert capsys.readouterr().out.splitlines()[-1].endswith("passed, 0 failed, 0 todo")
    assert code == 0


def test_junit_says_what_failed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(GOOD.replace("expect: {action: block}", "expect: {action: allow}"))
    assert hushgate("test", "--junit", "report.xml", "local.yaml") == 1
    suite = ET.parse("report.xml").getroot()[0]
    assert suite.attrib == {"name": "local.yaml", "tests": "1", "failures": "1", "skipped": "0", "errors": "0"}
    assert suite[0].attrib == {
        "classname": "no-uploads", "name": "an upload is stopped", "file": "local.yaml", "line": "9"}  # fmt: skip
    assert suite[0][0].attrib == {"message": "action: expected allow, got block by no-uploads (block, matched)"}
    assert hushgate("test", "--junit", "-", "local.yaml") == 1
    assert "<testsuites" in capsys.readouterr().out


def test_coverage_names_rules_that_are_shown_one_way_only(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("test", "--coverage", "local.yaml") == 0
    out = capsys.readouterr().out
    assert "no test lets be: no-uploads" in out
    assert "0 of 1 rules have a test that they catch and one that they let be" in out
