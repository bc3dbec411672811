"""The `inspection` list and a connection in, whether it is opened out: before any content is seen.

Rules
1. Keys of one entry are joined by AND, the words of one key by OR. An entry that has expired does not exist.
2. Of all entries that match, the strictest counts: refuse, inspect, pass_through. Where none matches: inspect.
3. An address that cannot be read is in every network for `refuse` and `inspect`, and in none for `pass_through`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from policies.pattern import one_of
from policies.rule import Inspection, Verb

_STRICTNESS: tuple[Verb, ...] = ("refuse", "inspect", "pass_through")


@dataclass(frozen=True, slots=True)
class Gate:
    """The entries of one policy."""

    entries: tuple[Inspection, ...] = ()

    def decide(
        self, host: str, groups: Sequence[str], address: str, now: datetime, categories: Sequence[str] = ()
    ) -> Verb:
        """Return what to do with a connection of `address` (a user in `groups`) to `host`, which is in `categories`."""
        names = (host.rstrip("."), *(f"category:{name}" for name in categories))
        found = {entry.do for entry in self.entries if _matches(entry, names, groups, address, now)}
        return next((verb for verb in _STRICTNESS if verb in found), "inspect")


def _matches(entry: Inspection, names: Sequence[str], groups: Sequence[str], address: str, now: datetime) -> bool:
    if entry.expires is not None and now >= entry.expires:
        return False
    if entry.hosts and not any(map(one_of(entry.hosts), names)):
        return False
    if entry.groups and not {group.casefold() for group in groups} & {group.casefold() for group in entry.groups}:
        return False
    return not entry.networks or _inside(entry, address)


def _inside(entry: Inspection, address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return entry.do != "pass_through"
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return any((mapped or parsed) in ip_network(network) for network in entry.networks)
