"""What a reload reads, checks and keeps."""

from pathlib import Path

import pytest

from proxy.config import load
from proxy.evidence.reviewers import Reviewer, panel, write_panel
from proxy.judging.snapshot import DetectorInfo
from proxy.supervisor.files import SnapshotError, first, identity_texts, keep, last_good, prepare, watched

POLICY = """
schema: policy/v1
policy: t
owner: t@example.com
rules:
  - id: cards
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: block, message: no cards please}
    tests:
      - {name: a card, findings: [{entity: CREDIT_CARD}], expect: {action: block}}
"""
DETECTORS = (DetectorInfo("pii.structured@1", "structured"),)


def config(folder: Path, policy: str = POLICY, **more: object):  # type: ignore[no-untyped-def]
    (folder / "p.yaml").write_text(policy)
    return load({"policies": [str(folder / "p.yaml")], "state": str(folder), **more}, None, {})


def test_a_good_policy_is_prepared(tmp_path: Path) -> None:
    prepared = prepare(config(tmp_path), DETECTORS)
    assert prepared.snapshot.detectors == DETECTORS
    assert prepared.snapshot.revision == prepared.texts.revision
    assert [rule.id for rule in prepared.snapshot.policy.rules] == ["cards"]


def test_every_problem_is_named_with_its_place(tmp_path: Path) -> None:
    wrong = (
        POLICY.replace("CREDIT_CARD]}]}}", "CREDIT_CRAD]}]}}")
        .replace("severity", "x")
        .replace("mode: enforce", "mode: enforced")
    )
    with pytest.raises(SnapshotError) as caught:
        prepare(config(tmp_path, wrong), DETECTORS)
    text = "\n".join(caught.value.problems)
    assert "p.yaml:8:" in text
    assert "CREDIT_CARD" in text
    assert len(caught.value.problems) >= 2


def test_a_policy_whose_own_test_fails_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="1 problem") as caught:
        prepare(config(tmp_path, POLICY.replace("expect: {action: block}", "expect: {action: allow}")), DETECTORS)
    assert "a card" in caught.value.problems[0]


def test_a_wrong_services_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("chatgpt: {status: sanctoined}\n")
    with pytest.raises(SnapshotError):
        prepare(config(tmp_path, services=str(tmp_path / "s.yaml")), DETECTORS)


def test_the_last_good_one_survives_on_disk(tmp_path: Path) -> None:
    assert last_good(tmp_path, DETECTORS) is None
    prepared = prepare(config(tmp_path), DETECTORS)
    keep(tmp_path, prepared.texts)
    kept = last_good(tmp_path, DETECTORS)
    assert kept is not None
    assert kept.snapshot.revision == prepared.snapshot.revision
    for torn in ("{", "[]", "{}", '{"policies": {}, "services": {}, "switched_on": [], "detectors": []}'):
        (tmp_path / "policy" / "last-good.json").write_text(torn)
        assert last_good(tmp_path, DETECTORS) is None


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    settings = config(tmp_path)
    before = watched(settings)
    assert list(before) == [str(tmp_path / "p.yaml")]
    import os

    os.utime(tmp_path / "p.yaml", (1, 1))
    assert watched(settings) != before


def test_a_word_list_is_watched_with_the_file_that_names_it(tmp_path: Path) -> None:
    from hashlib import sha256

    (tmp_path / "staff.txt").write_text("ann\n")
    digest = sha256(b"ann\n").hexdigest()
    settings = config(tmp_path, f"{POLICY}\nlists: {{staff: {{file: staff.txt, sha256: {digest}}}}}\n")
    prepared = prepare(settings, DETECTORS)
    names = set(watched(settings, prepared.texts.policies))
    assert names == {str(tmp_path / "p.yaml"), str(tmp_path / "staff.txt")}
    (tmp_path / "staff.txt").write_text("bob\n")
    with pytest.raises(SnapshotError, match="1 problem"):
        prepare(settings, DETECTORS)


def test_reviewers_of_evidence_are_checked_before_they_are_taken(tmp_path: Path) -> None:
    settings = config(tmp_path, state=str(tmp_path))
    assert identity_texts(settings)["reviewers"] == ""
    write_panel(tmp_path, panel([Reviewer("a", bytes(32)), Reviewer("b", bytes([1]) * 32)]))
    assert "hushgate-reviewer a" in identity_texts(settings)["reviewers"]
    assert any(path.endswith("keys/reviewers") for path in watched(settings))
    (tmp_path / "keys" / "reviewers").write_text("hushgate-reviewer a nonsense")
    with pytest.raises(SnapshotError) as caught:
        identity_texts(settings)
    assert "keys/reviewers" in caught.value.problems[0]


def test_a_start_puts_in_force_what_is_on_disk_or_else_what_was_last_good(tmp_path: Path) -> None:
    wrong = POLICY.replace("enforce", "enforced")
    with pytest.raises(SnapshotError):
        first(config(tmp_path, wrong), DETECTORS)
    good, current = first(config(tmp_path), DETECTORS)
    assert current
    kept, current = first(config(tmp_path, wrong), DETECTORS)
    assert not current
    assert kept.snapshot.revision == good.snapshot.revision
