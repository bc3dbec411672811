"""A record's rows become facts again: exactly where the log can tell, as bounds where it cannot."""

from typing import Any

import pytest

from policies.content import distinct
from policies.facts import FindingFact
from proxy.rehearsal.replay import replay


def record(*rows: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "id": "01E",
        "who": {"user": "ann", "groups": ["hr"], "ip": "10.0.0.1", "device": ""},
        "app": {"id": "claude", "host": "claude.ai", "category": "genai.chat", "status": "tolerated",
                "trust_zone": "", "account": "", "tenant": ""},
        "req": {"model": facts.pop("model", "m"), "activity": "chat", "bytes": 7, "tools": False, "rewritable": True},
        "facts": {"findings": list(rows), "omitted": 0, "unknown": [], "ran": ["a@1"], **facts},
        "decision": {"action": "monitor", "at": "2026-03-10T12:00:00.000001Z"},
    }  # fmt: skip


def row(by: list[list[float]], digests: str = "", **more: Any) -> dict[str, Any]:
    count, different = (int(sum(level[n] for level in by)) for n in (1, 2))
    return {"entity": "EMAIL_ADDRESS", "category": "pii", "in": "prompt", "writable": True, "decided": False,
            "count": count, "distinct": different, "by": by, "digests": list(digests), "rounded": False, **more}  # fmt: skip


def findings(*rows: dict[str, Any], most: bool = False) -> tuple[FindingFact, ...]:
    found = replay(record(*rows))
    assert found
    return (found.most if most else found.least).findings


def test_the_circumstances_come_back() -> None:
    found = replay(record())
    assert found
    assert (found.least.user, found.least.app, found.least.bytes, found.least.ran) == ("ann", "claude", 7, {"a@1"})
    assert found.at.isoformat() == "2026-03-10T12:00:00.000001+00:00"
    assert found.exact


def test_values_are_told_apart_by_digest_across_rows() -> None:
    both = findings(row([[0.9, 3, 2]], "ab"), row([[0.9, 1, 1]], "a", **{"in": "file"}))
    assert distinct(both) == 2
    assert sum(fact.count for fact in both) == 4
    assert [fact.ref for fact in both] == [0, 1, 2]


def test_digests_belong_to_the_levels_from_the_top() -> None:
    found = findings(row([[0.9, 2, 1], [0.5, 1, 1]], "ab"))
    assert [(f.score, f.digest, f.count) for f in found] == [(0.9, "a", 2), (0.5, "b", 1)]


def test_a_value_that_was_seen_surer_elsewhere_still_counts_as_a_finding() -> None:
    low = [f for f in findings(row([[0.9, 1, 1], [0.5, 2, 0]], "a")) if f.score == 0.5]
    assert [(f.count, f.distinct) for f in low] == [(2, 0)]


def test_without_digests_every_finding_is_a_value_of_its_own() -> None:
    assert distinct(findings(row([[0.9, 2, 2]]), row([[0.9, 3, 3]]))) == 5


def test_too_many_values_for_their_digests_are_bounds() -> None:
    many = row([[0.9, 40, 30]], "abcdefghijklmnop")
    other = row([[0.9, 20, 20]], "abcdefghijklmnop", **{"in": "file"})
    assert distinct(findings(many, other)) == 30
    assert distinct(findings(many, other, most=True)) == 50
    assert sum(f.count for f in findings(many, other)) == 60


def test_scores_that_were_rounded_are_bounds() -> None:
    tenths = row([[0.8, 1, 1]], "a", rounded=True)
    assert [f.score for f in findings(tenths)] == [0.8]
    assert [f.score for f in findings(tenths, most=True)] == [pytest.approx(0.8999)]


def test_what_the_log_does_not_hold_is_said() -> None:
    found = replay(record(omitted=3, model="*"))
    assert found
    assert found.gaps == ("3 findings have no row", "the model is masked")
    assert not found.exact


def test_a_failed_inspection_was_decided_by_no_policy() -> None:
    failed = record()
    failed["decision"]["at"] = None
    assert replay(failed) is None
