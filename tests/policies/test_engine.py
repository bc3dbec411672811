"""The verdict: the strictest wins, redactions are united, what cannot be cut out stops, errors count as matched."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest

from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.model import Policy
from policies.rule import Action
from tests.policies.found import KEY, MAIL, NOW, ONE, SSN, fact, ids

PolicyOf = Callable[[str], Policy]


THREE = """
rules:
  - {id: mail, severity: low, action: {type: redact}, match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}}
  - {id: keys, severity: critical, action: {type: redact}, match: {content: {any: [{entities: [SECRET.*]}]}}}
  - {id: ssn, severity: high, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
  - {id: watch, action: {type: monitor}, match: {content: {any: [{categories: [pii]}]}}}
"""


def test_the_strictest_wins_and_every_match_is_named(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(findings=(SSN, KEY, MAIL)), policy_of(THREE), NOW)
    assert verdict.action is Action.BLOCK
    assert ids(verdict) == [("ssn", "block"), ("keys", "redact"), ("mail", "redact"), ("watch", "monitor")]
    assert verdict.severity == "high"
    assert not verdict.by_default


def test_redactions_are_united(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(findings=(KEY, MAIL, replace(MAIL, ref=3))), policy_of(THREE), NOW)
    assert verdict.action is Action.REDACT
    assert verdict.redactions == {1: "keys", 2: "mail", 3: "mail"}


def test_two_rules_want_the_same_finding_out_the_graver_is_named(policy_of: PolicyOf) -> None:
    policy = policy_of(
        """
        rules:
          - {id: a, severity: low, action: {type: redact}, match: {content: {any: [{entities: [US_SSN]}]}}}
          - {id: b, severity: high, action: {type: redact}, match: {content: {any: [{groups: [PII.GOVERNMENT_ID]}]}}}
        """
    )
    assert decide(Facts(findings=(SSN,)), policy, NOW).redactions == {0: "b"}


def test_where_nothing_matches_the_default_decides(policy_of: PolicyOf) -> None:
    policy = policy_of(THREE)
    verdict = decide(Facts(), policy, NOW)
    assert (verdict.action, verdict.rules, verdict.by_default) == (Action.ALLOW, (), True)
    closed = decide(Facts(status="prohibited", app="poe"), policy, NOW)
    assert closed.action is Action.BLOCK
    assert closed.message.startswith("poe is not open for use here")
    assert decide(Facts(status="never heard of"), policy, NOW).action is Action.BLOCK


def test_a_finding_never_makes_a_closed_service_pass(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(status="prohibited", findings=(MAIL,)), policy_of(THREE), NOW)
    assert verdict.action is Action.BLOCK
    assert verdict.by_default
    assert ids(verdict) == [("mail", "redact"), ("watch", "monitor")]


def test_an_allow_rule_takes_the_default_away_and_nothing_else(policy_of: PolicyOf) -> None:
    policy = policy_of(
        """
        rules:
          - {id: open, action: {type: allow}, match: {who: {groups: [research]}, app: {status: [prohibited]}}}
          - {id: ssn, action: {type: block}, match: {content: {any: [{entities: [US_SSN]}]}}}
        """
    )
    allowed = Facts(status="prohibited", groups=("research",))
    assert decide(allowed, policy, NOW).action is Action.ALLOW
    assert ids(decide(allowed, policy, NOW)) == [("open", "allow")]
    assert decide(replace(allowed, findings=(SSN,)), policy, NOW).action is Action.BLOCK


# --- what cannot be rewritten


def test_a_finding_that_cannot_be_cut_out_stops_the_request(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(findings=(SSN, replace(SSN, writable=False, ref=9))), policy_of(ONE % ""), NOW)
    assert ids(verdict) == [("r", "block")]
    assert verdict.redactions == {0: "r"}
    assert verdict.message.endswith("so nothing was sent.")


def test_a_body_that_cannot_be_rewritten_stops_the_request(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(findings=(SSN,), rewritable=False), policy_of(ONE % ""), NOW)
    assert verdict.action is Action.BLOCK
    assert verdict.redactions == {}


def test_a_rule_may_let_it_be(policy_of: PolicyOf) -> None:
    policy = policy_of(ONE % ", unwritable: monitor")
    assert ids(decide(Facts(findings=(replace(SSN, writable=False),)), policy, NOW)) == [("r", "monitor")]
    both = decide(Facts(findings=(SSN, replace(SSN, writable=False, ref=9))), policy, NOW)
    assert ids(both) == [("r", "redact")]
    assert both.redactions == {0: "r"}


def test_what_the_vendor_wrote_does_not_stop_the_request_and_is_cut_out_where_possible(policy_of: PolicyOf) -> None:
    policy = policy_of(ONE % "")
    signed = replace(SSN, writable=False, decided=True, ref=9)
    assert ids(decide(Facts(findings=(signed,)), policy, NOW)) == [("r", "monitor")]
    assert decide(Facts(findings=(signed, SSN)), policy, NOW).redactions == {0: "r"}
    assert decide(Facts(findings=(replace(SSN, decided=True),)), policy, NOW).action is Action.REDACT


def test_logins_are_not_looked_at_unless_a_rule_asks(policy_of: PolicyOf) -> None:
    login = Facts(findings=(replace(SSN, place="credential", writable=False),))
    assert decide(login, policy_of(ONE % ""), NOW).rules == ()
    asking = policy_of(
        "rules: [{id: r, action: {type: block}, match: {content: {any: [{entities: [US_SSN], in: [credential]}]}}}]"
    )
    assert decide(login, asking, NOW).action is Action.BLOCK


def test_a_finding_from_a_replay_has_no_place_to_cut(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(findings=(fact("US_SSN", count=3, distinct=2),)), policy_of(ONE % ""), NOW)
    assert (verdict.action, verdict.redactions) == (Action.REDACT, {})


# --- unknown


BROKEN = """
rules:
  - {id: r, action: {type: %s}, match: {who: {networks: [10.0.0.0/8]}}}
"""


@pytest.mark.parametrize(("action", "outcome"), [("block", "block"), ("monitor", "monitor"), ("allow", "allow")])
def test_a_rule_that_cannot_be_evaluated_counts_as_matched(policy_of: PolicyOf, action: str, outcome: str) -> None:
    verdict = decide(Facts(address="not an address"), policy_of(BROKEN % action), NOW)
    assert verdict.action.value == outcome
    assert [(hit.id, hit.because) for hit in verdict.rules] == [("r", "error")]
    assert verdict.errors == ("r: ValueError",)


def test_an_allow_rule_that_cannot_be_evaluated_opens_nothing(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(address="not an address", status="prohibited"), policy_of(BROKEN % "allow"), NOW)
    assert verdict.action is Action.BLOCK


def test_on_unknown_error_may_flag(policy_of: PolicyOf) -> None:
    policy = policy_of(BROKEN % "block")
    policy = replace(policy, defaults=replace(policy.defaults, on_unknown={"error": "flag"}))
    verdict = decide(Facts(address="not an address"), policy, NOW)
    assert (verdict.action, verdict.unknown) == (Action.MONITOR, ("error",))


def test_a_shadow_rule_that_breaks_stops_nobody(policy_of: PolicyOf) -> None:
    policy = policy_of(BROKEN.replace("id: r,", "id: r, mode: shadow,") % "block")
    verdict = decide(Facts(address="not an address"), policy, NOW)
    assert (verdict.action, verdict.errors) == (Action.ALLOW, ("r: ValueError",))


def test_errors_hold_no_text(policy_of: PolicyOf) -> None:
    verdict = decide(Facts(address="CANARY-address"), policy_of(BROKEN % "block"), NOW)
    assert "CANARY" not in f"{verdict.errors} {verdict.message} {verdict.rules}"


def test_a_time_without_zone_is_refused(policy_of: PolicyOf) -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(Facts(), policy_of(""), datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


# --- laws


def test_an_object_that_is_no_fact_fails_its_rules_and_not_the_engine(policy_of: PolicyOf) -> None:
    odd = SimpleNamespace(**{name: getattr(SSN, name) for name in FindingFact.__dataclass_fields__} | {"score": None})
    verdict = decide(Facts(findings=(odd,)), replace(policy_of(ONE % ""), classifier=policy_of("").classifier), NOW)  # type: ignore[arg-type]
    assert (verdict.action, verdict.errors) == (Action.BLOCK, ("r: TypeError",))
