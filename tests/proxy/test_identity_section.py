"""The identity section: what it says, and what is wrong with it, line by line."""

import pytest

from proxy.identity_section import Section, SectionError, from_config, from_json, from_text

GOOD = """
listen: 127.0.0.1:8080
identity:
  htpasswd: /etc/hushgate/htpasswd
  parents: {networks: [10.0.0.5], user_header: X-Forwarded-User}
  proxy_protocol: [10.0.0.6/32]
  ldap: {url: "ldaps://ldap.example.com", user_base: "ou=people,dc=example,dc=com"}
"""


def test_a_section_of_a_configuration() -> None:
    section = from_json(from_config("hushgate.yaml", GOOD))
    assert section.required
    assert section.ldap is not None
    assert section.ldap.user_filter == "(uid={user})"
    assert section.parents is not None
    assert "x-forwarded-user" in section.own_headers
    assert [str(network) for network in section.proxy_protocol] == ["10.0.0.6/32"]


def test_a_section_that_is_a_file_of_its_own() -> None:
    assert from_json(from_text("identity.yaml", "required: false\nhtpasswd: x\n")).required is False


def test_nothing_said_is_by_address_alone() -> None:
    assert from_json(None) == Section()
    assert not Section().required


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("identity:\n  htpaswd: x\n", "hushgate.yaml:2:3", "htpasswd"),
        ("identity:\n  proxy_protocol: [10.0.0.300]\n", "hushgate.yaml:2:20", "is not a network"),
        ("identity:\n  parents: {networks: [10.0.0.1/8]}\n", "hushgate.yaml:2:24", "is not a network"),
        ("identity:\n  ldap: {url: 'ldap://h', starttls: false, user_base: x}\n", "hushgate.yaml:2:", "unencrypted"),
        ("identity:\n  ldap: {url: 'ldaps://h', user_base: x, bind_dn: 'cn=a'}\n", "hushgate.yaml:2:", "password"),
        ("identity:\n  ldap: {url: 'http://h', user_base: x}\n", "hushgate.yaml:2:15", "ldaps://host"),
        ("identity:\n  ldap: {url: 'ldaps://h', user_base: x, user_filter: '(uid=*)'}\n", "hushgate.yaml:2:", "{user}"),
        ("identity:\n  failures: 0\n", "hushgate.yaml:2:13", "out of range"),
        ("identity:\n  kerberos: {keytab: /k}\n", "hushgate.yaml:2:13", "realms"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, place: str, words: str) -> None:
    with pytest.raises(SectionError) as raised:
        from_config("hushgate.yaml", text)
    assert place in str(raised.value)
    assert words in str(raised.value)


def test_all_problems_are_said_at_once() -> None:
    with pytest.raises(SectionError) as raised:
        from_config("c.yaml", "identity:\n  one: 1\n  two: 2\n")
    assert "c.yaml:2" in str(raised.value)
    assert "c.yaml:3" in str(raised.value)
