"""A policy as others see it: what it needs, what it was made of."""

from collections.abc import Callable

from policies.facts import Facts
from policies.load import from_texts
from policies.model import Action, Policy, RuleHit, Verdict

POLICY = """
rules:
  - {id: names, action: {type: monitor}, match: {app: {status: [sanctioned]}, content: {any: [{entities: [PERSON]}]}}}
  - {id: shadow, mode: shadow, action: {type: block}, match: {activity: [upload], content: {none: [{groups: [PII.NAME]}]}}}
  - {id: prints, action: {type: block}, match: {who: {groups: [eng]}, content: {any: [{categories: [fingerprint]}]}}}
  - {id: night, action: {type: block}, match: {tools: true, when: {inside: {hours: "22:00-06:00"}}, content: {any: [{entities: [NRP]}]}}}
  - {id: ssn, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
"""


def test_dear_detectors_run_only_where_a_rule_could_need_them(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(POLICY)
    assert policy.needs(Facts()) == frozenset()
    assert policy.needs(Facts(status="sanctioned")) == {"names"}
    assert policy.needs(Facts(activity="upload")) == {"names"}
    assert policy.needs(Facts(groups=("eng",))) == {"fingerprint"}
    assert policy.needs(Facts(groups=("eng",), tools=True)) == {"fingerprint", "names"}
    assert policy.needs(Facts(unknown=("identity",))) == {"fingerprint"}


def test_an_exception_may_need_them_too(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(
        """
        rules: [{id: r, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}]
        exceptions:
          - {id: E, rules: [r], match: {content: {none: [{entities: [PERSON]}]}}, reason: t, owner: me, expires: "2030-01-01"}
        """
    )
    assert policy.needs(Facts()) == {"names"}


def test_a_rule_that_cannot_be_evaluated_may_need_them(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(
        "rules: [{id: r, action: {type: block}, match: {who: {networks: [10.0.0.0/8]}, content: {any: [{entities: [PERSON]}]}}}]"
    )
    assert policy.needs(Facts(address="garbage")) == {"names"}
    assert policy.needs(Facts(address="192.0.2.1")) == frozenset()


def test_a_policy_is_made_anew_from_its_texts(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(POLICY)
    again = from_texts(policy.texts)
    assert again.revision == policy.revision
    assert again == policy


def test_a_verdict_names_the_first_exception() -> None:
    hit = RuleHit("r", Action.MONITOR, "high", "enforce", exception="E")
    assert Verdict(Action.MONITOR, (hit,), exceptions=("E", "F")).exception == "E"
    assert Verdict(Action.ALLOW).exception == ""


def test_a_policy_shows_no_test_prompts(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of("tests: [{name: n, prompt: 'my CANARY', expect: {action: allow}}]")
    assert "CANARY" not in repr(policy)
