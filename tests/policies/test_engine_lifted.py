"""Exceptions, floors, shadow rules and roll-outs: what a rule does for whom, and until when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from policies.engine import decide
from policies.facts import Facts
from policies.index import Index
from policies.model import Policy
from policies.rule import Action
from tests.policies.found import NOW, SSN, ids

PolicyOf = Callable[[str], Policy]


EXCEPTED = """
rules:
  - {id: r, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
exceptions:
  - {id: EXC-1, rules: [r], match: {app: {ids: [claude]}}, reason: test, owner: me, expires: "2026-01-14T13:00:00+01:00"}
"""


def test_an_exception_holds_until_the_second_it_expires(policy_of: PolicyOf) -> None:
    policy = policy_of(EXCEPTED)
    facts = Facts(app="claude", findings=(SSN,))
    before = decide(facts, policy, NOW - timedelta(seconds=1))
    assert (ids(before), before.exception, before.rules[0].exception) == ([("r", "monitor")], "EXC-1", "EXC-1")
    at = decide(facts, policy, NOW)
    assert (ids(at), at.exception) == ([("r", "block")], "")


def test_an_exception_holds_only_where_it_says(policy_of: PolicyOf) -> None:
    facts = Facts(app="grok", findings=(SSN,))
    assert decide(facts, policy_of(EXCEPTED), NOW - timedelta(days=1)).action is Action.BLOCK


def test_an_exception_covers_what_could_not_be_read(policy_of: PolicyOf) -> None:
    facts = Facts(app="claude", unknown=("undecodable",))
    verdict = decide(facts, policy_of(EXCEPTED), NOW - timedelta(days=1))
    assert (verdict.action, verdict.unknown, verdict.exceptions) == (Action.ALLOW, (), ())


def test_an_exception_for_somebody_does_not_hold_for_nobody(policy_of: PolicyOf) -> None:
    policy = policy_of(EXCEPTED.replace("app: {ids: [claude]}", "who: {users: [dana]}"))
    at = NOW - timedelta(days=1)
    assert decide(Facts(user="dana", findings=(SSN,)), policy, at).action is Action.MONITOR
    assert decide(Facts(findings=(SSN,), unknown=("identity",)), policy, at).action is Action.BLOCK


def test_of_two_exceptions_the_one_that_lifts_most_is_named(policy_of: PolicyOf) -> None:
    more = '  - {id: EXC-%s, rules: [r], reason: t, owner: me, expires: "2030-01-01", max_action: %s}\n'
    policy = policy_of(EXCEPTED + more % ("3", "allow") + more % ("2", "allow"))
    verdict = decide(Facts(app="claude", findings=(SSN,)), policy, NOW - timedelta(days=1))
    assert (ids(verdict), verdict.exception) == ([("r", "allow")], "EXC-2")


def test_a_floor_is_lifted_by_nothing(policy_of: PolicyOf) -> None:
    """The loader refuses such a file; the engine would not obey it either."""
    policy = policy_of(EXCEPTED)
    (prepared,) = policy.index.rules
    floor = replace(prepared, rule=replace(prepared.rule, floor=True), liftings=())
    verdict = decide(
        Facts(app="claude", findings=(SSN,)), replace(policy, index=Index([floor])), NOW - timedelta(days=1)
    )
    assert verdict.action is Action.BLOCK


def test_shadow_rules_only_watch(policy_of: PolicyOf) -> None:
    policy = policy_of(
        """
        rules:
          - {id: a, mode: shadow, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
          - {id: b, mode: shadow, action: {type: redact}, match: {content: {any: [{entities: [US_SSN]}]}}}
          - {id: c, action: {type: monitor}, match: {content: {any: [{entities: [US_SSN]}]}}}
        """
    )
    verdict = decide(Facts(findings=(SSN,)), policy, NOW)
    assert (verdict.action, ids(verdict), verdict.redactions) == (Action.MONITOR, [("c", "monitor")], {})
    assert verdict.would is not None
    assert verdict.would.action is Action.BLOCK
    assert [hit.id for hit in verdict.would.rules] == ["a", "b"]
    assert decide(Facts(), policy, NOW).would is None


def test_a_roll_out_is_sticky_and_grows(policy_of: PolicyOf) -> None:
    text = "rules: [{id: r, rollout: {percent: %s}, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}]"
    users = [f"user{n}" for n in range(300)]

    def blocked(percent: int) -> set[str]:
        policy = policy_of(text % percent)
        return {u for u in users if decide(Facts(user=u, findings=(SSN,)), policy, NOW).action is Action.BLOCK}

    quarter, half = blocked(25), blocked(50)
    assert 45 < len(quarter) < 105
    assert quarter < half
    assert quarter == blocked(25)
    assert (blocked(0), blocked(100)) == (set(), set(users))
    out = decide(Facts(user=(set(users) - half).pop(), findings=(SSN,)), policy_of(text % 50), NOW)
    assert out.would is not None
    assert out.would.action is Action.BLOCK


# --- errors
