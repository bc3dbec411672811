"""Proofs and counter-examples; each counter-example is one by the engine itself."""

import random
from datetime import UTC, datetime

import pytest

from detectors.entities import catalogue
from policies.abilities import EVERYTHING
from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.lattice import Answer, Service, prove
from policies.load import from_texts, load
from policies.model import Policy
from policies.question import parse
from policies.words import STATUSES

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
HEAD = """schema: policy/v1
policy: t
defaults: {mode: enforce}
classes: [{name: Public}, {name: Restricted, labels: [RESTRICTED], groups: [PII.HEALTH]}]
rules:
"""
SERVICES = (
    Service("own", status="sanctioned", trust_zone="on_prem", attributes=frozenset({"zero_retention"})),
    Service("big", status="sanctioned", trust_zone="vendor"),
)


def policy(rules: str) -> Policy:
    return from_texts({"t.yaml": HEAD + rules}, abilities=EVERYTHING)


def answer(text: str, of: Policy, services: tuple[Service, ...] = ()) -> Answer:
    zones = {s.trust_zone for s in services}
    return prove(parse(text, of, catalogue(), zones, {"zero_retention"}, {s.id for s in services}), of, services, NOW)


BLOCK = "  - {id: r, match: {%s content: {any: [{class_at_least: Restricted}]}}, action: {type: block}}\n"


def test_what_every_request_is_stopped_for_is_proven() -> None:
    found = answer("Restricted -> anywhere", policy(BLOCK % ""))
    assert found.proven
    assert found.tried > 10


def test_a_vendor_without_zero_retention() -> None:
    rule = BLOCK % "app: {trust_zone: [vendor]},"
    assert answer("Restricted -> not zero_retention", policy(rule), SERVICES).proven
    found = answer("Restricted -> zero_retention", policy(rule), SERVICES)
    assert found.counter
    assert found.counter.app == "own"


@pytest.mark.parametrize(
    ("weak", "what"),
    [
        ("app: {status: [unsanctioned]},", "status"),
        ("activity: [chat],", "activity"),
        ("who: {not_groups: [hr]},", "groups"),
        ("who: {networks: [10.0.0.0/8]},", "address"),
        ("tools: true,", "tools"),
        ("when: {inside: {hours: '08:00-18:00'}},", "at"),
    ],
)
def test_every_gap_is_found(weak: str, what: str) -> None:
    found = answer("Restricted -> anywhere", policy(BLOCK % weak))
    assert found.counter
    assert found.verdict
    assert found.verdict.action.rank < found.verdict.action.BLOCK.rank
    if what == "groups":
        assert found.counter.groups == ("hr",)
    if what == "at":
        assert found.at
        assert not 8 <= found.at.hour < 18


def test_a_group_can_be_asked_for() -> None:
    of = policy(BLOCK % "who: {groups: [marketing]},")
    assert answer("Restricted by marketing -> anywhere", of).proven
    assert not answer("Restricted by hr -> anywhere", of).proven


def test_what_is_cut_out_does_not_get_there() -> None:
    rule = "  - {id: r, match: {content: {any: [{groups: [PII.HEALTH]}]}}, action: {type: %s}}\n"
    assert answer("PII.HEALTH -> anywhere", policy(rule % "redact")).proven
    assert answer("PII.HEALTH -> anywhere", policy(rule % "tokenise")).proven
    assert answer("PII.HEALTH -> anywhere", policy(rule % "route, to: own")).proven
    lax = answer("PII.HEALTH -> anywhere", policy(rule % "redact, unwritable: monitor"))
    assert lax.counter
    assert not lax.counter.findings[0].writable or not lax.counter.rewritable


def test_thresholds_that_let_a_little_pass_are_gaps() -> None:
    some = "  - {id: r, match: {content: {any: [{groups: [PII.HEALTH], %s}]}}, action: {type: block}}\n"
    assert answer("PII.HEALTH -> anywhere", policy(some % "min_confidence: 0.5")).proven
    for key in ("min_confidence: 0.6", "min_count: 2", "in: [prompt]"):
        assert not answer("PII.HEALTH -> anywhere", policy(some % key)).proven
    assert answer("PII.HEALTH in prompt -> anywhere", policy(some % "in: [prompt]")).proven


def test_exceptions_rollouts_and_conditions_are_taken_at_their_weakest() -> None:
    lifted = (
        BLOCK % ""
        + "exceptions:\n  - {id: E, rules: [r], match: {who: {users: [dana]}}, reason: r, owner: o, expires: %s}\n"
    )
    found = answer("Restricted -> anywhere", policy(lifted % "2030-01-01"))
    assert found.counter
    assert found.counter.user == "dana"
    assert answer("Restricted -> anywhere", policy(lifted % "2020-01-01")).proven
    staged = answer(
        "Restricted -> anywhere", policy((BLOCK % "").replace("{id: r,", "{id: r, rollout: {percent: 90},"))
    )
    assert (staged.proven, staged.assumed) == (False, ("the rule r is not rolled out yet",))


def test_a_condition_holds_nowhere_unless_it_allows() -> None:
    pytest.importorskip("cel_expr_python", reason="the optional extra `cel`")
    found = answer("Restricted -> anywhere", policy(BLOCK % "condition: request.bytes > 5,"))
    assert (found.proven, found.assumed) == (False, ("the condition of r does not hold",))


def test_what_was_not_read_can_be_asked_for() -> None:
    assert answer("unread -> unknown", load(["pack:strict"])).proven
    found = answer("unread -> tolerated", load(["pack:default"]))
    assert found.counter
    assert found.counter.unknown


@pytest.mark.parametrize("status", STATUSES)
def test_no_random_request_refutes_a_proof(status: str) -> None:
    """The proof speaks of every request: none that is made by chance gets there."""
    of = load(["pack:strict"])
    asked = f"PII.HIGH_HARM in prompt -> {status}"
    proven = answer(asked, of).proven
    assert proven
    chance = random.Random(status)
    members = [e for e in catalogue().entities if catalogue().matches("PII.HIGH_HARM", e)]
    for _ in range(500):
        entity = chance.choice(members)
        facts = Facts(
            app=chance.choice(["openai-api", "x"]), status=status, activity=chance.choice(["chat", "upload", "other"]),
            tools=chance.random() < 0.5, rewritable=chance.random() < 0.5, user=chance.choice(["", "ann"]),
            findings=(FindingFact(entity, "pii", chance.uniform(0.5, 1), writable=chance.random() < 0.5, ref=0),),
        )  # fmt: skip
        assert decide(facts, of, NOW).action.stops


def test_languages_are_told_apart_and_may_not_be_told_at_all() -> None:
    closed = "  - {id: r, match: {content: {any: [{groups: [PII.HEALTH]}]}}, action: {type: block}}\n"
    german = "  - {id: g, match: {content: {any: [{languages: [de]}]}}, action: {type: allow}}\n"
    assert answer("PII.HEALTH -> anywhere", policy(closed + german)).proven
    open_ = answer("PII.HEALTH -> prohibited", policy(german))
    assert open_.counter
    assert {code for _, code in open_.counter.languages} == {"de"}
    stopped = answer("PII.HEALTH -> anywhere", policy(german.replace("allow", "block")))
    assert stopped.counter
    assert {code for _, code in stopped.counter.languages} <= {"ar"}
