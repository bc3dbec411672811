"""The shipped packs keep their promises, and their tests notice every weakening of every rule."""

import copy
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import yaml

from detectors.entities import catalogue
from policies import testing
from policies.engine import decide
from policies.facts import REASONS, Facts, FindingFact
from policies.lattice import prove
from policies.load import PACKS, from_texts, load, packs
from policies.model import Action
from policies.problem import PolicyError
from policies.question import parse
from policies.testing import Scan

Pack = dict[str, Any]


def read(name: str) -> Pack:
    pack = yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(pack, dict)
    return pack


def failing(pack: Pack, scan: Scan) -> list[str]:
    """Return the names of the failed tests; a pack that does not load fails as a whole."""
    try:
        policy = from_texts({"pack.yaml": yaml.safe_dump(pack, sort_keys=False)})
    except PolicyError as error:
        return [problem.message for problem in error.problems]
    return [result.case.name for result in testing.run(policy, scan) if not result.passed]


def mutants(pack: Pack) -> Iterator[tuple[str, Pack]]:
    for n, rule in enumerate(pack["rules"]):
        yield from mutants_of_rule(pack, n, rule["id"])
    for key, actions in (("app_status", ("allow", "monitor", "block")),):
        for status, now in pack["defaults"][key].items():
            for action in actions:
                if action != now and status in {"prohibited", "sanctioned"} and action != "block":
                    changed = copy.deepcopy(pack)
                    changed["defaults"][key][status] = action
                    yield f"default for {status}: {now} -> {action}", changed


def mutants_of_rule(pack: Pack, n: int, name: str) -> Iterator[tuple[str, Pack]]:
    def changed() -> tuple[Pack, Any]:
        mutant = copy.deepcopy(pack)
        return mutant, mutant["rules"][n]

    mutant, _ = changed()
    del mutant["rules"][n]
    yield f"{name} deleted", mutant
    for action in ("allow", "monitor", "redact", "block"):
        mutant, rule = changed()
        if rule["action"]["type"] != action:
            rule["action"].pop("unwritable", None)
            rule["action"]["type"] = action
            yield f"{name}: {pack['rules'][n]['action']['type']} -> {action}", mutant
    mode = pack["rules"][n].get("mode", pack["defaults"]["mode"])
    mutant, rule = changed()
    rule["mode"] = "shadow" if mode == "enforce" else "enforce"
    yield f"{name}: {mode} -> {rule['mode']}", mutant
    for kind, number in [(k, i) for k, v in pack["rules"][n]["match"]["content"].items() for i in range(len(v))]:
        clause = pack["rules"][n]["match"]["content"][kind][number]
        for key, lower in (("min_confidence", 0.05), ("min_lines", 1)):
            for sign in (-1, 1):
                mutant, rule = changed()
                value = clause.get(key)
                if value is not None and value + sign * lower >= (1 if key == "min_lines" else 0):
                    moved = round(value + sign * lower, 2)
                    rule["match"]["content"][kind][number][key] = moved
                    yield f"{name}: {key} {value} -> {moved}", mutant
        for key in ("min_confidence", "min_lines"):
            mutant, rule = changed()
            if clause.get(key, 1) != 1 and rule["match"]["content"][kind][number].pop(key, None):
                yield f"{name}: {key} dropped", mutant


ALL = [(name, what, mutant) for name in packs() for what, mutant in mutants(read(name))]


@pytest.mark.parametrize("name", packs())
def test_every_test_of_the_pack_passes(name: str, scan: Scan) -> None:
    assert failing(read(name), scan) == []
    policy = load([f"pack:{name}"])
    assert [r.failures for r in testing.run(policy, scan) if not r.passed] == []


@pytest.mark.parametrize(("name", "what", "mutant"), ALL, ids=[f"{name}: {what}" for name, what, _ in ALL])
def test_a_weakened_pack_fails_a_test(name: str, what: str, mutant: Pack, scan: Scan) -> None:
    assert failing(mutant, scan)


def test_mutants_are_made_of_every_rule() -> None:
    for name in packs():
        for rule in read(name)["rules"]:
            assert len([1 for pack, what, _ in ALL if pack == name and what.startswith(f"{rule['id']}")]) >= 5


@pytest.mark.parametrize("name", packs())
def test_every_rule_has_a_test_that_it_catches_and_one_that_it_lets_be(name: str) -> None:
    for rule in read(name)["rules"]:
        named = [rule["id"] in test["expect"].get("rules", ()) for test in rule["tests"]]
        assert True in named, rule["id"]
        assert False in named, rule["id"]
        assert rule["description"]
        assert rule["tags"]


@pytest.mark.parametrize("name", packs())
def test_what_stops_or_changes_a_request_says_why(name: str) -> None:
    for rule in load([f"pack:{name}"]).rules:
        if rule.action.type.rank > Action.MONITOR.rank:
            assert rule.action.message
            assert "{ref}" in rule.action.message or name == "monitor-only"


def test_secrets_are_a_floor_where_they_are_enforced() -> None:
    for name, rule in (("default", "secrets-never-leave"), ("strict", "secrets-stop")):
        floors = [r.id for r in load([f"pack:{name}"]).rules if r.floor]
        assert floors == [rule]


STATUSES = ("sanctioned", "tolerated", "unsanctioned", "prohibited", "unknown")
CANDIDATES = (
    "SECRET_JWT",
    "LABEL_RESTRICTED",
    "LABEL_TLP_AMBER_STRICT",
    "SOURCE_CODE",
    "US_SSN",
    "PHONE_NUMBER",
    "PERSON",
)


