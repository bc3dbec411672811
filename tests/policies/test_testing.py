"""Inline tests run as the proxy would: same engine, values filled in, nothing shown."""

from collections.abc import Callable, Sequence

import pytest

from detectors.finding import Finding
from detectors.language.telling import telling
from policies import testing
from policies.fakes import FAKES
from policies.model import Policy
from policies.testing import Scan

RULES = """
rules:
  - {id: keys, action: {type: redact}, match: {content: {any: [{entities: [SECRET.*]}]}}}
  - {id: mail, mode: shadow, action: {type: block}, match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}}
  - {id: names, action: {type: monitor}, match: {content: {any: [{groups: [PII.NAME]}]}}}
  - {id: staged, rollout: {percent: 1}, action: {type: block}, match: {activity: [upload]}}
tests:
"""
PolicyOf = Callable[[str], Policy]


def failures(policy: Policy, scan: Scan | None = None) -> list[tuple[str, ...]]:
    return [result.failures for result in testing.run(policy, scan)]


def test_findings_are_judged_by_the_policy_alone(policy_of: PolicyOf) -> None:
    policy = policy_of(
        RULES
        + """
  - {name: a, findings: [{entity: SECRET_JWT}], expect: {action: redact, would: none, rules: [keys]}}
  - {name: b, findings: [{entity: EMAIL_ADDRESS}], expect: {action: allow, would: block, rules: [mail]}}
  - {name: c, findings: [], expect: {action: block, would: redact, rules: [keys]}}
"""
    )
    assert not testing.needs_scan(policy)
    assert failures(policy) == [
        (),
        (),
        (
            "action: expected block, got allow by no rule",
            "would: expected redact, got none by no rule",
            "rules: expected keys, got none",
        ),
    ]


def test_a_prompt_goes_through_the_detectors(policy_of: PolicyOf, scan: Scan) -> None:
    policy = policy_of(
        RULES
        + """
  - {name: a, prompt: "is {{fake.aws_access_key}} live?", expect: {action: redact, forwarded_excludes: ["{{fake.aws_access_key}}"]}}
  - {name: b, prompt: "mail {{fake.email}}", expect: {action: allow, would: block, forwarded_excludes: ["{{fake.email}}"]}}
"""
    )
    assert testing.needs_scan(policy)
    assert failures(policy, scan) == [(), ("forwarded_excludes: {{fake.email}} is still in the forwarded text",)]


def test_a_failure_shows_no_value(policy_of: PolicyOf, scan: Scan) -> None:
    policy = policy_of(
        RULES + '  - {name: b, prompt: "mail {{fake.email}}", expect: {forwarded_excludes: ["{{fake.email}}"]}}\n'
    )
    assert FAKES["email"]() not in repr(testing.run(policy, scan))


def test_without_detectors_a_prompt_fails_and_says_why(policy_of: PolicyOf) -> None:
    policy = policy_of(RULES + "  - {name: a, prompt: hello, expect: {action: allow}}\n")
    assert failures(policy) == [("the detectors are needed for `prompt` and `body`, and were not given",)]


def test_a_blocked_request_forwards_nothing(policy_of: PolicyOf, scan: Scan) -> None:
    policy = policy_of(
        "rules: [{id: r, action: {type: block}, match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}}]\n"
        'tests: [{name: a, prompt: "{{fake.email}}", expect: {action: block, forwarded_excludes: ["{{fake.email}}"]}}]\n'
    )
    assert failures(policy, scan) == [()]


def test_every_text_in_a_body_is_read(policy_of: PolicyOf, scan: Scan) -> None:
    policy = policy_of(
        RULES
        + """
  - name: json
    body: '{"messages": [{"content": "one"}, {"content": ["two", "{{fake.github_token}}"]}], "n": 5}'
    expect: {action: redact, forwarded_excludes: ["{{fake.github_token}}"]}
  - name: not json
    body: 'key={{fake.github_token}}'
    expect: {action: redact, forwarded_excludes: ["{{fake.github_token}}"]}
"""
    )
    assert failures(policy, scan) == [(), ()]


def test_names_need_no_language_model(policy_of: PolicyOf) -> None:
    def blind(text: str) -> Sequence[Finding]:
        return ()

    policy = policy_of(
        RULES
        + '  - {name: a, prompt: "to {{fake.person}} in {{fake.location}}", expect: {action: monitor, rules: [names]}}\n'
    )
    assert failures(policy, blind) == [()]


def test_a_staged_roll_out_is_ignored_unless_asked_for(policy_of: PolicyOf) -> None:
    policy = policy_of(
        RULES
        + """
  - {name: in, given: {user: anyone, activity: upload}, expect: {action: block}}
  - {name: out, given: {user: anyone, activity: upload, rollout: out}, expect: {action: allow, would: block}}
"""
    )
    assert failures(policy) == [(), ()]


def test_a_todo_does_not_count(policy_of: PolicyOf) -> None:
    policy = policy_of(RULES + "  - {name: gap, todo: true, findings: [], expect: {action: block}}\n")
    (result,) = testing.run(policy)
    assert (result.passed, result.counts) == (False, False)


@pytest.mark.parametrize("at", ["2026-12-31T23:59:59+00:00", "2027-01-01T00:00:00+00:00"])
def test_a_test_names_its_own_time(policy_of: PolicyOf, at: str) -> None:
    expected = "monitor" if at.startswith("2026") else "block"
    policy = policy_of(
        "rules: [{id: r, action: {type: block}}]\n"
        "exceptions: [{id: E, rules: [r], reason: t, owner: me, expires: 2026-12-31}]\n"
        f'tests: [{{name: t, given: {{at: "{at}"}}, expect: {{action: {expected}}}}}]\n'
    )
    assert failures(policy) == [()]


def test_a_prompt_is_in_the_language_that_the_detectors_tell_unless_the_test_says_it(policy_of: PolicyOf) -> None:
    def german(text: str) -> Sequence[Finding]:
        return [telling("de", 0, len(text), 0.9, "test@1")]

    policy = policy_of(
        """
        rules: [{id: r, action: {type: block}, match: {content: {any: [{languages: [de]}]}}}]
        tests:
          - {name: told, prompt: Guten Tag, expect: {action: block, rules: [r]}}
          - {name: said, prompt: Guten Tag, given: {languages: [fr]}, expect: {action: allow, rules: []}}
          - {name: alone, given: {languages: [de]}, expect: {action: block}}
          - {name: short, findings: [], expect: {action: monitor}}
        """
    )
    assert failures(policy, german) == [(), (), (), ()]
