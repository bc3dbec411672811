"""Snippets of what rules matched, with a little around, and no more."""

from dataclasses import replace

from detectors.scan import Scanner
from policies.model import Verdict
from proxy.evidence.snippets import LONGEST, MOST, snippets
from proxy.judging.drive import drive
from tests.inside import CLIENT, exchange, scanner, snapshot


def judged(text: str):
    runner, words = scanner()
    assert isinstance(runner, Scanner)
    return drive(exchange(text), CLIENT, snapshot([words]), runner).judged


def test_a_finding_comes_with_the_words_around_it():
    [row] = snippets(judged("before " * 20 + "CARD" + " after" * 20))
    assert (row["value"], len(row["before"]), len(row["after"]), row["cut"]) == ("CARD", 60, 60, False)
    assert row["entity"] == "CREDIT_CARD"
    assert row["where"] == "$.messages[0].content"


def test_where_no_rule_matched_there_is_none():
    found = judged("CARD")
    assert snippets(found)
    assert snippets(replace(found, verdict=replace(found.verdict, rules=(), would=None))) == []


def test_long_findings_are_cut_and_many_are_not_all_taken():
    found = judged("CARD " * 1000)
    part, finding = found.findings[0]
    long = replace(finding, end=finding.start + 5 * LONGEST)
    rows = snippets(replace(found, findings=((part, long),) * (3 * MOST)))
    assert len(rows) == MOST
    assert {len(row["value"]) for row in rows} == {LONGEST}
    assert all(row["cut"] for row in rows)
    assert isinstance(found.verdict, Verdict)
