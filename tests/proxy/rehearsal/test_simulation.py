"""A rehearsal on an audit log: exactly the verdicts of the run, the right difference, and undecidable where it is so."""

import functools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from policies.abilities import EVERYTHING
from policies.load import from_texts
from policies.model import Policy
from proxy.audit.search import Query, search
from proxy.rehearsal.simulation import UNDECIDABLE, rehearse, simulate
from tests.proxy.generated import DETECTORS, POLICY, Marks, snapshot, write

COUNT = 1200
INSTALLED = {detector.name: detector.cost for detector in DETECTORS}


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    assert write(folder, COUNT, snapshot()) == COUNT
    return folder


@pytest.fixture(scope="module")
def records(trail: Path) -> list[dict[str, Any]]:
    return list(search(trail, Query(type="decision")))


@functools.cache
def policy(old: str = "", new: str = "") -> Policy:
    assert old in POLICY
    return from_texts({"p.yaml": POLICY.replace(old, new) if old else POLICY}, abilities=EVERYTHING)


def test_the_run_shows_everything_that_a_policy_can_do(records: list[dict[str, Any]]) -> None:
    decided = [record["decision"] for record in records]
    hits = [hit for d in decided for hit in (*d["rules"], *(d["would"] or {"rules": ()})["rules"])]
    assert {d["action"] for d in decided} == {"allow", "monitor", "tokenise", "redact", "coach", "block"}
    assert "route" in {hit["action"] for hit in hits}
    assert {hit["because"] for hit in hits} >= {"matched", "unknown", "error", "answered"}
    assert {hit["exception"] for hit in hits} == {"", "E1", "E2"}
    assert {reason for d in decided for reason in d["unknown"]} >= {"undecodable", "media", "language"}
    assert {answer["answer"] for record in records for answer in record["facts"]["answers"]} == {"justify", "redact"}
    assert {d["would"]["action"] for d in decided if d["would"]} >= {"redact"}
    rolled_out = {d["action"] == "redact" for d in decided if "names" in str(d["rules"])}
    assert rolled_out
    assert any("names" in str((d["would"] or {}).get("rules", "")) for d in decided)
    assert len(hits) > COUNT


def test_the_same_policy_comes_to_exactly_the_same_verdicts(records: list[dict[str, Any]]) -> None:
    rehearsed = [rehearse(record, policy(), INSTALLED) for record in records]
    assert len(rehearsed) == COUNT
    wrong = [(record["id"], r) for record, r in zip(records, rehearsed, strict=True) if r is None or not r.same]
    assert wrong == []


def test_no_text_is_on_disk(trail: Path) -> None:
    written = b"".join(path.read_bytes() for path in trail.iterdir())
    for text in (b"hello", b"hallo", b" and <", b"<US_SSN", b"iVBORw"):
        assert text not in written


def test_a_changed_rule_shows_whom_it_hits_and_nobody_else(records: list[dict[str, Any]]) -> None:
    laxer = policy("min_confidence: 0.6, min_distinct: 4", "min_confidence: 0.6, min_distinct: 6")
    report = simulate(records, laxer, INSTALLED)
    hit = {record["id"] for record in records if "bulk" in {hit["id"] for hit in record["decision"]["rules"]}}
    changed = {r.event for r in report.changed}
    assert changed
    assert changed <= hit
    assert not any(r.stricter for r in report.changed)
    assert {r.before for r in report.changed} == {"block", "monitor"}  # monitor: where an exception lifted it
    assert sum(report.matrix.values()) == report.decisions == COUNT
    assert report.undecidable == {}
    assert sum(report.users.values()) == len(changed)


def test_a_stricter_rule_shows_too(records: list[dict[str, Any]]) -> None:
    report = simulate(records, policy("mode: shadow\n    match", "mode: enforce\n    match"), INSTALLED)
    assert report.changed
    assert all(r.stricter for r in report.changed)
    assert set(report.rules) == {"rehearsed"}
    wanted = Counter(
        record["id"]
        for record in records
        if "rehearsed" in str(record["decision"]["would"])
        and record["decision"]["action"] in {"allow", "monitor", "tokenise"}
    )
    assert {r.event for r in report.changed} <= set(wanted)


def test_after_a_change_of_the_detector_set_what_depends_on_it_is_undecidable(records: list[dict[str, Any]]) -> None:
    newer = {**INSTALLED, Marks(version=2).name: "structured"}
    del newer[Marks().name]
    report = simulate(records, policy(), newer)
    assert set(report.undecidable) == {"test.structured@2 did not run"}
    assert report.changed == ()
    for record in records:
        done = rehearse(record, policy(), newer)
        assert done
        blocked = record["decision"]["action"] == "block"
        assert done.after == ("block" if blocked else UNDECIDABLE)


def test_names_that_were_not_looked_for_leave_rules_about_names_undecidable(records: list[dict[str, Any]]) -> None:
    wider = policy(
        "who: {groups: [hr]}, content: {any: [{groups: [PII.NAME]",
        "who: {groups: [it]}, content: {any: [{groups: [PII.NAME]",
    )
    report = simulate(records, wider, INSTALLED)
    assert set(report.undecidable) == {"test.names@1 did not run"}
    for record in records:
        done = rehearse(record, wider, INSTALLED)
        assert done
        if done.after == UNDECIDABLE:
            assert "it" in record["who"]["groups"]
            assert "hr" not in record["who"]["groups"]


def test_a_decision_without_a_policy_is_counted_apart(records: list[dict[str, Any]]) -> None:
    failed = {**records[0], "decision": {**records[0]["decision"], "at": None}}
    report = simulate([failed, {"type": "start"}], policy(), INSTALLED)
    assert (report.decisions, report.failed, report.matrix) == (0, 1, {})


def test_a_language_that_was_not_asked_for_then_is_undecidable(records: list[dict[str, Any]]) -> None:
    wider = policy("who: {groups: [it]}, content: {any: [{languages", "who: {groups: [hr]}, content: {any: [{languages")
    report = simulate(records, wider, INSTALLED)
    assert "test.tongue@1 did not run" in report.undecidable
    for record in records:
        done = rehearse(record, wider, INSTALLED)
        assert done
        if "test.tongue@1 did not run" in done.why:
            assert "hr" in record["who"]["groups"]
            assert "it" not in record["who"]["groups"]
