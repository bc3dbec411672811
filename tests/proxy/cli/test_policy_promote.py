"""`hushgate policy promote`: gates, and the edit."""

from pathlib import Path

import pytest

from proxy.cli.voice import Failure
from tests.proxy.cli.asked import hushgate
from tests.proxy.generated import snapshot, write

RULE = """schema: policy/v1
policy: t
rules:
  # thin
  - id: ssn
    mode: shadow  # for now
    match: {content: {any: [{entities: [US_SSN], min_confidence: 0.5}]}}
    action: {type: redact}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text(RULE)
    return path


def test_a_rule_that_nobody_saw_stays(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "audit").mkdir()
    assert hushgate("promote", "ssn", str(file), "--audit", str(tmp_path / "audit"), "--write") == 1
    assert "shut: 0 matches since 14d, 20 are wanted" in capsys.readouterr().err
    assert file.read_text() == RULE


def test_a_rule_that_was_seen_enough_goes_on(file: Path, tmp_path: Path) -> None:
    write(tmp_path / "audit", 80, snapshot(RULE))
    enough = ("--audit", str(tmp_path / "audit"), "--min-matches", "5", "--write")
    shares = []
    for _ in range(3):
        assert hushgate("promote", "ssn", str(file), *enough) == 0
        shares.append([line.strip() for line in file.read_text().splitlines() if "rollout" in line or "mode" in line])
    assert shares == [
        ["mode: enforce", "rollout: {percent: 5}"],
        ["mode: enforce", "rollout: {percent: 25}"],
        ["mode: enforce"],
    ]
    assert "# thin" in file.read_text()
    with pytest.raises(Failure, match="enforces for everyone already"):
        hushgate("promote", "ssn", str(file), *enough)


def test_a_rule_of_a_pack_is_tuned_in_ones_own_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("schema: policy/v1\npolicy: own\n")
    sides = ("contact-data", "pack:monitor-only", str(own), "--force")
    assert hushgate("promote", *sides) == 0
    assert own.read_text().count("adjust") == 0
    assert "+  - {rule: contact-data, mode: enforce, rollout: {percent: 5}" in capsys.readouterr().out
    assert hushgate("promote", *sides, "--write") == 0
    assert hushgate("promote", *sides, "--write") == 0
    assert own.read_text().count("rule: contact-data") == 1
    assert "percent: 25" in own.read_text()
    with pytest.raises(Failure, match="is a pack's"):
        hushgate("promote", "contact-data", "pack:monitor-only", "--force")


def test_what_cannot_be_promoted(file: Path) -> None:
    with pytest.raises(Failure, match='there is no rule "sn"'):
        hushgate("promote", "sn", str(file), "--force")
    with pytest.raises(Failure, match="nothing to judge the rule by"):
        hushgate("promote", "ssn", str(file))
