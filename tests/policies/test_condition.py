"""The keys of a match: who, where to, what for, when."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from detectors.entities import catalogue
from policies.condition import checks, describe, holds
from policies.content import Asked, Question, ask
from policies.facts import Facts, FindingFact
from policies.rule import App, Clause, Content, Match, When, Who, Window
from policies.scene import Scene, prepare
from policies.truth import Truth

WORKDAYS = frozenset(range(5))


def matches(match: Match, facts: Facts, at: str = "2026-01-14T12:00:00+00:00") -> Truth:
    return holds(checks(match, Question()), prepare(facts, datetime.fromisoformat(at)))


@pytest.mark.parametrize(
    ("match", "hit", "miss"),
    [
        (Match(who=Who(users=("dana@example.com",))), Facts(user="Dana@Example.com"), Facts(user="eve@example.com")),
        (Match(who=Who(users=("*@example.com",))), Facts(user="dana@example.com"), Facts(user="dana@example.org")),
        (Match(who=Who(users=("dana",))), Facts(user="dana"), Facts()),
        (Match(who=Who(groups=("eng", "ops"))), Facts(groups=("ops",)), Facts(groups=("hr",))),
        (Match(who=Who(not_groups=("eng",))), Facts(groups=("hr",)), Facts(groups=("hr", "Eng"))),
        (Match(who=Who(networks=("10.0.0.0/8",))), Facts(address="10.1.2.3"), Facts(address="192.0.2.1")),
        (Match(who=Who(networks=("2001:db8::/32",))), Facts(address="2001:db8::1"), Facts(address="10.0.0.1")),
        (Match(who=Who(not_networks=("10.0.0.0/8",))), Facts(address="192.0.2.1"), Facts(address="::ffff:10.1.2.3")),
        (Match(who=Who(devices=("lt-*",))), Facts(device="LT-0231"), Facts(device="ph-1")),
        (Match(app=App(ids=("claude",))), Facts(app="claude"), Facts(app="chatgpt")),
        (Match(app=App(ids=("openai-*",))), Facts(app="openai-api"), Facts(app="azure-openai")),
        (Match(app=App(categories=("genai.code",))), Facts(category="genai.code"), Facts(category="genai.chat")),
        (Match(app=App(status=("unknown",))), Facts(status="unknown"), Facts(status="tolerated")),
        (Match(app=App(trust_zone=("eu",))), Facts(trust_zone="eu"), Facts()),
        (Match(app=App(models=("gpt-4*",))), Facts(model="gpt-4o"), Facts(model="o3")),
        (Match(activity=("upload",)), Facts(activity="upload"), Facts(activity="chat")),
        (Match(tools=True), Facts(tools=True), Facts(tools=False)),
        (Match(tools=False), Facts(tools=False), Facts(tools=True)),
        (Match(), Facts(), Facts(direction="response")),
    ],
)
def test_each_key(match: Match, hit: Facts, miss: Facts) -> None:
    assert matches(match, hit) is True
    assert matches(match, miss) is False


def test_all_keys_must_hold() -> None:
    match = Match(app=App(ids=("claude",)), activity=("upload",))
    assert matches(match, Facts(app="claude", activity="upload")) is True
    assert matches(match, Facts(app="claude", activity="chat")) is False


def test_without_identity_users_groups_and_devices_are_unknown() -> None:
    who = Facts(unknown=("identity",))
    assert matches(Match(who=Who(users=("dana",))), who) == {"identity"}
    assert matches(Match(who=Who(groups=("eng",))), who) == {"identity"}
    assert matches(Match(who=Who(not_groups=("eng",))), who) == {"identity"}
    assert matches(Match(who=Who(devices=("lt-1",))), who) == {"identity"}
    assert matches(Match(who=Who(networks=("10.0.0.0/8",))), who) is False


def test_the_model_is_unknown_where_the_body_was_not_read() -> None:
    match = Match(app=App(models=("gpt-4*",)))
    assert matches(match, Facts(unknown=("undecodable",))) == {"undecodable"}
    assert matches(match, Facts(model="o3", unknown=("undecodable",))) is False


@pytest.mark.parametrize(
    ("window", "at", "within"),
    [
        (Window(WORKDAYS, 7 * 60, 20 * 60), "2026-01-14T07:00:00+00:00", True),
        (Window(WORKDAYS, 7 * 60, 20 * 60), "2026-01-14T19:59:59+00:00", True),
        (Window(WORKDAYS, 7 * 60, 20 * 60), "2026-01-14T20:00:00+00:00", False),
        (Window(WORKDAYS, 7 * 60, 20 * 60), "2026-01-17T12:00:00+00:00", False),
        (Window(WORKDAYS, 7 * 60, 20 * 60, "Europe/Berlin"), "2026-01-14T06:00:00+00:00", True),
        (Window(WORKDAYS, 7 * 60, 20 * 60, "Europe/Berlin"), "2026-07-15T05:00:00+00:00", True),
        (Window(frozenset({4}), 22 * 60, 6 * 60), "2026-01-16T23:00:00+00:00", True),
        (Window(frozenset({4}), 22 * 60, 6 * 60), "2026-01-17T05:59:00+00:00", True),
        (Window(frozenset({4}), 22 * 60, 6 * 60), "2026-01-16T05:00:00+00:00", False),
        (Window(frozenset({6})), "2026-01-18T23:59:59+00:00", True),
    ],
)
def test_time_windows(window: Window, at: str, within: bool) -> None:
    assert matches(Match(when=When(inside=window)), Facts(), at) is within
    assert matches(Match(when=When(outside=window)), Facts(), at) is not within


def test_a_check_says_what_it_needs_and_what_it_sees() -> None:
    match = Match(who=Who(not_groups=("eng",)), app=App(status=("unknown", "unsanctioned")))
    status, groups = checks(match, Question())[1:]
    scene = prepare(Facts(groups=("eng", "eu")), datetime(2026, 1, 1, tzinfo=UTC))
    assert (status.key, status.required, status.observe(scene)) == (
        "app.status",
        "unknown or unsanctioned",
        "tolerated",
    )
    assert (groups.key, groups.required, groups.observe(scene)) == ("who.not_groups", "not eng", "eng, eu")


def test_a_clause_in_words() -> None:
    clause = Clause(entities=("SECRET.*",), places=("file",), decided=False, min_confidence=0.5, min_count=2)
    assert describe(clause) == "SECRET.* in file not in the service's own words confidence >= 0.5 count >= 2"
    assert describe(Clause(class_at_least="Restricted")) == "class at least Restricted"


def asked(*clauses: Clause) -> Sequence[Asked]:
    return ask(Content(any=clauses), (), catalogue()).any


def test_what_was_seen_names_kinds_and_never_values(now: datetime) -> None:
    from policies.condition import _seen

    findings = (
        FindingFact("US_SSN", "pii", 0.5, digest="secretdigest"),
        FindingFact("US_SSN", "pii", 0.85, place="file"),
        FindingFact("SOURCE_CODE", "code", 0.9, lines=12),
    )
    scene: Scene = prepare(Facts(findings=findings), now)
    both = asked(Clause(entities=("US_SSN",)), Clause(categories=("code",)))
    assert _seen(both, scene) == "SOURCE_CODE 12 lines (0.90, prompt), US_SSN x2 (0.85, file/prompt)"
    assert _seen(asked(Clause(categories=("pii",))), scene) == "US_SSN x2 (0.85, file/prompt)"
    assert _seen(asked(Clause(entities=("IBAN_CODE",))), scene) == "nothing of that"
    german = asked(Clause(entities=("US_SSN",), languages=("de",)))
    assert _seen(german, scene) == "US_SSN x2 (0.85, file/prompt) and no prose whose language could be told"
    spoken = prepare(Facts(languages=(("prompt", "fr"),), findings=findings), now)
    assert _seen(asked(Clause(languages=("de",))), spoken) == "prose in French"


TOLD = (
    (("personal",), "personal", True),
    (("personal",), "corporate", False),
    (("personal",), "", frozenset({"identity"})),
    (("personal", "unknown"), "", True),
)


@pytest.mark.parametrize(("wanted", "account", "holds_"), TOLD)
def test_an_account_that_the_wire_does_not_show_is_unknown(
    wanted: tuple[str, ...], account: str, holds_: Truth
) -> None:
    assert matches(Match(app=App(accounts=wanted)), Facts(account=account)) == holds_


def test_a_tenant_is_unknown_unless_the_account_is_personal() -> None:
    match = Match(app=App(tenants=("acme-*",)))
    assert matches(match, Facts(account="corporate", tenant="acme-eu")) is True
    assert matches(match, Facts(account="corporate", tenant="other")) is False
    assert matches(match, Facts(account="personal")) is False
    assert matches(match, Facts(account="corporate")) == frozenset({"identity"})


def test_where_data_is_kept_nobody_knows_it_is_kept_elsewhere() -> None:
    match = Match(app=App(residency_not=("EU", "EEA")))
    assert matches(match, Facts(residency=("US",))) is True
    assert matches(match, Facts(residency=("US", "eu"))) is False
    assert matches(match, Facts()) is True
