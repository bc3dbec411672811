"""Facts in, the same facts prepared for many rules out: findings by entity, the address parsed once."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from policies.facts import Facts, FindingFact

Address = IPv4Address | IPv6Address

_NOTHING: frozenset[str] = frozenset()
_ABOUT_WHO = frozenset({"identity"})
_ABOUT_LANGUAGE = frozenset({"language"})
_ABOUT_NAMES = frozenset({"names_timeout"})


@dataclass(frozen=True, slots=True)
class Scene:
    """One exchange at one moment.

    `unread` holds the reasons why text could hold more than was found, `unread_by_shape` the same without those that
    concern names in prose only; `unknown_who` the reasons why the sender is not known.
    """

    facts: Facts
    now: datetime
    findings: dict[str, list[FindingFact]] = field(repr=False)
    unread: frozenset[str]
    unread_by_shape: frozenset[str]
    unknown_who: frozenset[str]

    def address(self) -> Address | None:
        """Return the client address, None if there is none. Raises ValueError where it is not an address."""
        return _parsed(self.facts.address) if self.facts.address else None


@lru_cache(4096)
def _parsed(text: str) -> Address:
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address  # an IPv4 client of a dual-stack socket (RFC 4291, 2.5.5.2)


def prepare(facts: Facts, now: datetime) -> Scene:
    """Return the scene. Raises ValueError where `now` has no time zone."""
    if now.tzinfo is None:
        raise ValueError("the time of a decision needs a time zone; use datetime.now(UTC)")
    findings: dict[str, list[FindingFact]] = {}
    for fact in facts.findings:
        findings.setdefault(fact.entity, []).append(fact)
    if not facts.unknown:
        return Scene(facts, now, findings, _NOTHING, _NOTHING, _NOTHING)
    unknown = frozenset(facts.unknown)
    unread = unknown - _ABOUT_WHO - _ABOUT_LANGUAGE
    return Scene(facts, now, findings, unread, unread - _ABOUT_NAMES, unknown & _ABOUT_WHO)
