"""Questions to a real slapd: passwords, groups, and what an attacker writes into a user name."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.identity.directory import Directory, Down, _filled
from proxy.identity_section import Ldap
from tests.slapd import ADMIN, BASE, PASSWORD, USERS, Slapd, free_port, slapd


def test_what_a_client_sends_never_becomes_filter_syntax() -> None:
    assert _filled("(uid={user})", user="*)(uid=*") == r"(uid=\2a\29\28uid=\2a)"
    assert _filled("(&(a={user})(b={dn}))", user="{dn}", dn="x") == "(&(a=x)(b=x))"


def test_a_server_that_is_not_there_is_down() -> None:
    directory = Directory(Ldap(f"ldap://127.0.0.1:{free_port()}", BASE, timeout=1))
    with pytest.raises(Down, match="LDAPSocketOpenError"):
        directory.verify("mara", "x")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd")) as running:
        yield running


def settings(server: Slapd, *, secure: bool = True, **more: object) -> Ldap:
    url = f"ldaps://127.0.0.1:{server.secure}" if secure else f"ldap://127.0.0.1:{server.plain}"
    ldap = Ldap(url, f"ou=people,{BASE}", bind_dn=ADMIN, group_base=f"ou=groups,{BASE}", timeout=5)
    return dataclasses.replace(ldap, **more)  # type: ignore[arg-type]


def open_directory(server: Slapd, *, secure: bool = True, **more: object) -> Directory:
    return Directory(settings(server, secure=secure, **more), PASSWORD, server.ca.read_text())


@pytest.mark.services
@pytest.mark.parametrize("secure", [True, False], ids=["ldaps", "starttls"])
def test_the_right_password_and_the_groups(server: Slapd, secure: bool) -> None:
    directory = open_directory(server, secure=secure)
    for user, password in USERS.items():
        assert directory.verify(user, password)
        assert not directory.verify(user, password + "x")
    assert directory.groups("mara") == ("marketing",)
    assert directory.groups("odd (o*)") == ("hr",)
    assert directory.groups("nobody") == ()


@pytest.mark.services
@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("*", "mara-pass-1"),
        ("mara)(objectClass=*", "mara-pass-1"),
        ("mara)(|(uid=*", "mara-pass-1"),
        ("m*ra", "mara-pass-1"),
        ("mara\0", "mara-pass-1"),
        ("mara", ""),
        ("", ""),
        ("nobody", ""),
    ],
)
def test_no_user_name_opens_another_door(server: Slapd, user: str, password: str) -> None:
    assert not open_directory(server).verify(user, password)


@pytest.mark.services
def test_a_certificate_of_another_ca_is_not_talked_to(server: Slapd, tmp_path: Path) -> None:
    from tests.upstream import Authority

    other = Authority("other").pem().decode()
    for secure in (True, False):
        with pytest.raises(Down):
            Directory(settings(server, secure=secure), PASSWORD, other).verify("mara", "mara-pass-1")


@pytest.mark.services
def test_a_certificate_for_another_name_is_not_talked_to(server: Slapd) -> None:
    directory = open_directory(server, url=f"ldaps://localhost:{server.secure}")
    with pytest.raises(Down):
        directory.verify("mara", "mara-pass-1")


@pytest.mark.services
def test_a_service_account_with_a_wrong_password_is_down_and_not_a_no(server: Slapd) -> None:
    with pytest.raises(Down):
        Directory(settings(server), "wrong", server.ca.read_text()).verify("mara", "mara-pass-1")
