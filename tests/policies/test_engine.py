"""The verdict: strictest wins, unknown is neither yes nor no, floors hold, shadow rules only watch."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.entities import catalogue
from policies.engine import decide
from policies.facts import REASONS, Facts, FindingFact
from policies.index import Index
from policies.load import from_texts
from policies.model import Policy, Verdict
from policies.rule import Action

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
PolicyOf = Callable[[str], Policy]


def fact(entity: str, score: float = 0.9, **more: object) -> FindingFact:
    return FindingFact(entity, catalogue().get(entity).category, score, **more)  # type: ignore[arg-type]


SSN = fact("US_SSN", ref=0)
KEY = fact("SECRET_AWS_ACCESS_KEY", ref=1)
MAIL = fact("EMAIL_ADDRESS", ref=2)


def ids(verdict: Verdict) -> list[tuple[str, str]]:
    return [(hit.id, hit.action.value) for hit in verdict.rules]


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


ONE = "rules: [{id: r, action: {type: redact%s}, match: {content: {any: [{entities: [US_SSN]}]}}}]"


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


ACTIONS = st.sampled_from(["allow", "monitor", "redact", "block"])
CLAUSES = st.sampled_from(
    [
        "{entities: [US_SSN]}",
        "{entities: [EMAIL_ADDRESS], min_count: 2}",
        "{groups: [PII.NAME]}",
        "{entities: [SECRET.*], min_confidence: 0.7}",
    ]
)
MATCHES = st.sampled_from(
    [
        "",
        "app: {status: [unknown, unsanctioned]}, ",
        "who: {groups: [eng]}, ",
        "tools: true, ",
        "who: {networks: [10.0.0.0/8]}, ",
    ]
)


@st.composite
def rule_texts(draw: st.DrawFn) -> list[str]:
    texts = []
    for number in range(draw(st.integers(1, 7))):
        mode = draw(st.sampled_from(["shadow", "enforce", "enforce"]))
        severity = draw(st.sampled_from(["low", "high"]))
        unwritable = draw(st.sampled_from(["", ", unwritable: monitor"]))
        action = draw(ACTIONS)
        effect = f"{{type: {action}{unwritable if action == 'redact' else ''}}}"
        texts.append(
            f"  - {{id: r{number}, mode: {mode}, severity: {severity}, action: {effect}, "
            f"match: {{{draw(MATCHES)}content: {{any: [{draw(CLAUSES)}]}}}}}}\n"
        )
    return texts


FINDINGS = st.lists(
    st.builds(
        FindingFact,
        entity=st.sampled_from(["US_SSN", "EMAIL_ADDRESS", "PERSON", "SECRET_AWS_ACCESS_KEY"]),
        category=st.just("pii"),
        score=st.sampled_from([0.4, 0.9]),
        writable=st.booleans(),
        decided=st.booleans(),
        place=st.sampled_from(["prompt", "credential"]),
    ),
    max_size=4,
).map(lambda found: tuple(replace(one, ref=n) for n, one in enumerate(found)))
FACTS = st.builds(
    Facts,
    groups=st.sampled_from([(), ("eng",)]),
    address=st.sampled_from(["", "10.0.0.1", "garbage"]),
    status=st.sampled_from(["sanctioned", "tolerated", "unsanctioned", "prohibited", "unknown"]),
    tools=st.booleans(),
    findings=FINDINGS,
    unknown=st.lists(st.sampled_from(REASONS), max_size=2, unique=True).map(tuple),
)


@settings(max_examples=150)
@given(rule_texts(), FACTS, st.randoms())
def test_the_order_of_the_rules_means_nothing(texts: list[str], facts: Facts, order: random.Random) -> None:
    head = "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce}\nrules:\n"
    policy = from_texts({"p.yaml": head + "".join(texts)})
    shuffled = list(texts)
    order.shuffle(shuffled)
    again = from_texts({"p.yaml": head + "".join(shuffled)})
    verdict = decide(facts, policy, NOW)
    assert replace(decide(facts, again, NOW), policy="") == replace(verdict, policy="")
    found = list(facts.findings)
    order.shuffle(found)
    assert replace(decide(replace(facts, findings=tuple(found)), again, NOW), policy="") == replace(verdict, policy="")


@settings(max_examples=150)
@given(rule_texts(), FACTS)
def test_laws_of_every_verdict(texts: list[str], facts: Facts) -> None:
    policy = from_texts(
        {"p.yaml": "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce}\nrules:\n" + "".join(texts)}
    )
    verdict = decide(facts, policy, NOW)
    assert verdict.rules or verdict.by_default
    assert verdict.by_default or verdict.rules[0].action is verdict.action
    assert all(hit.action.rank <= verdict.action.rank for hit in verdict.rules)
    assert all(facts.findings[ref].writable for ref in verdict.redactions)
    assert bool(verdict.message) == (verdict.action.rank > Action.MONITOR.rank)
    enforced = {rule.id for rule in policy.rules if rule.mode == "enforce"}
    assert {hit.id for hit in verdict.rules} <= enforced
    assert verdict.policy == policy.revision


@settings(max_examples=150)
@given(rule_texts(), FACTS)
def test_reading_everything_never_makes_a_blocked_unknown_worse_than_blocked(texts: list[str], facts: Facts) -> None:
    """Where `on_unknown` blocks every reason, what was not read never lets more pass than what was read does."""
    head = "schema: policy/v1\npolicy: p\ndefaults: {mode: enforce, on_unknown: block}\nrules:\n"
    policy = from_texts({"p.yaml": head + "".join(texts)})
    read = decide(replace(facts, unknown=()), policy, NOW)
    unread = decide(facts, policy, NOW)
    allowed = any(hit.action is Action.ALLOW for hit in (*read.rules, *unread.rules))
    assert allowed or unread.action.rank >= read.action.rank


def test_an_object_that_is_no_fact_fails_its_rules_and_not_the_engine(policy_of: PolicyOf) -> None:
    odd = SimpleNamespace(**{name: getattr(SSN, name) for name in FindingFact.__dataclass_fields__} | {"score": None})
    verdict = decide(Facts(findings=(odd,)), replace(policy_of(ONE % ""), classifier=policy_of("").classifier), NOW)  # type: ignore[arg-type]
    assert (verdict.action, verdict.errors) == (Action.BLOCK, ("r: TypeError",))
