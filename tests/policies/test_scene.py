"""Facts prepared for many rules."""

from datetime import datetime
from ipaddress import ip_address

import pytest

from policies.facts import Facts, FindingFact
from policies.scene import prepare


def test_findings_are_grouped_by_entity(now: datetime) -> None:
    facts = Facts(
        findings=(
            FindingFact("US_SSN", "pii", 0.9),
            FindingFact("IBAN_CODE", "pii", 0.9),
            FindingFact("US_SSN", "pii", 0.5),
        )
    )
    scene = prepare(facts, now)
    assert {entity: len(found) for entity, found in scene.findings.items()} == {"US_SSN": 2, "IBAN_CODE": 1}


def test_reasons_are_told_apart_by_what_they_concern(now: datetime) -> None:
    scene = prepare(Facts(unknown=("identity", "names_timeout", "media")), now)
    assert scene.unknown_who == {"identity"}
    assert scene.unread == {"names_timeout", "media"}
    assert scene.unread_by_shape == {"media"}


def test_addresses(now: datetime) -> None:
    assert prepare(Facts(), now).address() is None
    assert prepare(Facts(address="10.0.0.1"), now).address() == ip_address("10.0.0.1")
    assert prepare(Facts(address="::ffff:10.0.0.1"), now).address() == ip_address("10.0.0.1")
    with pytest.raises(ValueError):
        prepare(Facts(address="somewhere"), now).address()


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        prepare(Facts(), datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_a_scene_shows_no_findings(now: datetime) -> None:
    assert "US_SSN" not in repr(prepare(Facts(findings=(FindingFact("US_SSN", "pii", 0.9),)), now)).split("facts=")[0]
