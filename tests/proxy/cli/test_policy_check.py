"""`hushgate policy check`: everything that is wrong at once, and advice."""

import json
from pathlib import Path

import pytest

from policies.load import packs
from proxy.cli.voice import Failure
from tests.proxy.cli.asked import GOOD, hushgate


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("local.yaml")
    path.write_text(GOOD)
    return path


def test_check_says_what_it_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("check", "local.yaml") == 0
    assert capsys.readouterr().out.startswith("ok: 1 rule, 0 exceptions, 1 test, 2 warnings; revision sha256:")


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


def test_advice_is_a_warning_unless_strict(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("check", "local.yaml") == 0
    assert "[no-message]" in capsys.readouterr().err
    assert hushgate("check", "--strict", "local.yaml") == 1
    out, err = capsys.readouterr()
    assert out.startswith("failed: 1 rule")
    assert "warning: local.yaml:4:5: " in err
    assert "[no-counter-test]" in err


@pytest.mark.parametrize("name", packs())
def test_the_packs_are_strictly_fine(name: str) -> None:
    assert hushgate("check", "--strict", f"pack:{name}") == 0


def test_sarif_names_the_check_and_the_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("check", "--strict", "-o", "sarif", "local.yaml") == 1
    [run] = json.loads(capsys.readouterr().out)["runs"]
    assert {result["ruleId"] for result in run["results"]} == {"no-message", "no-counter-test"}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "local.yaml"}, "region": {"startLine": 4, "startColumn": 5}}
    file.write_text("schema: policy/v2\n")
    assert hushgate("check", "-o", "sarif", "local.yaml") == 1
    [run] = json.loads(capsys.readouterr().out)["runs"]
    assert {result["level"] for result in run["results"]} == {"error"}


def test_a_redaction_for_a_service_with_signed_bodies(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(
        "schema: policy/v1\npolicy: t\nrules:\n  - id: r\n    match: {app: {ids: [openai-api]}, "
        "content: {any: [{entities: [US_SSN]}]}}\n    action: {type: redact}\n"
    )
    assert hushgate("check", "--json", "local.yaml") == 0
    assert "cannot-redact" not in capsys.readouterr().out


SERVICES = """schema: services/v1
services:
  own-llm: {title: Own, status: sanctioned, trust_zone: on_prem, hosts: [llm.example.internal], like: openai-api}
routes:
  private: {url: "https://llm.example.internal/v1", service: own-llm, model: llama}
"""


def test_check_knows_the_services_of_a_deployment(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("services.yaml").write_text(SERVICES)
    file.write_text(GOOD.replace("match: {", "match: {app: {ids: [own-llm]}, ", 1))
    assert hushgate("check", "local.yaml") == 0
    assert "[unknown-service]" in capsys.readouterr().err
    assert hushgate("check", "--services", "services.yaml", "local.yaml") == 0
    assert "[unknown-service]" not in capsys.readouterr().err
    file.write_text(GOOD.replace("match: {", "match: {app: {trust_zone: [on_perm]}, ", 1))
    assert hushgate("check", "--strict", "--services", "services.yaml", "local.yaml") == 1
    assert 'did you mean "on_prem"? [unknown-zone]' in capsys.readouterr().err


def test_check_takes_policies_and_services_from_a_configuration(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("services.yaml").write_text(SERVICES)
    Path("hushgate.yaml").write_text("services: services.yaml\npolicies: [local.yaml]\n")
    file.write_text(GOOD.replace("match: {", "match: {app: {ids: [own-lm]}, ", 1))
    assert hushgate("check", "--config", "hushgate.yaml") == 0
    assert 'did you mean "own-llm"? [unknown-service]' in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [(), ("--services", "nowhere.yaml", "local.yaml"), ("--config", "nowhere.yaml")], ids=len
)
def test_check_without_anything_to_check_is_wrong_usage(file: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(Failure):
        hushgate("check", *arguments)
