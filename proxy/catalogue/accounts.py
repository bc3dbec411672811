"""A request in, whose account it uses out: personal, corporate or unknown, and the tenant's id (accounts.yaml).

Rules
1. Our own tenants are those that services.yaml names. Of several ids that a request shows, one that is not ours is
   enough to call the account personal.
2. Where no tenant of ours is named, the vendor's word for the plan decides; without that nothing is claimed.
3. Nothing here is proof: tokens are read and not verified. A vendor refuses what does not belong together.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from proxy.exchange import Exchange

_FILE = Path(__file__).with_name("accounts.yaml")
_TOKEN_LENGTH = 16 * 1024


@dataclass(frozen=True, slots=True)
class Account:
    """`kind`: `personal`, `corporate` or empty; `tenant`: the vendor's id, empty where the wire shows none."""

    kind: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class _Signal:
    services: frozenset[str]
    source: str
    name: str
    pattern: re.Pattern[str]


def recognise(exchange: Exchange, service: str, own: frozenset[str]) -> Account:
    """Return whose account it is. `own` holds our tenants at this service, in small letters. Raises nothing."""
    tenants: list[str] = []
    plans: list[str] = []
    signals, words = _table()
    for signal in signals:
        if service in signal.services:
            for value in _values(signal, exchange):
                found = signal.pattern.match(value) if signal.source == "path" else signal.pattern.fullmatch(value)
                if found:
                    groups = found.groupdict()
                    tenants += [groups["tenant"]] if groups.get("tenant") else []
                    plans += [groups["plan"]] if groups.get("plan") else []
    tenant = next((each for each in tenants if each.lower() not in own), tenants[0] if tenants else "")
    if tenant and own:
        return Account("corporate" if tenant.lower() in own else "personal", tenant)
    kinds = {words[plan] for plan in plans if plan in words}
    return Account("personal" if "personal" in kinds else "corporate" if kinds else "", tenant)


@cache
def _table() -> tuple[tuple[_Signal, ...], Mapping[str, str]]:
    table: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    signals = tuple(
        _Signal(frozenset(entry["services"]), entry["from"], entry.get("name", ""), re.compile(entry["pattern"]))
        for entry in table["signals"]
    )
    return signals, {plan: kind for kind, plans in table["plans"].items() for plan in plans}


def _values(signal: _Signal, exchange: Exchange) -> Iterator[str]:
    if signal.source == "header":
        yield from (value.strip() for name, value in exchange.headers if name == signal.name)
    elif signal.source == "path":
        yield exchange.path.partition("?")[0]
    elif signal.source == "host":
        yield exchange.host
    elif signal.source == "cookie":
        for pair in exchange.header("cookie").split("; "):
            name, _, value = pair.partition("=")
            if name == signal.name:
                yield value
    else:
        claim = _claims(exchange)
        for key in signal.name.split("|"):
            claim = claim.get(key) if isinstance(claim, dict) else None
        if isinstance(claim, str):
            yield claim


def _claims(exchange: Exchange) -> Any:
    """Return the payload of a bearer JWT (RFC 7519), not verified; None where there is none."""
    scheme, _, token = exchange.header("authorization").partition(" ")
    pieces = token.strip().split(".")
    if scheme.lower() != "bearer" or len(pieces) != 3 or len(token) > _TOKEN_LENGTH:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(pieces[1] + "=" * (-len(pieces[1]) % 4)))
    except (ValueError, RecursionError):
        return None
