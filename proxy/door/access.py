"""Where a client may be taken: a host name before it is resolved, its addresses after, each allowed or refused.

The port and the spelling of a name are checked before it is resolved, the addresses after, and only an address that
passed is dialled, so that a name which resolves to something else a moment later (DNS rebinding) gains nothing.
An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, ISATAP) must pass as both.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Reason -> networks, the first that holds an address names it. IANA's special-purpose registries (RFC 6890) and, for
# metadata, the clouds' own pages. Addresses that are not listed are public.
_TABLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "metadata",
        (
            "169.254.169.254/32",  # AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
            "169.254.170.2/32",  # AWS ECS credentials
            "169.254.170.23/32",  # AWS EKS pod identity
            "169.254.0.23/32",  # Tencent
            "fd00:ec2::254/128",  # AWS
            "fd00:ec2::23/128",  # AWS EKS pod identity
            "fd20:ce::254/128",  # Google
            "fd00:c1::a9fe:a9fe/128",  # Oracle
            "fe80::a9fe:a9fe/128",  # OpenStack
            "100.100.100.200/32",  # Alibaba
            "168.63.129.16/32",  # Azure's host agent, a public address
            "192.0.0.192/32",  # Oracle, old
        ),
    ),
    ("unspecified", ("0.0.0.0/8", "::/128")),
    ("loopback", ("127.0.0.0/8", "::1/128")),
    ("link_local", ("169.254.0.0/16", "fe80::/10")),
    ("multicast", ("224.0.0.0/4", "ff00::/8")),
    (
        "private",
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",  # shared address space behind carriers' NAT
            "198.18.0.0/15",  # benchmarks; VPN clients hand them out
            "fc00::/7",
            "fec0::/10",
            "64:ff9b:1::/48",  # local NAT64: the carried address may stand anywhere in it
        ),
    ),
    (
        "reserved",
        (
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "240.0.0.0/4",
            "100::/64",
            "2001::/32",  # Teredo: the carried address is scrambled
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
        ),
    ),
)
_RANGES = tuple((reason, tuple(ipaddress.ip_network(text) for text in texts)) for reason, texts in _TABLE)
_ALWAYS = frozenset({"metadata", "unspecified", "multicast", "own_listener"})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MEMO = 4096  # spellings and addresses whose reading is remembered
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refused:
    """A destination that is not to be reached, and why: a key of `proxy.door.notice.NOTICES`."""

    reason: str


@dataclass(frozen=True, slots=True)
class AccessList:
    """What may be reached.

    `ports` are those that CONNECT may name; a plain HTTP request may name port 80 too. `allow` opens networks that are
    refused by default (loopback, link-local, private, reserved), `allow_hosts` does so for the addresses of a name
    (`read_allowed` makes both from text). Nothing opens metadata services, multicast, unspecified addresses or
    `own_listeners` (address and port; 0.0.0.0 and :: stand for every address we have). `refuse_hosts` are the public
    names under which other sites hide in an encrypted ClientHello.
    """

    ports: tuple[int, ...] = (443, 8443)
    allow: tuple[Network, ...] = ()
    allow_hosts: frozenset[str] = frozenset()
    refuse_hosts: frozenset[str] = frozenset({"cloudflare-ech.com"})
    own_listeners: tuple[tuple[str, int], ...] = ()

    def check_name(self, host: str, port: int, *, plain: bool = False) -> Refused | None:
        """Judge a lower-case host and a port before resolution; `plain` for a plain HTTP request."""
        if port not in self.ports and not (plain and port == 80):
            return Refused("port")
        if host in self.refuse_hosts:
            return Refused("hidden_name")
        if literal(host) is None and (_NUMERIC.fullmatch(host) or ":" in host or "%" in host):
            return Refused("spelling")
        return None

    def check_addresses(
        self, addresses: Iterable[str], port: int, *, host: str = "", named: bool = False
    ) -> tuple[str, ...] | Refused:
        """Return the addresses that may be dialled, in their order, or the reason why none may.

        `named`: the operator named this target (`--connect-to`), so that only our own listeners and what nothing
        opens are refused.
        """
        usable: list[str] = []
        reasons: list[str] = []
        for text in addresses:
            address = literal(text)
            reason = "spelling" if address is None else self._judge(address, port, named or host in self.allow_hosts)
            if reason:
                reasons.append(reason)
            else:
                usable.append(str(address))
        return tuple(usable) or Refused(reasons[0] if reasons else "unresolved")

    def _judge(self, address: Address, port: int, opened: bool) -> str:
        if any(self._is_own(each, port) for each in (address, *_carried(address))):
            return "own_listener"
        for each in (address, *_carried(address)):
            reason = classify(each)
            if reason and (reason in _ALWAYS or not (opened or any(each in network for network in self.allow))):
                return reason
        return ""

    def _is_own(self, address: Address, port: int) -> bool:
        for text, own_port in self.own_listeners:
            if port == own_port:
                own = literal(text)
                if own == address or (own is not None and own.is_unspecified and _is_ours(address)):
                    return True
        return False


def read_networks(entries: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks that `entries` (`10.0.0.0/8`, `::1`) spell. Raises ValueError."""
    return tuple(ipaddress.ip_network(entry) for entry in entries)


def read_allowed(entries: Iterable[str]) -> tuple[tuple[Network, ...], frozenset[str]]:
    """Return the networks and the host names among `entries`: `AccessList.allow` and `allow_hosts`."""
    networks: list[Network] = []
    hosts: set[str] = set()
    for entry in entries:
        try:
            networks.append(ipaddress.ip_network(entry))
        except ValueError:
            hosts.add(entry.lower().removesuffix("."))
    return tuple(networks), frozenset(hosts)


@lru_cache(_MEMO)
def literal(host: str) -> Address | None:
    """Return the address that `host` spells in the usual form, IPv4-mapped ones as IPv4; None for any other text."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address


@lru_cache(_MEMO)
def classify(address: Address) -> str:
    """Return the kind of a special address (`loopback`, `private`, …), empty for a public one."""
    for reason, networks in _RANGES:
        if any(address in network for network in networks):
            return reason
    return ""


def _carried(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the IPv4 address inside an IPv6 one (RFC 4291, 6052, 3056, 5214, 2765), if there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    number = int(address)
    low = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address in _NAT64 or number >> 32 in {0, 0xFFFF0000} or (number >> 32) & 0xFDFFFFFF == 0x5EFE:
        return (low,)
    return ()


def _is_ours(address: Address) -> bool:
    """Say whether this machine has `address`: connecting a UDP socket picks a route and sends nothing."""
    if address.is_loopback:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return literal(probe.getsockname()[0]) == address
    except OSError:
        return False
