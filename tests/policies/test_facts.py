"""Facts are values: frozen, comparable, with the reasons that `on_unknown` knows."""

import dataclasses

import pytest

from detectors.finding import Finding
from policies.facts import REASONS, Facts, FindingFact, fact_of
from policies.rule import ON_UNKNOWN


def test_every_reason_has_a_shipped_resolution() -> None:
    assert set(ON_UNKNOWN) == set(REASONS)


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Facts().app = "claude"  # type: ignore[misc]


def test_a_live_finding_counts_once() -> None:
    fact = FindingFact("US_SSN", "pii", 0.9)
    assert (fact.count, fact.distinct, fact.ref) == (1, 1, -1)


def test_a_finding_becomes_what_a_rule_may_know_of_it() -> None:
    finding = Finding(
        "SOURCE_CODE", "code", 3, 9, 0.8, "code.segmenter@1", "ab12", ("fence",), "go", "code", 7, "src/a", 0.5
    )
    fact = fact_of(finding, 4, place="file", writable=False, decided=True)
    assert fact == FindingFact(
        "SOURCE_CODE", "code", 0.8, "file", False, True, "ab12", language="go", kind="code", lines=7, source="src/a",
        overlap=0.5, ref=4,
    )  # fmt: skip
