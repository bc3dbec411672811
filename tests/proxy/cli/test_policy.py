"""`hushgate policy` as a person uses it."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from detectors.finding import Finding
from policies.load import packs
from proxy.cli import policy

ROOT = Path(__file__).resolve().parents[3]
GOOD = """schema: policy/v1
policy: local
rules:
  - id: no-uploads
    mode: enforce
    match: {activity: [upload]}
    action: {type: block}
    tests:
      - {name: an upload is stopped, given: {activity: upload}, expect: {action: block}}
"""


def hushgate(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="hushgate")
    policy.register(parser.add_subparsers(required=True))
    args = parser.parse_args(["policy", *arguments])
    code = args.func(args)
    assert isinstance(code, int)
    return code


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("local.yaml")
    path.write_text(GOOD)
    return path


def test_check_says_what_it_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("check", "local.yaml") == 0
    assert capsys.readouterr().out.startswith("ok: 1 rule, 0 exceptions, 1 test; revision sha256:")


def test_check_shows_every_problem_at_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        GOOD.replace("activity: [upload]", "activity: [uplaod]").replace("type: block}", "type: tokenize}", 1)
    )
    assert hushgate("check", "local.yaml") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        'local.yaml:6:24: unknown word "uplaod"\n'
        "  6 |     match: {activity: [uplaod]}\n"
        "    |                        ^\n"
        '  help: did you mean "upload"?\n'
        'local.yaml:7:20: unknown word "tokenize"\n'
        "  7 |     action: {type: tokenize}\n"
        "    |                    ^\n"
        '  help: did you mean "tokenise"?\n'
        "hushgate: error: 2 problems in the policy\n"
        "hushgate: hint: mend what stands above; nothing was loaded\n"
    )


def test_check_for_a_machine(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("check", "--json", "local.yaml") == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    file.write_text("schema: policy/v2\n")
    assert hushgate("check", "--json", "local.yaml") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert [(p["file"], p["line"], p["column"]) for p in answer["problems"]] == [
        ("local.yaml", 1, 1),
        ("local.yaml", 1, 9),
    ]


@pytest.mark.parametrize("path", ["nowhere.yaml", "pack:nothing"])
def test_what_cannot_be_read_is_wrong_usage(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("check", path) == 2
    assert "hushgate: hint: name a file, a folder or pack:NAME" in capsys.readouterr().err


def test_no_path_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        hushgate("check")
    assert stopped.value.code == 2


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

    monkeypatch.setattr(policy, "_scan", lambda: scan)
    file.write_text(GOOD + "tests: [{name: n, prompt: hello, expect: {action: monitor}}]\n")
    assert hushgate("test", "local.yaml") == 0
    assert capsys.readouterr().out == "2 passed, 0 failed, 0 todo\n"


def test_schema_is_the_shipped_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("schema") == 0
    assert capsys.readouterr().out == (ROOT / "policies" / "schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", ["check", "test", "schema"])
def test_help_shows_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        hushgate(verb, "--help")
    assert stopped.value.code == 0
    assert f"example:\n  hushgate policy {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("name", packs())
def test_the_shipped_packs_pass_with_the_real_detectors(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = hushgate("test", f"pack:{name}")
    assert capsys.readouterr().out.splitlines()[-1].endswith("passed, 0 failed, 0 todo")
    assert code == 0


def test_check_starts_without_the_engines() -> None:
    code = (
        "import argparse, sys; from proxy.cli import policy; p = argparse.ArgumentParser(); "
        "policy.register(p.add_subparsers()); a = p.parse_args(['policy', 'check', 'pack:default']); a.func(a); "
        "print([m for m in ('presidio_analyzer', 'spacy', 'numpy', 'mitmproxy', 'phonenumbers', 'hyperscan') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"
