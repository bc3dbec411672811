"""What is known of a request beside its bytes."""

from datetime import UTC, datetime

import pytest

from proxy.catalogue.accounts import Account
from proxy.catalogue.catalogue import from_texts
from proxy.exchange import Client, Exchange
from proxy.judging.snapshot import Snapshot, Texts, compile_texts
from proxy.judging.standing import assess
from proxy.judging.virtualkeys import KeyRing, make

NOW = datetime(2026, 11, 24, tzinfo=UTC)
VENDOR = "-".join(["sk", "proj", "q8Zt2mVb9NcR4wL1"])
WORKSPACE = "0b1a2c3d-1111-4222-8333-444455556666"
SERVICES = f"""
schema: services/v1
services:
  openai-api: {{tenants: [org-ours], residency: [eu]}}
tenants:
  chatgpt-workspaces: [{WORKSPACE}]
"""
POLICY = "schema: policy/v1\npolicy: p\nowner: o@example.com\n"
TEXT, ENTRY = make("payments", "openai-api", VENDOR)
RING = KeyRing([ENTRY], b"secret")
ADA = Client("10.0.0.1", "ada")


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return compile_texts(Texts({"p.yaml": POLICY}, {"services": SERVICES}))


def standing(snapshot: Snapshot, host: str, *headers: tuple[str, str], keys: KeyRing = RING, path: str = "/v1/chat/completions"):  # type: ignore[no-untyped-def] # fmt: skip
    exchange = Exchange("POST", "https", host, 443, path, headers)
    match = snapshot.catalogue.match(host, "POST", path)
    return assess(exchange, ADA, match, snapshot, keys, NOW)


def test_a_virtual_key_becomes_the_vendors_and_a_corporate_account(snapshot: Snapshot) -> None:
    found = standing(snapshot, "api.openai.com", ("authorization", f"Bearer {TEXT}"))
    assert found.account == Account("corporate", f"key:{ENTRY.id}")
    assert found.changes.put == (("authorization", f"Bearer {VENDOR}"),)
    assert VENDOR not in repr(found)


def test_an_unmanaged_key_is_a_personal_account(snapshot: Snapshot) -> None:
    mine = standing(snapshot, "api.openai.com", ("authorization", "Bearer sk-mine"))
    assert mine.account == Account("personal", f"key:{RING.fingerprint('sk-mine')}")
    ours = standing(snapshot, "api.openai.com", ("authorization", f"Bearer {VENDOR}"))
    assert ours.account.kind == "corporate"
    assert (
        standing(snapshot, "api.openai.com", ("authorization", "Bearer sk-mine"), keys=KeyRing()).account == Account()
    )


def test_a_key_that_opens_nothing_refuses(snapshot: Snapshot) -> None:
    assert "not valid" in standing(snapshot, "api.openai.com", ("x-api-key", "hgk_x")).refused
    assert (
        "one key"
        in standing(snapshot, "api.openai.com", ("authorization", f"Bearer {TEXT}"), ("x-api-key", "o")).refused
    )
    assert "opens nothing else" in standing(snapshot, "api.anthropic.com", ("x-api-key", TEXT)).refused


def test_tenant_headers_are_set_on_their_hosts_only(snapshot: Snapshot) -> None:
    spoofed = ("chatgpt-allowed-workspace-id", "9f8e7d6c-1111-4222-8333-444455556666")
    found = standing(
        snapshot, "chatgpt.com", spoofed, ("ChatGPT-Allowed-Workspace-Id".lower(), "x"), path="/backend-api/x"
    )
    assert found.changes.headers([spoofed, spoofed]) == [("chatgpt-allowed-workspace-id", WORKSPACE)]
    assert not standing(snapshot, "api.openai.com").changes


def test_ids_of_a_restriction_are_tenants_of_ours() -> None:
    catalogue = from_texts({"services": SERVICES})
    assert catalogue.own_tenants("chatgpt") == {WORKSPACE}
    assert catalogue.own_tenants("openai-api") == {"org-ours"}
    assert catalogue.residency("openai-api") == ("eu",)
