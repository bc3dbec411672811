"""Which connections are opened for inspection, whatever order the entries stand in."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from policies.connection import Gate
from policies.model import Policy
from policies.rule import Inspection

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
ENTRIES = (
    Inspection("pass_through", hosts=("*.vendor.example",), expires=NOW + timedelta(seconds=1)),
    Inspection("inspect", hosts=("ai.vendor.example",)),
    Inspection("refuse", groups=("contractors",), networks=("10.0.0.0/8",)),
)


@pytest.mark.parametrize("entries", itertools.permutations(ENTRIES))
def test_the_strictest_entry_counts(entries: tuple[Inspection, ...]) -> None:
    gate = Gate(entries)
    assert gate.decide("www.vendor.example", (), "192.0.2.1", NOW) == "pass_through"
    assert gate.decide("AI.vendor.example.", (), "192.0.2.1", NOW) == "inspect"
    assert gate.decide("www.vendor.example", ("Contractors",), "10.1.1.1", NOW) == "refuse"
    assert gate.decide("www.vendor.example", ("contractors",), "192.0.2.1", NOW) == "pass_through"
    assert gate.decide("example.com", (), "192.0.2.1", NOW) == "inspect"


def test_an_expired_entry_is_inert_to_the_second() -> None:
    gate = Gate(ENTRIES)
    assert gate.decide("www.vendor.example", (), "192.0.2.1", NOW + timedelta(seconds=1)) == "inspect"


def test_an_address_that_cannot_be_read_opens_nothing() -> None:
    networks = ("10.0.0.0/8",)
    assert Gate((Inspection("pass_through", networks=networks),)).decide("a", (), "?", NOW) == "inspect"
    assert Gate((Inspection("refuse", networks=networks),)).decide("a", (), "?", NOW) == "refuse"
    assert Gate((Inspection("refuse", networks=networks),)).decide("a", (), "::ffff:10.0.0.1", NOW) == "refuse"


def test_a_policy_is_asked_directly(policy_of: Callable[[str], Policy]) -> None:
    policy = policy_of(
        """
        inspection:
          - {hosts: ["*.bank.example"], do: refuse}
          - {hosts: [build.example], do: pass_through, reason: pinned, owner: ops, expires: 2026-01-14}
        """
    )
    assert policy.inspect("api.bank.example", (), "192.0.2.1", NOW) == "refuse"
    assert policy.inspect("build.example", (), "192.0.2.1", NOW) == "pass_through"
    assert policy.inspect("build.example", (), "192.0.2.1", datetime(2026, 1, 15, tzinfo=UTC)) == "inspect"
