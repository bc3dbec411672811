"""A policy set of three teams: it loads, its tests pass, and its parts work together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from policies import testing
from policies.engine import decide
from policies.facts import Facts, FindingFact
from policies.load import from_texts, load
from policies.model import Action, Policy
from policies.problem import PolicyError
from policies.testing import Scan

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "policies"


def test_the_set_passes_its_own_tests(scan: Scan) -> None:
    policy = load([FOLDER])
    failed = [(r.case.name, r.failures) for r in testing.run(policy, scan) if r.counts and not r.passed]
    assert failed == []
    assert [r.case.name for r in testing.run(policy, scan) if not r.counts and not r.passed] == [
        "a language that the rule does not name"
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("({kinds})", "({count} people)", 'a message cannot hold "{count}"'),
        ("PERSON, EMAIL_ADDRESS, US_SSN", "PERSON_RECORD", 'unknown entity "PERSON_RECORD"'),
        ("[embedding, upload, fine_tune]", "[embedding, file_upload]", 'unknown word "file_upload"'),
    ],
)
def test_what_the_sketches_wished_for_is_an_error_and_no_weaker_rule(before: str, after: str, message: str) -> None:
    text = (FOLDER / "30-privacy.yaml").read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(PolicyError, match=message.replace("(", r"\(").replace("{", r"\{")):
        from_texts({"30-privacy.yaml": text.replace(before, after, 1)})


def test_rules_of_several_teams_join(now: datetime) -> None:
    policy = load([FOLDER])
    facts = Facts(
        app="claude",
        address="10.20.1.1",
        activity="chat",
        findings=(
            FindingFact("EMAIL_ADDRESS", "pii", 0.9, ref=0),
            FindingFact("SECRET_PRIVATE_KEY", "secret", 0.9, ref=1),
        ),
    )
    users = [replace(facts, user=f"user{n}") for n in range(40)]
    verdicts = [decide(one, policy, now) for one in users]
    assert {verdict.action for verdict in verdicts} == {Action.BLOCK, Action.REDACT}  # rolled out to a quarter
    verdict = next(one for one in verdicts if one.action is Action.BLOCK)
    assert verdict.rules[0].id == "restricted-only-in-tenant"  # a private key makes it Restricted
    assert verdict.data_class == "Restricted"
    assert verdict.message == "This prompt contains Restricted data. Use azure-openai instead."
    assert verdict.notify == ("soc",)
    inside = decide(replace(facts, status="sanctioned"), policy, now)
    assert (inside.action, inside.redactions) == (Action.REDACT, {0: "cut-out-personal-data", 1: "secrets-never-leave"})


def test_the_order_of_the_files_means_nothing(policy_of: Callable[[str], Policy]) -> None:
    texts = load([FOLDER]).texts
    assert from_texts(dict(reversed(texts.items()))).revision == from_texts(texts).revision
