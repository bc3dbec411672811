"""For each rule: did it match, and if not, what was there against what was needed."""

from collections.abc import Callable
from datetime import datetime

from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.model import Policy
from policies.trace import RuleTrace, explain

POLICY = """
rules:
  - {id: status, action: {type: block}, match: {app: {status: [unknown]}}}
  - {id: ssn, action: {type: block}, match: {content: {any: [{entities: [US_SSN], min_confidence: 0.5}]}}}
  - {id: office, action: {type: block}, match: {who: {networks: [10.0.0.0/8]}}}
  - {id: code, mode: shadow, action: {type: block}, match: {content: {any: [{entities: [SOURCE_CODE], min_lines: 8}]}}}
"""


def test_the_key_that_failed_with_observed_and_required(policy_of: Callable[[str], Policy], now: datetime) -> None:
    facts = Facts(address="192.0.2.1", findings=(FindingFact("US_SSN", "pii", 0.85),))
    assert explain(facts, policy_of(POLICY), now) == [
        RuleTrace("code", False, "content.any", "nothing of that", "SOURCE_CODE lines >= 8"),
        RuleTrace("office", False, "who.networks", "192.0.2.1", "10.0.0.0/8"),
        RuleTrace("ssn", True, observed="US_SSN x1 (0.85, prompt)"),
        RuleTrace("status", False, "app.status", "tolerated", "unknown"),
    ]


def test_unknown_names_its_reasons(policy_of: Callable[[str], Policy], now: datetime) -> None:
    (code, *_rest, ssn, _status) = explain(Facts(unknown=("timeout",)), policy_of(POLICY), now)
    assert (code.matched, code.observed) == ("unknown", "nothing of that; not known: timeout")
    assert ssn.matched == "unknown"


def test_a_key_that_fails_outweighs_one_that_is_unknown(policy_of: Callable[[str], Policy], now: datetime) -> None:
    policy = policy_of(
        "rules: [{id: r, action: {type: block}, match: {who: {groups: [a], networks: [10.0.0.0/8]}, tools: true}}]"
    )
    (trace,) = explain(Facts(unknown=("identity",)), policy, now)
    assert (trace.matched, trace.failed_key) == (False, "tools")
    (trace,) = explain(Facts(unknown=("identity",), tools=True), policy, now)
    assert (trace.matched, trace.failed_key) == (False, "who.networks")


def test_a_rule_that_cannot_be_evaluated(policy_of: Callable[[str], Policy], now: datetime) -> None:
    traces = {trace.id: trace for trace in explain(Facts(address="CANARY"), policy_of(POLICY), now)}
    assert traces["office"] == RuleTrace("office", "unknown", "who.networks", "ValueError", "10.0.0.0/8")


def test_traces_agree_with_the_verdict(policy_of: Callable[[str], Policy], now: datetime) -> None:
    policy = policy_of(POLICY)
    facts = Facts(status="unknown", findings=(FindingFact("US_SSN", "pii", 0.9),))
    matched = {trace.id for trace in explain(facts, policy, now) if trace.matched is True}
    assert matched == {hit.id for hit in decide(facts, policy, now).rules}
