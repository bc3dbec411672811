"""The `identity:` section of a configuration in, checked values out; everything that is wrong is said at once.

identity:
  required: true                        # who cannot be told gets a 407; false: passes as nobody
  realm: hushgate
  htpasswd: /etc/hushgate/htpasswd      # bcrypt, argon2, apr1 or {SHA}
  users: /etc/hushgate/users.yaml       # groups and devices of users
  addresses: /etc/hushgate/addresses    # one line each: NETWORK USER [DEVICE]
  ldap: {url: "ldaps://ldap.example.com", user_base: "ou=people,dc=example,dc=com"}
  kerberos: {keytab: /etc/hushgate/http.keytab, realms: [EXAMPLE.COM]}
  client_certificates: {certificate: proxy.pem, key: proxy.key, ca: devices.pem}
  parents: {networks: [10.0.0.5/32]}    # proxies before us, whose word about the user is believed
  proxy_protocol: [10.0.0.6/32]         # balancers that open each connection with a PROXY header
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from policies.reader import Document, read
from policies.shape import Flag, Key, ListOf, Number, Record, Text
from policies.yaml_source import Source, Table
from policies.yaml_source import read as read_yaml

Network = IPv4Network | IPv6Network
_HEADER = Text(pattern=r"[A-Za-z0-9-]{1,64}", wants="a header name")
_FILE = Text(pattern=r".+", wants="a path")
_NETWORKS = ListOf(Text(), shortest=1)
_LDAP = Record(
    {
        "url": Key(Text(pattern=r"ldaps?://[^\s/?#]+/?", wants="ldap://host or ldaps://host"), "server", required=True),
        "starttls": Key(Flag(), "change to TLS before anything is said; default for ldap://"),
        "insecure": Key(Flag(), "allow passwords over ldap:// without TLS: for tests on one machine"),
        "ca": Key(_FILE, "roots (PEM) that the server's certificate chains to; default: those of the system"),
        "bind_dn": Key(Text(), "who searches; default: anonymous"),
        "bind_password_file": Key(_FILE, "file with that entry's password, mode 0600"),
        "user_base": Key(Text(), "where users are", required=True),
        "user_filter": Key(Text(pattern=r".*\{user\}.*", wants="a filter with {user}"), "how a user is found"),
        "group_base": Key(Text(), "where groups are; without it users have no groups of LDAP"),
        "group_filter": Key(
            Text(pattern=r".*\{(?:dn|user)\}.*", wants="a filter with {dn} or {user}"), "how a user's groups are found"
        ),
        "group_name": Key(Text(), "the attribute that names a group"),
        "timeout": Key(Number(0.1, 60, whole=False), "seconds for one question"),
    }
)
_KERBEROS = Record(
    {
        "keytab": Key(_FILE, "keys of HTTP/<proxy's name>", required=True),
        "strip_realm": Key(Flag(), "alice@EXAMPLE.COM is alice; default true"),
        "realms": Key(ListOf(Text(), shortest=1), "realms that are accepted", required=True),
    }
)
_CERTIFICATES = Record(
    {
        "certificate": Key(_FILE, "the proxy's certificate (PEM) with its chain", required=True),
        "key": Key(_FILE, "its key, mode 0600", required=True),
        "ca": Key(_FILE, "roots (PEM) of client certificates", required=True),
        "crl": Key(_FILE, "revocation lists (PEM) of every authority in ca; without it none is looked up"),
        "user": Key(Text(choices=("email", "upn", "uri", "cn", "none")), "where the certificate names the user"),
        "required": Key(Flag(), "whether TLS without a certificate is broken off; default false"),
        "strip_domain": Key(Flag(), "alice@example.com is alice; default false"),
        "device": Key(Text(choices=("dns", "cn", "serial", "none")), "where it names the device"),
    }
)
_PARENTS = Record(
    {
        "networks": Key(_NETWORKS, "addresses of the parents", required=True),
        "user_header": Key(_HEADER, "default X-Authenticated-User"),
        "groups_header": Key(_HEADER, "default X-Authenticated-Groups"),
        "device_header": Key(_HEADER, "default X-Authenticated-Device"),
        "address_header": Key(_HEADER, "default X-Client-IP"),
    }
)
_SECTION = Record(
    {
        "required": Key(Flag(), "whether who cannot be told is asked (407); default true"),
        "realm": Key(Text(pattern=r'[^"\\\x00-\x1f\x7f]{1,64}', wants="a short text"), "what a password prompt shows"),
        "cache_seconds": Key(Number(1, 86400), "how long a password or a group look-up is believed; default 300"),
        "failures": Key(Number(1, 1000), "wrong passwords in a minute before an address has to wait; default 10"),
        "htpasswd": Key(_FILE, "Apache's file of users and password hashes"),
        "users": Key(_FILE, "groups and devices of users"),
        "addresses": Key(_FILE, "who sits at which address"),
        "ldap": Key(_LDAP, "a directory"),
        "kerberos": Key(_KERBEROS, "Negotiate (needs the extra `kerberos`)"),
        "client_certificates": Key(_CERTIFICATES, "TLS on the proxy's port, with client certificates"),
        "parents": Key(_PARENTS, "proxies before us"),
        "proxy_protocol": Key(_NETWORKS, "balancers that send a PROXY header"),
    }
)


class SectionError(ValueError):
    """A section that cannot be used; the text names every problem with its place."""


@dataclass(frozen=True, slots=True)
class Ldap:
    """A directory. Times in seconds."""

    url: str
    user_base: str
    starttls: bool = True
    insecure: bool = False
    ca: str = ""
    bind_dn: str = ""
    bind_password_file: str = ""
    user_filter: str = "(uid={user})"
    group_base: str = ""
    group_filter: str = "(member={dn})"
    group_name: str = "cn"
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class Kerberos:
    """Keys for Negotiate."""

    keytab: str
    realms: tuple[str, ...]
    strip_realm: bool = True


@dataclass(frozen=True, slots=True)
class Certificates:
    """TLS on the proxy's port, for clients with certificates."""

    certificate: str
    key: str
    ca: str
    crl: str = ""
    user: str = "email"
    device: str = "none"
    required: bool = False
    strip_domain: bool = False


