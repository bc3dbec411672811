"""`hushgate policy prove`: proofs, counter-examples and a deployment's services."""

import json
from pathlib import Path

import pytest

from proxy.cli.voice import Failure
from tests.proxy.cli.asked import hushgate


def test_a_proof_and_a_counter_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("prove", "Restricted in prompt -> unsanctioned", "pack:strict") == 0
    assert capsys.readouterr().out.startswith("proven: Restricted in prompt -> unsanctioned: nothing gets there (")
    assert hushgate("prove", "Confidential in prompt -> unsanctioned", "pack:default") == 1
    out = capsys.readouterr().out
    assert out.startswith("counter-example: Confidential in prompt -> unsanctioned\n  service    ")
    assert "found      SOURCE_CODE (0.5, in prompt)" in out
    assert "verdict    monitor by " in out


def test_a_deployments_trust_zones_and_services(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = tmp_path / "services.yaml"
    services.write_text(
        "schema: services/v1\nservices:\n"
        "  azure-openai: {status: sanctioned, trust_zone: contract, attributes: [zero_retention]}\n"
        "  claude: {status: prohibited}\n"
    )
    policy = tmp_path / "p.yaml"
    policy.write_text(
        "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce}\nclasses: [{name: Low}, {name: Restricted, labels: [RED]}]\n"
        "rules: [{id: open, match: {app: {trust_zone: [contract]}}, action: {type: allow}},\n"
        "  {id: shut, match: {app: {status: [tolerated, unsanctioned, prohibited, unknown]},\n"
        "   content: {any: [{class_at_least: Restricted}]}}, action: {type: block}}]\n"
    )
    more = (str(policy), "--services", str(services), "--json")
    assert hushgate("prove", "Restricted -> not zero_retention", *more) == 0
    assert json.loads(capsys.readouterr().out)[0]["proven"] is True
    assert hushgate("prove", "restricted -> zero_retention", *more) == 1
    found = json.loads(capsys.readouterr().out)[0]["counter_example"]
    assert found["service"].startswith("azure-openai, sanctioned")
    leak = tmp_path / "leak.yaml"
    leak.write_text(policy.read_text().replace("[tolerated, unsanctioned", "[unsanctioned"))
    assert hushgate("prove", "Restricted -> not zero_retention", str(leak), "--services", str(services), "--json") == 1
    found = json.loads(capsys.readouterr().out)[0]["counter_example"]
    assert ", tolerated, " in found["service"]


def test_what_is_no_question(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no question"):
        hushgate("prove", "pack:default")
    with pytest.raises(Failure, match="is neither a class nor an entity"):
        hushgate("prove", "Everything -> anywhere")
    with pytest.raises(Failure, match="is not a time"):
        hushgate("prove", "US_SSN -> anywhere", "--at", "noon")
