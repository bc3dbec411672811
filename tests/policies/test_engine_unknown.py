"""Unknown is neither yes nor no: it matters where a stricter rule depends on it, and then `on_unknown` decides."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.model import Policy
from policies.rule import Action
from tests.policies.found import NOW, ONE, SSN, ids

PolicyOf = Callable[[str], Policy]


def unknown(*reasons: str, status: str = "tolerated", findings: tuple[FindingFact, ...] = ()) -> Facts:
    return Facts(unknown=reasons, status=status, findings=findings)


def test_unknown_matters_where_a_stricter_rule_depends_on_it(policy_of: PolicyOf) -> None:
    verdict = decide(unknown("undecodable"), policy_of(ONE % ""), NOW)
    assert ids(verdict) == [("r", "block")]
    assert verdict.rules[0].because == "unknown"
    assert verdict.unknown == ("undecodable",)
    assert "could not be checked: a part of it could not be read" in verdict.message


def test_unknown_does_not_matter_where_the_outcome_is_known(policy_of: PolicyOf) -> None:
    policy = policy_of(
        """
        rules:
          - {id: all, action: {type: block}, match: {activity: [upload]}}
          - {id: ssn, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
        """
    )
    verdict = decide(replace(unknown("undecodable"), activity="upload"), policy, NOW)
    assert (ids(verdict), verdict.unknown) == ([("all", "block")], ())


def test_unknown_does_not_matter_where_the_rule_cannot_match_anyway(policy_of: PolicyOf) -> None:
    policy = policy_of(
        "rules: [{id: r, action: {type: block}, match: {app: {status: [unknown]}, content: {any: [{entities: [US_SSN]}]}}}]"
    )
    verdict = decide(unknown("undecodable"), policy, NOW)
    assert (verdict.action, verdict.unknown, verdict.rules) == (Action.ALLOW, (), ())


@pytest.mark.parametrize(
    ("reason", "status", "action"),
    [
        ("timeout", "sanctioned", "block"),
        ("media", "sanctioned", "monitor"),
        ("media", "tolerated", "monitor"),
        ("media", "unsanctioned", "block"),
        ("media", "unknown", "block"),
        ("error", "sanctioned", "block"),
    ],
)
def test_on_unknown_by_reason_and_status(policy_of: PolicyOf, reason: str, status: str, action: str) -> None:
    verdict = decide(unknown(reason, status=status), policy_of(ONE % ""), NOW)
    assert (verdict.action.value, verdict.unknown) == (action, (reason,))
    assert verdict.rules[0].id == "r"


def test_a_flag_is_seen_and_passes(policy_of: PolicyOf) -> None:
    verdict = decide(unknown("media"), policy_of(ONE % ""), NOW)
    assert (verdict.action, verdict.message, ids(verdict)) == (Action.MONITOR, "", [("r", "monitor")])


def test_of_several_reasons_the_strictest_counts(policy_of: PolicyOf) -> None:
    assert decide(unknown("media", "timeout"), policy_of(ONE % ""), NOW).action is Action.BLOCK


def test_monitor_and_shadow_rules_never_turn_unknown_into_a_block(policy_of: PolicyOf) -> None:
    policy = policy_of(
        """
        rules:
          - {id: watch, action: {type: monitor}, match: {content: {any: [{entities: [US_SSN]}]}}}
          - {id: shadow, mode: shadow, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
        """
    )
    verdict = decide(unknown("undecodable", "error"), policy, NOW)
    assert (verdict.action, verdict.rules, verdict.unknown) == (Action.ALLOW, (), ())
    assert verdict.would is not None
    assert [(hit.id, hit.because) for hit in verdict.would.rules] == [("shadow", "unknown")]


def test_a_secret_in_the_prompt_does_not_let_an_unread_attachment_pass(policy_of: PolicyOf) -> None:
    verdict = decide(unknown("undecodable", findings=(SSN,)), policy_of(ONE % ""), NOW)
    assert ids(verdict) == [("r", "block")]
    assert verdict.unknown == ("undecodable",)
    lenient = decide(unknown("undecodable", findings=(SSN,)), policy_of(ONE % ", unwritable: monitor"), NOW)
    assert ids(lenient) == [("r", "redact")]


def test_names_that_took_too_long_matter_to_rules_about_names(policy_of: PolicyOf) -> None:
    about_names = policy_of("rules: [{id: r, action: {type: block}, match: {content: {any: [{groups: [PII.NAME]}]}}}]")
    assert decide(unknown("names_timeout"), about_names, NOW).unknown == ("names_timeout",)
    assert decide(unknown("names_timeout"), policy_of(ONE % ""), NOW).unknown == ()


def test_an_unknown_sender(policy_of: PolicyOf) -> None:
    policy = policy_of("rules: [{id: r, action: {type: block}, match: {who: {groups: [contractors]}}}]")
    assert decide(unknown("identity"), policy, NOW).action is Action.MONITOR
    assert decide(unknown("identity", status="unsanctioned"), policy, NOW).action is Action.BLOCK
    assert decide(Facts(), policy, NOW).action is Action.ALLOW


def test_a_reason_that_nobody_knows_blocks(policy_of: PolicyOf) -> None:
    assert decide(unknown("cosmic_rays"), policy_of(ONE % ""), NOW).action is Action.BLOCK


# --- exceptions, floors, shadow, roll-out
