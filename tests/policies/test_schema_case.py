"""Inline tests as they come out of a file."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from policies.facts import Facts, FindingFact
from policies.load import from_texts
from policies.model import Policy
from policies.problem import PolicyError


def test_every_key_arrives(policy_of: Callable[[str], Policy]) -> None:
    (case,) = policy_of(
        """
        tests:
          - name: full
            given:
              {user: dana, groups: [eng], ip: 10.0.0.1, device: d, app: claude, category: genai.chat, status: unknown,
               trust_zone: eu, model: m, activity: upload, tools: true, rewritable: false, bytes: 9,
               at: "2026-11-24T00:10:00+01:00", rollout: out}
            findings:
              - {entity: SSN, confidence: 0.5, count: 4, distinct: 2, in: file, writable: false, decided: true}
              - {label: CONFIDENTIAL}
              - {entity: SOURCE_CODE, lines: 3, language: go}
            unknown: [media]
            expect: {action: block, would: none, rules: [a, b]}
            todo: true
        """
    ).tests
    assert case.facts == Facts(
        user="dana",
        groups=("eng",),
        address="10.0.0.1",
        device="d",
        app="claude",
        category="genai.chat",
        status="unknown",
        trust_zone="eu",
        model="m",
        activity="upload",
        tools=True,
        rewritable=False,
        bytes=9,
        unknown=("media",),
        findings=(
            FindingFact("US_SSN", "pii", 0.5, "file", False, True, count=4, distinct=2, ref=0),
            FindingFact("LABEL_CONFIDENTIAL", "label", 0.9, ref=1),
            FindingFact("SOURCE_CODE", "code", 0.9, lines=3, language="go", ref=2),
        ),
    )
    assert case.at == datetime(2026, 11, 23, 23, 10, tzinfo=UTC)
    assert (case.rolled_out, case.todo, case.action, case.would, case.rules) == (
        False,
        True,
        "block",
        "none",
        ("a", "b"),
    )


def test_a_test_under_a_rule_knows_its_rule_and_place(policy_of: Callable[[str], Policy]) -> None:
    (case,) = policy_of(
        """
        rules:
          - id: r
            action: {type: block}
            tests:
              - {name: n, expect: {action: block}}
        """
    ).tests
    assert (case.rule, case.where) == ("r", "test.yaml:9:9")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("{name: n}", 'the key "expect" is missing'),
        ("{name: n, expect: {}}", "the test expects nothing"),
        ("{name: n, expect: {actoin: block}}", 'unknown key "actoin"'),
        ("{name: n, prompt: a, body: b, expect: {action: block}}", "a test holds either `prompt` or `body`"),
        (
            "{name: n, findings: [{}], expect: {action: block}}",
            "a finding is either an `entity`, a `label` or a `document`",
        ),
        ("{name: n, findings: [{entity: PII.NAME}], expect: {action: block}}", 'unknown entity "PII.NAME"'),
        ("{name: n, findings: [], expect: {forwarded_excludes: [a]}}", "a test with `findings` forwards no text"),
        ("{name: n, unknown: [content], expect: {action: block}}", 'unknown word "content"'),
        ("{name: n, given: {ip: here}, expect: {action: block}}", '"here" is not an address'),
        ("{name: n, prompt: '{{fake.aws_key}}', expect: {action: block}}", 'unknown value "fake.aws_key"'),
        ("{name: n, findings: [], expect: {restored_includes: [a]}}", "a test with `findings` forwards no text"),
    ],
)
def test_what_is_wrong_with_a_test(test: str, message: str) -> None:
    with pytest.raises(PolicyError) as raised:
        from_texts({"a.yaml": f"schema: policy/v1\npolicy: p\ntests: [{test}]\n"})
    assert raised.value.problems[0].message == message