@dataclass(frozen=True, slots=True)
class Parents:
    """Proxies before us and the headers in which they say who the user is, in lower case."""

    networks: tuple[Network, ...]
    user_header: str = "x-authenticated-user"
    groups_header: str = "x-authenticated-groups"
    device_header: str = "x-authenticated-device"
    address_header: str = "x-client-ip"

    @property
    def headers(self) -> frozenset[str]:
        """Return all of them: they never go on to a vendor."""
        return frozenset({self.user_header, self.groups_header, self.device_header, self.address_header})


@dataclass(frozen=True, slots=True)
class Section:
    """What a deployment says about identity. Nothing said: clients are known by address alone."""

    required: bool = False
    realm: str = "hushgate"
    cache_seconds: int = 300
    failures: int = 10
    htpasswd: str = ""
    users: str = ""
    addresses: str = ""
    ldap: Ldap | None = None
    kerberos: Kerberos | None = None
    client_certificates: Certificates | None = None
    parents: Parents | None = None
    proxy_protocol: tuple[Network, ...] = ()

    @property
    def own_headers(self) -> frozenset[str]:
        """Return the headers, in lower case, that are between us and other proxies and never go on."""
        return self.parents.headers if self.parents else frozenset()


def from_config(name: str, text: str, key: str = "identity") -> str:
    """Return the section of a whole configuration file as JSON. Raises SectionError."""
    source = read_yaml(name, text)
    entries = source.root.entries if isinstance(source.root, Table) else ()
    node = next((value for word, value in entries if word.text == key), None)
    return _checked(Source(name, source.lines, node, source.problems))


def from_text(name: str, text: str) -> str:
    """Return a section that is a file of its own as JSON. Raises SectionError."""
    return _checked(read_yaml(name, text))


def from_json(text: str | None) -> Section:
    """Return the section that `from_config` checked."""
    data: dict[str, Any] = json.loads(text) if text else {}
    if not data:
        return Section()
    values: dict[str, Any] = {"required": True, **data}
    kinds: tuple[tuple[str, Callable[..., object]], ...] = (
        ("ldap", Ldap),
        ("kerberos", Kerberos),
        ("client_certificates", Certificates),
    )
    for word, kind in kinds:
        if word in data:
            values[word] = kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in data[word].items()})
    if "parents" in data:
        given = {k: v.lower() for k, v in data["parents"].items() if k != "networks"}
        values["parents"] = Parents(_networks(data["parents"]["networks"]), **given)
    values["proxy_protocol"] = _networks(data.get("proxy_protocol", ()))
    return Section(**values)


def _networks(entries: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(entry) for entry in entries)


def _checked(source: Source) -> str:
    document = read(source, _SECTION)
    data = document.data
    for path in (("proxy_protocol",), ("parents", "networks")):
        _check_networks(document, path, data)
    ldap = data.get("ldap", {})
    if ldap.get("url", "").startswith("ldap://") and not ldap.get("starttls", True) and not ldap.get("insecure"):
        document.report(
            ("ldap", "starttls"), "passwords would cross the network unencrypted", "use ldaps:// or `starttls: true`"
        )
    if "url" in ldap and not urlsplit(ldap["url"]).hostname:
        document.report(("ldap", "url"), f'"{ldap["url"]}" names no host', "write ldaps://host")
    if "bind_dn" in ldap and "bind_password_file" not in ldap:
        document.report(("ldap", "bind_dn"), "there is no password for it", "add `bind_password_file`")
    if document.problems:
        raise SectionError("; ".join(str(problem) for problem in document.problems))
    return json.dumps(data, sort_keys=True)


def _check_networks(document: Document, path: tuple[str, ...], data: Mapping[str, Any]) -> None:
    found: Any = data
    for key in path:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    for i, text in enumerate(found or ()):
        try:
            if text is not None:
                ip_network(text)
        except ValueError:
            document.report((*path, i), f'"{text}" is not a network', "write an address or 10.0.0.0/8")
