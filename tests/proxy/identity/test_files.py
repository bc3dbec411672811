"""The files that a section names."""

from pathlib import Path

import pytest

from proxy.identity.files import gather
from proxy.identity_section import Kerberos, Ldap, Section, SectionError


def test_contents_by_use(tmp_path: Path) -> None:
    passwords, secret = tmp_path / "htpasswd", tmp_path / "bind"
    passwords.write_text("a:{SHA}x")
    secret.write_text("pw")
    secret.chmod(0o600)
    ldap = Ldap("ldaps://h", "dc=x", bind_dn="cn=a", bind_password_file=str(secret))
    texts = gather(Section(htpasswd=str(passwords), ldap=ldap, kerberos=Kerberos(str(tmp_path / "k"), ("R",))))
    assert texts == {"htpasswd": "a:{SHA}x", "ldap_password": "pw", "keytab": str(tmp_path / "k")}


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    secret = tmp_path / "bind"
    secret.write_text("pw")
    secret.chmod(0o644)
    ldap = Ldap("ldaps://h", "dc=x", bind_dn="cn=a", bind_password_file=str(secret))
    with pytest.raises(SectionError) as raised:
        gather(Section(htpasswd=str(tmp_path / "none"), ldap=ldap))
    assert "chmod 600" in str(raised.value)
    assert "none (htpasswd) cannot be read" in str(raised.value)
