"""Facts are values: frozen, comparable, with the reasons that `on_unknown` knows."""

import dataclasses

import pytest

from policies.facts import REASONS, Facts, FindingFact
from policies.rule import ON_UNKNOWN


def test_every_reason_has_a_shipped_resolution() -> None:
    assert set(ON_UNKNOWN) == set(REASONS)


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Facts().app = "claude"  # type: ignore[misc]


def test_a_live_finding_counts_once() -> None:
    fact = FindingFact("US_SSN", "pii", 0.9)
    assert (fact.count, fact.distinct, fact.ref) == (1, 1, -1)
