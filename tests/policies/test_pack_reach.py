"""How far each rule of the packs reaches: what it finds, in which parts, for which services; against a table by hand."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from detectors.entities import catalogue
from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.load import PACKS, from_texts, packs
from policies.model import Policy
from policies.words import PLACES, STATUSES

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
LABELS = (
    "PUBLIC",
    "INTERNAL",
    "CONFIDENTIAL",
    "RESTRICTED",
    "TLP_CLEAR",
    "TLP_GREEN",
    "TLP_AMBER",
    "TLP_AMBER_STRICT",
    "TLP_RED",
)
PROBES = (
    *(
        "SECRET_JWT",
        "SOURCE_CODE",
        "US_PASSPORT",
        "US_NPI",
        "ABA_ROUTING_NUMBER",
        "IN_AADHAAR",
        "CREDIT_CARD",
        "MEDICAL_RECORD",
    ),
    *(
        "EMAIL_ADDRESS",
        "PERSON",
        "LOCATION",
        "DOCUMENT",
        "OPAQUE_LIMIT",
        "OPAQUE_HIDDEN_TEXT",
        *(f"LABEL_{label}" for label in LABELS),
    ),
)
CONTENT = "prompt system tool_call tool_result file"
WITH_DEFS = "prompt system tool_def tool_call tool_result file"
ALL = "prompt system tool_def tool_call tool_result file metadata header"
OPEN = "tolerated unsanctioned prohibited unknown"
EVERY = "sanctioned tolerated unsanctioned prohibited unknown"
MARKED = "CONFIDENTIAL RESTRICTED TLP_AMBER TLP_AMBER_STRICT TLP_RED"
HARM = "US_PASSPORT IN_AADHAAR CREDIT_CARD MEDICAL_RECORD"
HIDDEN = "OPAQUE_LIMIT OPAQUE_HIDDEN_TEXT"
PERSONAL = f"{HARM} US_NPI ABA_ROUTING_NUMBER EMAIL_ADDRESS PERSON"
WATCHED = {
    "secrets-never-leave": ("SECRET_JWT", ALL, EVERY, "decided"),
    "marked-documents-stay-inside": (MARKED, CONTENT, OPEN, ""),
    "hidden-text-to-approved-services": (HIDDEN, CONTENT, OPEN, "decided"),
    "source-code-to-approved-services": ("SOURCE_CODE", CONTENT, OPEN, ""),
    "high-harm-personal-data": (HARM, CONTENT, EVERY, "decided"),
    "contact-data": ("EMAIL_ADDRESS", CONTENT, EVERY, "decided"),
    "contact-data-with-tools": ("EMAIL_ADDRESS", CONTENT, EVERY, "decided tools"),
    "names-are-recorded": ("PERSON LOCATION", CONTENT, EVERY, "decided"),
}
# rule -> what it finds, in which kinds of parts, for services of which status; `decided`: in what the service wrote
# itself too; `tools`: in a coding agent's turns only; `outside`, `inside`: of the perimeter only; `floor`.
TABLE: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "default": {**WATCHED, "secrets-never-leave": ("SECRET_JWT", ALL, EVERY, "decided floor")},
    "monitor-only": WATCHED,
    "strict": {
        "secrets-stop": ("SECRET_JWT", ALL, EVERY, "decided floor"),
        "marked-documents-stay-inside": (f"INTERNAL TLP_GREEN {MARKED}", CONTENT, OPEN, "decided"),
        "hidden-text-to-approved-services": (HIDDEN, CONTENT, OPEN, "decided"),
        "source-code-to-approved-services": ("SOURCE_CODE", CONTENT, OPEN, "decided"),
        "high-harm-personal-data": (f"{HARM} US_NPI ABA_ROUTING_NUMBER", CONTENT, EVERY, "decided"),
        "contact-data": ("EMAIL_ADDRESS", CONTENT, EVERY, "decided"),
        "names-are-recorded": ("PERSON LOCATION", CONTENT, EVERY, "decided"),
    },
    "iso27001": {
        "confidential-inside-only": (MARKED, ALL, EVERY, "decided outside floor"),
        "documents-inside-only": ("DOCUMENT", ALL, EVERY, "decided outside floor"),
        "hidden-text-inside-only": (HIDDEN, ALL, EVERY, "decided outside floor"),
        "personal-data-inside-only": (PERSONAL, WITH_DEFS, EVERY, "decided outside floor"),
        "personal-data-is-recorded": (PERSONAL, WITH_DEFS, EVERY, "decided inside"),
        "source-code-inside-only": ("SOURCE_CODE", ALL, EVERY, "decided outside floor"),
        "secrets-stop": ("SECRET_JWT", ALL, EVERY, "decided floor"),
    },
}


def matched(policy: Policy, entity: str, **facts: Any) -> set[str]:
    place, decided = facts.pop("place", "prompt"), facts.pop("decided", False)
    code = {"lines": 99, "language": "go"} if entity == "SOURCE_CODE" else {}
    found = FindingFact(entity, catalogue().get(entity).category, 0.9, place=place, decided=decided, **code)  # type: ignore[arg-type]
    verdict = decide(Facts(findings=(found,), **facts), policy, NOW)
    return {hit.id for hit in (*verdict.rules, *(verdict.would.rules if verdict.would else ()))}


def reach(policy: Policy) -> dict[str, tuple[set[str], set[str], set[str], set[str]]]:
    """Return how far each rule reaches, as the table has it."""
    found = {}
    for rule in policy.rules:
        wide = {
            "status": "tolerated",
            "tools": "with-tools" in rule.id,
            "trust_zone": "on_prem" if "recorded" in rule.id else "",
        }
        entities = {e for e in PROBES if rule.id in matched(policy, e, **wide)}
        first = min(entities, default="US_SSN")
        told = {"floor"} if rule.floor else set()
        told |= {"decided"} if rule.id in matched(policy, first, **{**wide, "decided": True}) else set()
        told |= {"tools"} if rule.id not in matched(policy, first, **{**wide, "tools": False}) else set()
        told |= (
            {"outside"} if rule.id not in matched(policy, first, **{**wide, "trust_zone": "private_tenant"}) else set()
        )
        told |= {"inside"} if rule.id not in matched(policy, first, **{**wide, "trust_zone": ""}) else set()
        found[rule.id] = (
            entities,
            {place for place in PLACES if rule.id in matched(policy, first, **{**wide, "place": place})},
            {status for status in STATUSES if rule.id in matched(policy, first, **{**wide, "status": status})},
            told,
        )
    return found


def expected(name: str) -> dict[str, tuple[set[str], set[str], set[str], set[str]]]:
    def entities(words: str) -> set[str]:
        return {f"LABEL_{word}" if word in LABELS else word for word in words.split()}

    return {
        rule: (entities(what), set(places.split()), set(status.split()), set(told.split()))
        for rule, (what, places, status, told) in TABLE[name].items()
    }


def read(name: str) -> Any:
    return yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))


def compiled(pack: Any) -> Policy:
    return from_texts({"pack.yaml": yaml.safe_dump(pack, sort_keys=False)})


@pytest.mark.parametrize("name", packs())
def test_each_rule_reaches_as_far_as_the_table_says(name: str) -> None:
    assert reach(compiled(read(name))) == expected(name)


def narrowed(pack: Any) -> Iterator[tuple[str, Any]]:
    """Yield the pack with one word less, wherever a rule or a list has several, and with a floor less."""
    for n, rule in enumerate(pack["rules"]):
        if rule.get("floor"):
            mutant = copy.deepcopy(pack)
            del mutant["rules"][n]["floor"]
            yield f"{rule['id']}: no floor", mutant
        for word in (rule["match"].get("app") or {}).get("status", ()):
            mutant = copy.deepcopy(pack)
            mutant["rules"][n]["match"]["app"]["status"].remove(word)
            yield f"{rule['id']}: not {word}", mutant
        for word in rule["match"]["content"]["any"][0].get("in", ()):
            mutant = copy.deepcopy(pack)
            mutant["rules"][n]["match"]["content"]["any"][0]["in"].remove(word)
            yield f"{rule['id']}: not in {word}", mutant
    for name, words in (pack.get("lists") or {}).items():
        for word in words["items"]:
            mutant = copy.deepcopy(pack)
            mutant["lists"][name]["items"].remove(word)
            yield f"{name}: not {word}", mutant


NARROWED = [(name, what, mutant) for name in packs() for what, mutant in narrowed(read(name))]
# Every entity of each of these groups is in another group of the list as well.
COVERED = {"personal_data: not PII.HIGH_HARM", "personal_data: not PII.GOVERNMENT_ID"}


@pytest.mark.parametrize(("name", "what", "mutant"), NARROWED, ids=[f"{name}: {what}" for name, what, _ in NARROWED])
def test_a_pack_with_one_word_less_is_noticed(name: str, what: str, mutant: Any) -> None:
    assert (reach(compiled(mutant)) == expected(name)) is (what in COVERED)
