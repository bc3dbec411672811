"""Which destinations the access list lets through, by name and by address."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.door.access import AccessList, Refused, classify, literal, read_allowed, read_networks

DEFAULT = AccessList()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::127.0.0.1", "loopback"),
        ("::ffff:0:127.0.0.1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("fe80::5efe:7f00:1", "link_local"),
        ("2606:4700::5efe:7f00:1", "loopback"),
        ("2606:4700::200:5efe:10.0.0.1", "private"),
        ("169.254.169.254", "metadata"),
        ("::ffff:169.254.169.254", "metadata"),
        ("64:ff9b::a9fe:a9fe", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("168.63.129.16", "metadata"),
        ("169.254.1.1", "link_local"),
        ("fe80::1", "link_local"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("224.0.0.251", "multicast"),
        ("ff02::1", "multicast"),
        ("10.1.2.3", "private"),
        ("172.31.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fd12:3456::1", "private"),
        ("64:ff9b:1::1", "private"),
        ("2002:a00:1::", "private"),
        ("255.255.255.255", "reserved"),
        ("192.0.2.1", "reserved"),
        ("2001:0:1::1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("fe80::1%eth0", "spelling"),
        ("0x7f.1", "spelling"),
        ("2130706433", "spelling"),
    ],
)
def test_refused_addresses(address: str, reason: str) -> None:
    assert DEFAULT.check_addresses([address], 443) == Refused(reason)


@pytest.mark.parametrize("address", ["93.184.215.14", "172.32.0.1", "100.63.0.1", "2606:4700::1", "64:ff9b::5db8:d70e"])
def test_public_addresses_pass(address: str) -> None:
    assert DEFAULT.check_addresses([address], 443) == (address,)


def test_only_the_good_ones_of_several_are_dialled() -> None:
    found = ["127.0.0.1", "93.184.215.14", "10.0.0.1", "::ffff:93.184.215.15"]
    assert DEFAULT.check_addresses(found, 443) == ("93.184.215.14", "93.184.215.15")


def test_a_name_without_addresses() -> None:
    assert DEFAULT.check_addresses([], 443) == Refused("unresolved")


def test_networks_are_opened_one_by_one() -> None:
    opened = AccessList(allow=(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fc00::/7")))
    assert opened.check_addresses(["10.1.1.1"], 443) == ("10.1.1.1",)
    assert opened.check_addresses(["fd00::1"], 443) == ("fd00::1",)
    assert opened.check_addresses(["192.168.1.1"], 443) == Refused("private")
    assert opened.check_addresses(["127.0.0.1"], 443) == Refused("loopback")


def test_hosts_are_opened_by_name() -> None:
    opened = AccessList(allow_hosts=frozenset({"llm.corp.test"}))
    assert opened.check_addresses(["10.1.1.1"], 443, host="llm.corp.test") == ("10.1.1.1",)
    assert opened.check_addresses(["10.1.1.1"], 443, host="other.corp.test") == Refused("private")


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "224.0.0.1", "0.0.0.0", "::"]
)
def test_nothing_opens_these(address: str) -> None:
    everything = AccessList(
        allow=(ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")), allow_hosts=frozenset({"x.test"})
    )
    assert isinstance(everything.check_addresses([address], 443, host="x.test", named=True), Refused)


def test_an_operators_own_target_may_be_loopback_but_never_ourselves() -> None:
    access = AccessList(own_listeners=(("127.0.0.1", 8080),))
    assert access.check_addresses(["127.0.0.1"], 9000, named=True) == ("127.0.0.1",)
    assert access.check_addresses(["127.0.0.1"], 8080, named=True) == Refused("own_listener")
    assert access.check_addresses(["::ffff:127.0.0.1"], 8080, named=True) == Refused("own_listener")


def test_a_listener_on_every_address_is_known_under_each() -> None:
    access = AccessList(own_listeners=(("0.0.0.0", 8443),), allow=(ipaddress.ip_network("0.0.0.0/0"),))
    assert access.check_addresses(["127.9.9.9"], 8443) == Refused("own_listener")
    assert access.check_addresses(["127.9.9.9"], 443) == ("127.9.9.9",)
    assert access.check_addresses(["93.184.215.14"], 8443) == ("93.184.215.14",)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("93.184.215.14", 9))
        except OSError:
            pytest.skip("this machine has no route and so no address of its own")
        ours = probe.getsockname()[0]
    assert access.check_addresses([ours], 8443) == Refused("own_listener")


@pytest.mark.parametrize(
    "host",
    ["0x7f.1", "2130706433", "127.1", "0177.0.0.1", "127.0.0.1.", "0x7f000001", "1.2.3.4.5", "a.0x", "fe80::1%1"],
)
def test_other_spellings_of_addresses_are_refused_before_resolution(host: str) -> None:
    assert DEFAULT.check_name(host, 443) == Refused("spelling")


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "::1", "1.example", "0x7f.example", "a1", "3com"])
def test_names_and_usual_spellings_wait_for_resolution(host: str) -> None:
    assert DEFAULT.check_name(host, 443) is None


def test_ports() -> None:
    assert DEFAULT.check_name("example.com", 8443) is None
    assert DEFAULT.check_name("example.com", 22) == Refused("port")
    assert DEFAULT.check_name("example.com", 80) == Refused("port")
    assert DEFAULT.check_name("example.com", 80, plain=True) is None
    assert DEFAULT.check_name("example.com", 25, plain=True) == Refused("port")


def test_lists_are_read_from_text() -> None:
    v4, v6 = ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1")
    assert read_networks(["10.0.0.0/8", "::1"]) == (v4, v6)
    assert read_allowed(["10.0.0.0/8", "LLM.corp.test.", "::1"]) == ((v4, v6), {"llm.corp.test"})
    with pytest.raises(ValueError, match="does not appear"):
        read_networks(["llm.corp.test"])


def test_public_names_of_encrypted_hellos() -> None:
    assert DEFAULT.check_name("cloudflare-ech.com", 443) == Refused("hidden_name")


@given(st.ip_addresses(v=4))
def test_python_agrees_on_what_is_global(address: ipaddress.IPv4Address) -> None:
    if not classify(address):
        assert address.is_global
    assert literal(str(address)) == address


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "::ffff:0:{}", "64:ff9b::{}"]))
def test_carried_in_ipv6_an_address_gets_the_same_answer(address: ipaddress.IPv4Address, form: str) -> None:
    alone = DEFAULT.check_addresses([str(address)], 443)
    carried = DEFAULT.check_addresses([form.format(address)], 443)
    assert (carried == alone) if isinstance(alone, Refused) else not isinstance(carried, Refused)
