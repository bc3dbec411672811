"""`hushgate policy simulate` and `explain` on a trail that a run wrote."""

import json
from pathlib import Path

import pytest

from proxy.audit.search import Query, search
from proxy.cli.voice import Failure
from tests.proxy.cli.asked import hushgate
from tests.proxy.generated import DETECTORS, snapshot, write

BEFORE = """schema: policy/v1
policy: t
defaults: {mode: enforce}
rules:
  - {id: ssn, match: {content: {any: [{entities: [US_SSN], min_confidence: 0.5}]}}, action: {type: redact}}
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    write(folder / "audit", 60, snapshot(BEFORE))
    (folder / "policy").mkdir()
    kept = {"detectors": [[d.name, d.cost] for d in DETECTORS]}
    (folder / "policy" / "last-good.json").write_text(json.dumps(kept))
    (folder / "same.yaml").write_text(BEFORE)
    (folder / "stricter.yaml").write_text(BEFORE.replace("redact", "block"))
    return folder


def test_the_same_policy_changes_nothing(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hushgate("simulate", "--audit", str(state / "audit"), str(state / "same.yaml")) == 0
    assert capsys.readouterr().out.startswith("60 decisions over 1 days, 0 would change\n")


def test_a_stricter_one_says_whom_it_hits(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = str(state / "audit")
    assert hushgate("simulate", "--audit", audit, "--json", str(state / "stricter.yaml")) == 0
    report = json.loads(capsys.readouterr().out)
    changed = [row for row in report["matrix"] if row["before"] != row["after"]]
    assert [(row["before"], row["after"]) for row in changed] == [("redact", "block")]
    assert report["rules"] == {"ssn": changed[0]["count"]}
    assert {each["event"] for each in report["changed"]} == {
        r["id"] for r in search(state / "audit", Query(action="redact"))
    }
    assert hushgate("simulate", "--audit", audit, str(state / "stricter.yaml")) == 0
    out = capsys.readouterr().out
    assert "redact -> block" in out
    assert "by rule\n  ssn" in out


def test_since_looks_back_so_far(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    since = ("--since", "2999-01-01T00:00:00+00:00")
    assert hushgate("simulate", "--audit", str(state / "audit"), *since, str(state / "same.yaml")) == 0
    assert capsys.readouterr().out.startswith("0 decisions")


def test_explain_says_for_each_rule_what_it_needed(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {r["decision"]["action"]: r["id"] for r in search(state / "audit", Query(type="decision"))}
    assert (
        hushgate("explain", found["redact"], str(state / "same.yaml"), "--json", "--audit", str(state / "audit")) == 0
    )
    report = json.loads(capsys.readouterr().out)
    assert report["recorded"] == {"action": "redact", "rules": ["ssn"]}
    assert report["verdict"]["action"] == "redact"
    assert report["rules"][0]["matched"] is True
    assert report["rules"][0]["where"].endswith("same.yaml:5:5")
    assert hushgate("explain", found["allow"], str(state / "same.yaml"), "--audit", str(state / "audit")) == 0
    out = capsys.readouterr().out
    assert "no  ssn  looks for US_SSN confidence >= 0.5; there is nothing of that" in out


def test_a_reference_that_is_not_there(state: Path) -> None:
    with pytest.raises(Failure, match="there is no decision 01NOTHING"):
        hushgate("explain", "01NOTHING", "--audit", str(state / "audit"))


def test_diff_with_a_trail(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = (str(state / "same.yaml"), str(state / "stricter.yaml"))
    assert hushgate("diff", *sides, "--audit", str(state / "audit")) == 0
    out = capsys.readouterr().out
    assert out.startswith("tightened rule ssn: action redact -> block\n1 changes, minor version\n60 decisions, ")
