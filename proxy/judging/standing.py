"""A request and its sender in, what is known beside its bytes out: whose account, which key, what was answered before.

Rules
1. A virtual key is exchanged here and nowhere else; one that opens nothing refuses the request, before any policy.
2. An API key of the vendor's own that is not among those we know makes the account personal, where we know any of the
   service; its tenant is then `key:` and a keyed hash, so that one key is one account in rules and records.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from policies.facts import Facts
from proxy.catalogue.accounts import Account, recognise
from proxy.catalogue.endpoint import Match
from proxy.exchange import Client, Exchange
from proxy.judging import virtualkeys
from proxy.judging.forwarding import Changes, swapped, tenant_headers
from proxy.judging.snapshot import Snapshot
from proxy.judging.virtualkeys import PREFIX, KeyRefused, KeyRing

Answers = Callable[[Facts], tuple[tuple[str, str], ...]]


def unasked(_facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return no answers."""
    return ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known. `refused` is for the user, where the request is not to be sent at all."""

    client: Client
    account: Account = field(default=Account())
    changes: Changes = field(default=Changes(), repr=False)
    refused: str = ""
    answers: Answers = field(default=unasked, repr=False)


def assess(
    exchange: Exchange,
    client: Client,
    match: Match,
    snapshot: Snapshot,
    keys: KeyRing,
    now: datetime,
    answers: Answers = unasked,
) -> Standing:
    """Return the standing of a request."""
    service, catalogue = match.service.id, snapshot.catalogue
    account = recognise(exchange, service, catalogue.own_tenants(service))
    changes = tenant_headers(catalogue.restrictions(exchange.host, exchange.path))
    found = virtualkeys.held(exchange)
    for key in found:
        if key.text.startswith(PREFIX):
            try:
                vendor_key, client, id = keys.exchange(key.text, service, client, now)
            except KeyRefused as refused:
                return Standing(client, account, refused=str(refused))
            if len(found) > 1:
                return Standing(client, account, refused="Please send one key, the one that hushgate gave you.")
            changes += swapped(exchange, key, vendor_key)
            account = Account("corporate", account.tenant or f"key:{id}")
        elif not account.kind and keys.managed(service, key.text) is not None:
            kind = "corporate" if keys.managed(service, key.text) else "personal"
            account = Account(kind, account.tenant or f"key:{keys.fingerprint(key.text)}")
    return Standing(client, account, changes, answers=answers)
