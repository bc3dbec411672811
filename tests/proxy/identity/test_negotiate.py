"""Tokens of a real KDC."""

import base64
from collections.abc import Iterator

import pytest

from proxy.door.peer import Challenge, Peer
from proxy.exchange import Client
from proxy.identity.authenticator import Authenticator, Headers
from proxy.identity.negotiate import Negotiate, NegotiateError, NotProvedError
from proxy.identity_section import Kerberos, Section
from tests.kdc import REALM, Kdc, kdc


def test_what_is_missing_is_said() -> None:
    with pytest.raises(NegotiateError, match=r"extra `kerberos`|holds no key"):
        Negotiate(Kerberos("/nowhere.keytab", (REALM,)), "/nowhere.keytab")


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kdc]:
    pytest.importorskip("gssapi", reason="the extra kerberos is not installed (make test-services installs it)")
    patch = pytest.MonkeyPatch()
    with kdc(tmp_path_factory.mktemp("kdc")) as running:
        patch.setenv("KRB5_CONFIG", running.environment["KRB5_CONFIG"])
        yield running
    patch.undo()


def accepting(realm: Kdc, *realms: str, strip: bool = True) -> Negotiate:
    return Negotiate(Kerberos(str(realm.keytab), realms or (REALM,), strip_realm=strip), str(realm.keytab))


@pytest.mark.services
def test_a_ticket_proves_its_user_once(realm: Kdc) -> None:
    token = realm.token("hana")
    assert accepting(realm).accept(token) == "hana"
    with pytest.raises(NotProvedError):
        accepting(realm).accept(token)
    assert accepting(realm, strip=False).accept(realm.token("mara")) == f"mara@{REALM}"


@pytest.mark.services
def test_another_realm_is_not_ours(realm: Kdc) -> None:
    with pytest.raises(NotProvedError):
        accepting(realm, "OTHER.TEST").accept(realm.token("hana"))


@pytest.mark.services
@pytest.mark.parametrize("token", [b"", b"NTLMSSP\0\1\0\0\0", b"\x60\x03\x06\x01\x00", b"x" * 5000])
def test_anything_else_proves_nothing(realm: Kdc, token: bytes) -> None:
    with pytest.raises(NotProvedError):
        accepting(realm).accept(token)


@pytest.mark.services
async def test_a_token_opens_its_own_connection_only(realm: Kdc) -> None:
    section = Section(required=True, kerberos=Kerberos(str(realm.keytab), (REALM,)))
    ask = Authenticator(section, {"keytab": str(realm.keytab)})
    asked = await ask(Headers(()), Peer("10.0.0.1"))
    assert asked == Challenge((("Proxy-Authenticate", "Negotiate"),), "identity")
    header = ("proxy-authorization", "Negotiate " + base64.b64encode(realm.token("hana")).decode())
    peer = Peer("10.0.0.1")
    for _ in range(2):
        assert await ask(Headers((header,)), peer) == Client("10.0.0.1", "hana", (), "kerberos")
    stolen = await ask(Headers((header,)), Peer("10.0.0.1"))
    assert isinstance(stolen, Challenge)
    assert stolen.reason == "identity_wrong"
