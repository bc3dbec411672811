"""What one rule comes to: tokenise, coach and its answers, route; what cannot be cut out."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_a_rule_says_what_stands_instead() -> None:
    worded = policy(
        rule("cut", "type: redact, with: '<{entity} removed>'"),
        rule("mail", "type: redact", "entities: [EMAIL_ADDRESS]"),
    )
    verdict = decide(Facts(findings=(SSN, MAIL)), worded, NOW)
    assert verdict.labels == {0: "<{entity} removed>"}


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


EVERY = (
    rule("swap", "type: tokenise", "categories: [pii], min_confidence: 0.5"),
    rule("cut", "type: redact"),
    rule("ask", "type: coach", "entities: [EMAIL_ADDRESS], min_count: 2"),
    rule("home", "type: route, to: own", "entities: [EMAIL_ADDRESS]"),
    rule("away", "type: route, to: other", "labels: [RESTRICTED]"),
    rule("shut", "type: block", "class_at_least: High"),
    rule("watch", "type: monitor", "categories: [label]").replace("{id: watch", "{id: watch, mode: shadow"),
    rule("some", "type: block", "entities: [US_SSN], min_count: 2").replace(
        "{id: some", "{id: some, rollout: {percent: 50}"
    ),
    "{id: open, action: {type: allow}, match: {who: {users: [ann]}}}",
)
MORE = """classes: [{name: Low}, {name: High, documents: [board]}]
exceptions:
  - {id: E1, rules: [ask, shut], match: {who: {users: [ann]}}, reason: r, owner: o, expires: 2030-01-01, max_action: tokenise}
  - {id: E2, rules: [ask, home], match: {who: {groups: [hr]}}, reason: r, owner: o, expires: 2030-01-01}
""".replace(", shut]", "]")
FINDINGS = st.lists(
    st.builds(
        FindingFact,
        entity=st.sampled_from(["US_SSN", "EMAIL_ADDRESS"]),
        category=st.just("pii"),
        score=st.sampled_from([0.3, 0.5, 0.9]),
        count=st.sampled_from([1, 3]),
        writable=st.booleans(),
    )
    | st.just(replace(LABEL, writable=False))
    | st.just(FindingFact("DOCUMENT", "fingerprint", 0.9, source="board", overlap=0.3)),
    max_size=4,
)
FACTS = st.builds(
    Facts,
    user=st.sampled_from(["ann", "bob", "cid"]),
    groups=st.sampled_from([(), ("hr",)]),
    status=st.sampled_from(["tolerated", "unsanctioned", "prohibited"]),
    rewritable=st.booleans(),
    findings=FINDINGS.map(lambda found: tuple(replace(f, ref=n) for n, f in enumerate(found))),
    unknown=st.sampled_from([(), ("media",), ("identity",), ("names_timeout", "undecodable")]),
    answers=st.sampled_from([(), (("ask", "justify"),), (("ask", "redact"),), ((BY_STATUS, "justify"),)]),
)


@given(FACTS, st.permutations(EVERY), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_no_order_of_rules_or_findings_changes_a_verdict(facts: Facts, rules: list[str], chance: random.Random) -> None:
    shuffled = list(facts.findings)
    chance.shuffle(shuffled)
    first = decide(facts, policy(*EVERY, more=MORE), NOW)
    second = decide(replace(facts, findings=tuple(shuffled)), policy(*rules, more=MORE), NOW)
    assert replace(first, policy="") == replace(second, policy="")


@given(FACTS)
@settings(max_examples=150, deadline=None)
def test_what_a_verdict_says_fits_together(facts: Facts) -> None:
    verdict = decide(facts, policy(*EVERY, more=MORE), NOW)
    assert not set(verdict.redactions) & set(verdict.tokenisations)
    assert verdict.restorable <= set(verdict.tokenisations)
    assert all(
        facts.findings[ref].writable and facts.rewritable for ref in (*verdict.redactions, *verdict.tokenisations)
    )
    assert bool(verdict.coach) or verdict.action is not Action.COACH
    assert verdict.route is None or not verdict.action.stops
    assert bool(verdict.message) is (verdict.action.rank > Action.MONITOR.rank)
