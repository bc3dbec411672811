"""What one rule comes to: tokenise, coach and its answers, route; what cannot be cut out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from policies.abilities import EVERYTHING
from policies.engine import BY_STATUS, decide
from policies.facts import Facts, FindingFact
from policies.load import from_texts
from policies.model import Policy, RouteTo
from policies.outcome import can_cut, rolled_out
from policies.rule import Action, Rollout

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
HEAD = "schema: policy/v1\npolicy: t\ndefaults: {mode: enforce, app_status: {tolerated: allow, unsanctioned: coach}}\n"
SSN = FindingFact("US_SSN", "pii", 0.9, ref=0)
MAIL = FindingFact("EMAIL_ADDRESS", "pii", 0.9, ref=1)
LABEL = FindingFact("LABEL_RESTRICTED", "label", 0.9, ref=2)


def policy(*rules: str, more: str = "") -> Policy:
    text = HEAD + "rules:\n" + "".join(f"  - {rule}\n" for rule in rules) + more
    return from_texts({"t.yaml": text}, abilities=EVERYTHING)


def rule(name: str, action: str, found: str = "entities: [US_SSN]") -> str:
    return f"{{id: {name}, action: {{{action}}}, match: {{content: {{any: [{{{found}}}]}}}}}}"


def test_tokenisations_stand_beside_redactions_and_a_redaction_goes_first() -> None:
    both = policy(
        rule("cut", "type: redact"),
        rule("swap", "type: tokenise", "categories: [pii]"),
        rule("swap-for-good", "type: tokenise, restore: false", "entities: [EMAIL_ADDRESS]"),
    )
    verdict = decide(Facts(findings=(SSN, MAIL)), both, NOW)
    assert verdict.action is Action.REDACT
    assert verdict.redactions == {0: "cut"}
    assert verdict.tokenisations == {1: "swap"}
    assert verdict.restorable == {1}


def test_what_is_not_to_be_put_back_is_not_restorable() -> None:
    verdict = decide(Facts(findings=(SSN,)), policy(rule("swap", "type: tokenise, restore: false")), NOW)
    assert (verdict.action, verdict.tokenisations, verdict.restorable) == (Action.TOKENISE, {0: "swap"}, frozenset())


@pytest.mark.parametrize("kind", ["redact", "tokenise"])
def test_what_cannot_be_cut_out_blocks_unless_the_rule_says_otherwise(kind: str) -> None:
    fixed = Facts(findings=(replace(SSN, writable=False),))
    assert decide(fixed, policy(rule("r", f"type: {kind}")), NOW).action is Action.BLOCK
    assert decide(fixed, policy(rule("r", f"type: {kind}, unwritable: monitor")), NOW).action is Action.MONITOR
    unread = Facts(findings=(SSN,), unknown=("undecodable",))
    assert decide(unread, policy(rule("r", f"type: {kind}")), NOW).action is Action.BLOCK


COACH = rule("ask", "type: coach, justification: {required: true, min_chars: 15}, remember: {for: 8h, scope: [user]}")


def test_a_coached_user_is_asked_before_anything_is_sent() -> None:
    verdict = decide(Facts(findings=(SSN,)), policy(COACH), NOW)
    assert verdict.action is Action.COACH
    assert verdict.action.stops
    [ask] = verdict.coach
    assert (ask.rule, ask.can_redact, ask.message) == ("ask", True, verdict.message)
    assert ask.justification
    assert ask.justification.min_chars == 15
    assert ask.remember
    assert (ask.remember.span.total_seconds(), ask.remember.scope) == (8 * 3600, ("user",))


def test_an_answer_lets_pass_or_cuts_out() -> None:
    sent = decide(Facts(findings=(SSN,), answers=(("ask", "justify"),)), policy(COACH), NOW)
    assert (sent.action, [(h.id, h.because) for h in sent.rules]) == (Action.MONITOR, [("ask", "answered")])
    cut = decide(Facts(findings=(SSN,), answers=(("ask", "redact"),)), policy(COACH), NOW)
    assert (cut.action, cut.redactions, cut.coach) == (Action.REDACT, {0: "ask"}, ())
    other = decide(Facts(findings=(SSN,), answers=(("other", "justify"),)), policy(COACH), NOW)
    assert other.action is Action.COACH


@pytest.mark.parametrize(
    "facts",
    [
        Facts(findings=(replace(SSN, writable=False),)),
        Facts(findings=(SSN,), rewritable=False),
        Facts(findings=(SSN,), unknown=("media",)),
    ],
    ids=["fixed part", "signed body", "partly read"],
)
def test_redact_and_send_is_not_offered_where_it_cannot_be_done(facts: Facts) -> None:
    assert [ask.can_redact for ask in decide(facts, policy(COACH), NOW).coach] == [False]
    assert decide(replace(facts, answers=(("ask", "redact"),)), policy(COACH), NOW).action is Action.COACH


def test_a_marking_cannot_be_cut_out() -> None:
    assert not can_cut((LABEL,), Facts())
    assert not can_cut((), Facts())
    assert can_cut((SSN, MAIL), Facts())


def test_a_status_may_ask_too() -> None:
    asked = decide(Facts(status="unsanctioned"), policy(COACH), NOW)
    assert (asked.action, [ask.rule for ask in asked.coach]) == (Action.COACH, [BY_STATUS])
    answered = Facts(status="unsanctioned", answers=((BY_STATUS, "justify"),))
    assert decide(answered, policy(COACH), NOW).action is Action.MONITOR


def test_a_route_joins_what_else_is_done() -> None:
    both = policy(
        rule("home", "type: route, to: own, message: 'Went to {alternative}', alternative: us"),
        rule("cut", "type: redact"),
    )
    verdict = decide(Facts(findings=(SSN,)), both, NOW)
    assert (verdict.action, verdict.redactions) == (Action.REDACT, {0: "cut"})
    assert verdict.route == RouteTo("own", "home", "Went to us")
    alone = decide(Facts(findings=(SSN,)), policy(rule("home", "type: route, to: own")), NOW)
    assert (alone.action, alone.by_default) == (Action.MONITOR, False)
    assert [str(hit.action) for hit in alone.rules] == ["route"]


def test_nothing_that_stops_is_sent_elsewhere() -> None:
    verdict = decide(
        Facts(findings=(SSN,)), policy(rule("home", "type: route, to: own"), rule("no", "type: block")), NOW
    )
    assert (verdict.action, verdict.route) == (Action.BLOCK, None)


def test_two_targets_are_an_error_and_block() -> None:
    two = policy(rule("a", "type: route, to: own"), rule("b", "type: route, to: other"))
    verdict = decide(Facts(findings=(SSN,)), two, NOW)
    assert (verdict.action, verdict.route) == (Action.BLOCK, None)
    assert verdict.errors == ("a: TwoTargets", "b: TwoTargets")
    assert "could not be checked" in verdict.message
    same = policy(rule("a", "type: route, to: own"), rule("b", "type: route, to: own"))
    assert decide(Facts(findings=(SSN,)), same, NOW).route


def test_whether_it_must_go_elsewhere_is_not_known_so_it_is_not_sent() -> None:
    home = policy(rule("home", "type: route, to: own"))
    assert decide(Facts(unknown=("undecodable",)), home, NOW).action is Action.BLOCK
    assert decide(Facts(unknown=("names_timeout",)), home, NOW).action is Action.ALLOW


def test_an_exception_that_lets_monitor_lifts_a_route() -> None:
    lifted = policy(
        rule("home", "type: route, to: own"),
        more="exceptions: [{id: E, rules: [home], reason: r, owner: o, expires: 2030-01-01}]\n",
    )
    assert decide(Facts(findings=(SSN,)), lifted, NOW).route is None


def test_shadow_rules_say_what_they_would() -> None:
    shadow = policy(rule("home", "type: route, to: own").replace("{id: home", "{id: home, mode: shadow"))
    verdict = decide(Facts(findings=(SSN,)), shadow, NOW)
    assert (verdict.action, verdict.route) == (Action.ALLOW, None)
    assert verdict.would
    assert verdict.would.action is Action.ROUTE


def test_who_is_in_stays_in_as_the_share_grows() -> None:
    users = [Facts(user=f"user{n}") for n in range(400)]
    shares = [{f.user for f in users if rolled_out("r", Rollout(percent), f)} for percent in (0, 5, 25, 100)]
    assert [len(share) for share in shares] == sorted(len(share) for share in shares)
    assert shares[0] == set()
    assert shares[1] < shares[2] < shares[3] == {f.user for f in users}
    assert 60 < len(shares[2]) < 140
