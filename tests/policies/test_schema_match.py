"""Match and action as they come out of a file."""

from collections.abc import Callable

import pytest

from policies.load import from_texts
from policies.model import Policy
from policies.problem import PolicyError
from policies.rule import Action, App, Clause, Content, Effect, Match, When, Who, Window

FULL = """
classes: [{name: Low}, {name: High}]
lists: {staging: {items: [10.90.0.0/16]}}
rules:
  - id: full
    match:
      who:
        users: [dana@example.com]
        groups: [eng]
        not_groups: [interns]
        networks: $staging
        not_networks: [10.90.1.0/24]
        devices: [lt-*]
      app: {ids: [claude], categories: [genai.chat], status: [tolerated], models: [opus*], trust_zone: [eu]}
      activity: [chat, upload]
      direction: [request]
      tools: false
      when: {inside: {days: [mon, fri], hours: "07:00-20:00", tz: Europe/Berlin}, outside: {days: [sun]}}
      content:
        any:
          - {entities: [EMAIL], groups: [PII.CONTACT], categories: [pii], in: [prompt], decided: false, min_confidence: 0.5, min_count: 2, min_distinct: 2}
          - {labels: [TLP:RED]}
        all: [{class_at_least: High}]
        none: [{entities: [SOURCE_CODE], min_lines: 8, code_languages: [Python]}]
    action:
      type: block
      message: " Use {alternative}. "
      alternative: azure-openai
"""


def test_every_key_arrives(policy_of: Callable[[str], Policy]) -> None:
    (rule,) = policy_of(FULL).rules
    assert rule.match == Match(
        who=Who(("dana@example.com",), ("eng",), ("interns",), ("10.90.0.0/16",), ("10.90.1.0/24",), ("lt-*",)),
        app=App(("claude",), ("genai.chat",), ("tolerated",), models=("opus*",), trust_zone=("eu",)),
        activity=("chat", "upload"),
        direction=("request",),
        tools=False,
        when=When(Window(frozenset({0, 4}), 420, 1200, "Europe/Berlin"), Window(frozenset({6}))),
        content=Content(
            any=(
                Clause(
                    entities=("EMAIL_ADDRESS",),
                    groups=("PII.CONTACT",),
                    categories=("pii",),
                    places=("prompt",),
                    decided=False,
                    min_confidence=0.5,
                    min_count=2,
                    min_distinct=2,
                ),
                Clause(labels=("LABEL_TLP_RED",)),
            ),
            all=(Clause(class_at_least="High"),),
            none=(Clause(entities=("SOURCE_CODE",), min_lines=8, code_languages=("python",)),),
        ),
    )
    assert rule.action == Effect(Action.BLOCK, "Use {alternative}.", "azure-openai")


def test_a_rule_without_match_always_applies(policy_of: Callable[[str], Policy]) -> None:
    (rule,) = policy_of("rules: [{id: r, action: {type: monitor}}]").rules
    assert rule.match == Match()


def test_redact_may_take_out_code_and_secrets_and_personal_data(policy_of: Callable[[str], Policy]) -> None:
    (rule,) = policy_of(
        """
        rules:
          - id: r
            action: {type: redact, unwritable: monitor}
            match: {content: {any: [{entities: [SOURCE_CODE]}, {categories: [secret]}, {groups: [PII.HEALTH]}]}}
        """
    ).rules
    assert rule.action.unwritable is Action.MONITOR


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ("content: {any: [{languages: [de], min_count: 2}]}", "`min_count` counts findings"),
        ("content: {any: [{languages: [de], decided: true}]}", "the service's own words"),
        ("direction: [response], content: {any: [{languages: [de]}]}", "the language of answers is not told"),
        ("content: {any: [{languages: [xx]}]}", '"xx" is not a language that can be told'),
    ],
)
def test_a_language_that_cannot_be_asked_for_is_an_error(match: str, message: str) -> None:
    text = f"schema: policy/v1\npolicy: t\nrules:\n  - {{id: r, action: {{type: block}}, match: {{{match}}}}}\n"
    with pytest.raises(PolicyError, match=message):
        from_texts({"t.yaml": text})


def test_a_language_cannot_be_cut_out() -> None:
    text = (
        "schema: policy/v1\npolicy: t\nrules:\n"
        "  - {id: r, action: {type: redact}, match: {content: {any: [{languages: [de]}]}}}\n"
    )
    with pytest.raises(PolicyError, match="redact cannot take out a language"):
        from_texts({"t.yaml": text})
