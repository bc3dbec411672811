"""Whose account a request uses, by what the wire shows."""

import base64
import json

import pytest

from proxy.catalogue.accounts import Account, _table, recognise
from proxy.catalogue.catalogue import load
from proxy.exchange import Exchange

OURS = "0b1a2c3d-1111-4222-8333-444455556666"
OTHER = "9f8e7d6c-1111-4222-8333-444455556666"
OWN = frozenset({OURS, "org-ours"})


def exchange(*headers: tuple[str, str], path: str = "/", host: str = "h.example") -> Exchange:
    return Exchange("POST", "https", host, 443, path, headers)


def jwt(**claims: object) -> tuple[str, str]:
    pieces = [json.dumps({"alg": "none"}), json.dumps(claims)]
    head, body = (base64.urlsafe_b64encode(piece.encode()).decode().rstrip("=") for piece in pieces)
    return "authorization", f"Bearer {head}.{body}.c2ln"


AUTH = "https://api.openai.com/auth"


@pytest.mark.parametrize(
    ("service", "request_", "own", "account"),
    [
        ("openai-api", exchange(("openai-organization", "org-ours")), OWN, Account("corporate", "org-ours")),
        ("openai-api", exchange(("openai-organization", "org-mine")), OWN, Account("personal", "org-mine")),
        ("openai-api", exchange(("openai-organization", "org-mine")), frozenset(), Account("", "org-mine")),
        ("openai-api", exchange(), OWN, Account()),
        ("chatgpt", exchange(("chatgpt-account-id", OURS)), OWN, Account("corporate", OURS)),
        (
            "chatgpt",
            exchange(("chatgpt-account-id", OURS), jwt(**{AUTH: {"chatgpt_account_id": OTHER}})),
            OWN,
            Account("personal", OTHER),
        ),
        ("chatgpt", exchange(jwt(**{AUTH: {"chatgpt_plan_type": "free"}})), frozenset(), Account("personal")),
        ("chatgpt", exchange(jwt(**{AUTH: {"chatgpt_plan_type": "enterprise"}})), frozenset(), Account("corporate")),
        ("chatgpt", exchange(path="/backend-anon/conversation"), OWN, Account("personal")),
        ("claude", exchange(path=f"/api/organizations/{OTHER}/chat_conversations"), OWN, Account("personal", OTHER)),
        ("claude", exchange(("cookie", f"a=b; lastActiveOrg={OURS}; c=d")), OWN, Account("corporate", OURS)),
        ("azure-openai", exchange(host="corp-eu.openai.azure.com"), frozenset({"corp-eu"}), Account("corporate", "corp-eu")),
        ("github-copilot", exchange(host="api.individual.githubcopilot.com"), frozenset(), Account("personal")),
        ("github-copilot", exchange(host="api.business.githubcopilot.com"), frozenset(), Account("corporate")),
        ("gemini", exchange(("openai-organization", "org-mine")), OWN, Account()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_the_wire_shows(service: str, request_: Exchange, own: frozenset[str], account: Account) -> None:
    assert recognise(request_, service, own) == account


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "a.!!!.c", "e30.W10.x", "e30." + "A" * 20_000 + ".x", "..", "a.bnVsbA.c"]
)
def test_a_token_that_is_none_says_nothing(token: str) -> None:
    assert recognise(exchange(("authorization", f"Bearer {token}")), "chatgpt", OWN) == Account()


def test_every_service_of_the_table_is_in_the_catalogue() -> None:
    signals, plans = _table()
    assert not {service for signal in signals for service in signal.services if load().service(service) is None}
    assert set(plans.values()) == {"personal", "corporate"}
