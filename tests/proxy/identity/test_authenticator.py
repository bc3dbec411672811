"""Who sent it: what each kind of client shows, and what a client that lies gains: nothing."""

import base64
from typing import Any

import pytest

from proxy.door.access import read_networks
from proxy.door.peer import Challenge, Peer
from proxy.exchange import Client
from proxy.identity import directory
from proxy.identity.authenticator import Authenticator, Headers
from proxy.identity_section import Ldap, Parents, Section

PEOPLE = "ada:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n"
USERS = "schema: users/v1\nusers:\n  ada: {groups: [hr], device: lt-1}\n  bob: {groups: [eng]}\n"
TEXTS = {"htpasswd": PEOPLE, "users": USERS, "addresses": "10.0.0.9 bob\n"}
PARENTS = Parents(read_networks(["10.0.0.5/32"]))
FILES: dict[str, Any] = {"htpasswd": "h", "users": "u", "addresses": "a", "required": True}


def basic(user: str, password: str) -> tuple[str, str]:
    return "proxy-authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


async def who(
    section: Section, *headers: tuple[str, str], address: str = "10.0.0.1", **peer: str
) -> Client | Challenge:
    return await Authenticator(section, TEXTS)(Headers(headers), Peer(address, **peer))


async def test_nothing_configured_is_the_address_alone() -> None:
    assert await who(Section(), basic("ada", "x"), ("x-authenticated-user", "root")) == Client("10.0.0.1")


async def test_a_password_gives_the_user_and_the_groups() -> None:
    assert await who(Section(**FILES), basic("ada", "secret")) == Client("10.0.0.1", "ada", ("hr",), "basic", "lt-1")


@pytest.mark.parametrize(
    "headers",
    [
        [basic("ada", "wrong")],
        [basic("eve", "secret")],
        [basic("", "secret")],
        [("proxy-authorization", "Basic ???")],
        [("proxy-authorization", "Basic YWRh")],
        [("proxy-authorization", "Bearer abc")],
        [("proxy-authorization", "Negotiate abc")],
        [basic("ada", "secret"), basic("ada", "wrong")],
    ],
    ids=["password", "user", "no-user", "base64", "no-colon", "bearer", "negotiate", "twice"],
)
async def test_what_is_wrong_is_asked_again_and_not_passed_over(headers: list[tuple[str, str]]) -> None:
    found = await who(Section(**FILES), *headers, address="10.0.0.9")
    assert isinstance(found, Challenge)
    assert found.reason == "identity_wrong"
    assert dict(found.headers)["Proxy-Authenticate"].startswith('Basic realm="hushgate"')


async def test_who_says_nothing_is_asked_or_looked_up_by_address() -> None:
    found = await who(Section(**FILES))
    assert isinstance(found, Challenge)
    assert found.reason == "identity"
    assert await who(Section(**FILES), address="10.0.0.9") == Client("10.0.0.9", "bob", ("eng",), "address-table")
    assert await who(Section(**{**FILES, "required": False})) == Client("10.0.0.1")


async def test_where_nobody_can_be_asked_there_is_no_407() -> None:
    found = await who(Section(required=True, addresses="a"))
    assert found == Challenge((), "identity_none")


async def test_a_parents_word_is_believed_from_its_network_only() -> None:
    section = Section(**FILES, parents=PARENTS)
    said = (("x-authenticated-user", "ADA"), ("x-authenticated-groups", "ops, hr"), ("x-client-ip", "10.9.8.7"))
    assert await who(section, *said, address="10.0.0.5") == Client("10.9.8.7", "ada", ("ops", "hr"), "parent", "lt-1")
    assert isinstance(await who(section, *said), Challenge)
    assert isinstance(await who(section, *said, said[0], address="10.0.0.5"), Challenge)


async def test_spoofed_headers_beside_a_password_change_nothing() -> None:
    section = Section(**FILES, parents=PARENTS)
    lies = (("x-authenticated-user", "root"), ("x-authenticated-groups", "admins"), ("x-client-ip", "10.0.0.9"))
    assert await who(section, *lies, basic("ada", "secret")) == Client("10.0.0.1", "ada", ("hr",), "basic", "lt-1")


async def test_a_verified_certificate_names_user_and_device() -> None:
    assert await who(Section(**FILES), user="Ada", device="d9") == Client(
        "10.0.0.1", "ada", ("hr",), "certificate", "d9"
    )


async def test_guessing_ends_after_the_limit_and_the_known_go_on() -> None:
    now = [0.0]
    ask = Authenticator(Section(**FILES, failures=3), TEXTS, lambda: now[0])
    peer = Peer("10.0.0.1")
    assert isinstance(await ask(Headers((basic("ada", "secret"),)), peer), Client)
    reasons = [await ask(Headers((basic("ada", f"guess{n}"),)), peer) for n in range(5)]
    assert [r.reason for r in reasons if isinstance(r, Challenge)] == ["identity_wrong"] * 3 + ["identity_limit"] * 2
    assert isinstance(await ask(Headers((basic("ada", "secret"),)), peer), Client)
    now[0] = 400
    assert isinstance(await ask(Headers((basic("ada", "secret"),)), peer), Client)


async def test_a_directory_that_is_down_makes_the_sender_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def verify(self: object, user: str, password: str) -> bool:
        nonlocal calls
        calls += 1
        raise directory.Down("LDAPSocketOpenError")

    monkeypatch.setattr(directory.Directory, "verify", verify)
    now = [0.0]
    section = Section(required=True, ldap=Ldap("ldaps://ldap.invalid", "dc=x"))
    ask = Authenticator(section, {}, lambda: now[0])
    for _ in range(3):
        found = await ask(Headers((basic("ada", "secret"),)), Peer("10.0.0.1"))
        assert found == Client("10.0.0.1", source="ldap", unknown=True)
    assert calls == 1
    now[0] = 6
    await ask(Headers((basic("ada", "secret"),)), Peer("10.0.0.1"))
    assert calls == 2


async def test_groups_that_cannot_be_asked_for_are_unknown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory.Directory, "groups", lambda *_: (_ for _ in ()).throw(directory.Down("x")))
    section = Section(**FILES, ldap=Ldap("ldaps://ldap.invalid", "dc=x", group_base="dc=x"))
    found = await who(section, basic("ada", "secret"))
    assert found == Client("10.0.0.1", "ada", ("hr",), "basic", "lt-1", unknown=True)


async def test_nothing_secret_is_kept_in_the_clear() -> None:
    ask = Authenticator(Section(**FILES), TEXTS)
    await ask(Headers((basic("ada", "secret"),)), Peer("10.0.0.1"))
    assert "secret" not in repr(ask._verified._known)