def fact(entity: str, ref: int = 0) -> FindingFact:
    category = catalogue().get(entity).category
    return FindingFact(entity, category, 0.9, lines=20 if entity == "SOURCE_CODE" else 0, ref=ref)


@pytest.mark.parametrize("status", STATUSES)
def test_monitor_only_changes_and_stops_nothing(status: str, now: datetime) -> None:
    policy = load(["pack:monitor-only"])
    for entities in itertools.combinations(CANDIDATES, 3):
        facts = Facts(
            status=status,
            findings=tuple(fact(entity, n) for n, entity in enumerate(entities)),
            unknown=REASONS,
            rewritable=False,
        )
        verdict = decide(facts, policy, now)
        assert (verdict.action, verdict.redactions) == (Action.MONITOR, {})


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("status", STATUSES)
def test_strict_stops_what_was_not_read(status: str, reason: str, now: datetime) -> None:
    verdict = decide(Facts(status=status, unknown=(reason,)), load(["pack:strict"]), now)
    closed = status in {"prohibited", "unknown"}
    about_content = reason not in {"identity", "names_timeout", "language"}
    assert (verdict.action is Action.BLOCK) is (closed or about_content)


@pytest.mark.parametrize("entity", CANDIDATES)
@pytest.mark.parametrize("status", STATUSES)
def test_strict_is_never_laxer_than_default(status: str, entity: str, now: datetime) -> None:
    for tools, writable in itertools.product((True, False), repeat=2):
        facts = Facts(status=status, tools=tools, rewritable=writable, findings=(fact(entity),))
        default, strict = (decide(facts, load([f"pack:{name}"]), now).action for name in ("default", "strict"))
        assert strict.rank >= default.rank


def test_monitor_only_rehearses_what_default_does(now: datetime) -> None:
    default, rehearsal = load(["pack:default"]), load(["pack:monitor-only"])
    for entity, status, tools in itertools.product(CANDIDATES, STATUSES, (True, False)):
        facts = Facts(status=status, tools=tools, findings=(fact(entity),))
        done = {hit.id: hit.action for hit in decide(facts, default, now).rules}
        would = decide(facts, rehearsal, now).would
        assert ({hit.id: hit.action for hit in would.rules} if would else {}) == done


@pytest.mark.parametrize("name", packs())
def test_a_login_passes(name: str, now: datetime) -> None:
    login = Facts(
        app="claude",
        status="tolerated",
        activity="auth",
        findings=tuple(
            FindingFact(entity, "secret", 1.0, place="credential", writable=False)
            for entity in ("SECRET_JWT", "SECRET_PASSWORD", "EMAIL_ADDRESS", "US_SSN")
        ),
    )
    assert decide(login, load([f"pack:{name}"]), now).action is Action.MONITOR


def test_names_run_for_every_service(policy_of: Callable[..., object]) -> None:
    for name in packs():
        assert load([f"pack:{name}"]).needs(Facts()) >= {"names"}


OUTSIDE = "not on_prem and not private_tenant"


@pytest.mark.parametrize(
    ("pack", "question"),
    [
        ("iso27001", f"CONFIDENTIAL -> {OUTSIDE}"),
        ("iso27001", f"SOURCE_CODE -> {OUTSIDE}"),
        ("iso27001", f"DOCUMENT -> {OUTSIDE}"),
        *(("iso27001", f"Confidential in {part} -> {OUTSIDE}") for part in ("prompt", "system", "tool_result", "file")),
        ("iso27001", "SECRET.* -> anywhere"),
        ("strict", "SECRET.* -> anywhere"),
        ("strict", "Restricted in prompt -> unsanctioned"),
        ("strict", "unread -> unknown"),
        ("default", "SECRET.* -> anywhere"),
        ("default", "PII.HIGH_HARM in file -> anywhere"),
        ("default", "LABEL_RESTRICTED in prompt -> not sanctioned"),
    ],
)
def test_what_a_pack_promises_is_proven(pack: str, question: str, now: datetime) -> None:
    policy = load([f"pack:{pack}"])
    zones = ("on_prem", "private_tenant")
    asked = parse(question.replace("CONFIDENTIAL ->", "LABEL_CONFIDENTIAL ->"), policy, catalogue(), zones, (), ())
    answer = prove(asked, policy, (), now)
    assert answer.counter is None


FORMAL = {  # class of what is found -> (inside of the perimeter, an approved service outside, a prohibited one)
    "Public": ("monitor", "monitor", "block"),
    "Internal": ("monitor", "monitor", "block"),
    "Confidential": ("monitor", "block", "block"),
    "Restricted": ("monitor", "block", "block"),
}
LABELS = {name: f"LABEL_{name.upper()}" for name in FORMAL}


@pytest.mark.parametrize("name", FORMAL)
def test_the_formal_prohibition_by_class_and_zone(name: str, now: datetime) -> None:
    policy = load(["pack:iso27001"])
    found = (fact(LABELS[name]),)
    zones = (("sanctioned", "on_prem"), ("sanctioned", "enterprise_contract"), ("prohibited", "public"))
    actions = tuple(
        str(decide(Facts(status=status, trust_zone=zone, findings=found), policy, now).action) for status, zone in zones
    )
    assert actions == FORMAL[name]
