"""PROXY headers as HAProxy's specification gives them (sections 2.1 and 2.2), whole and in pieces."""

import contextlib
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.door.proxyheader import ProxyHeader, read_header
from proxy.door.requesthead import Malformed

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
V4 = socket.inet_aton("192.0.2.7") + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 5000, 8080)
V6 = socket.inet_pton(socket.AF_INET6, "2001:db8::7") + socket.inet_pton(socket.AF_INET6, "::1") + b"\0\1\0\2"


def second(family: int, data: bytes, command: int = 0x21) -> bytes:
    return SIGNATURE + struct.pack("!BBH", command, family, len(data)) + data


@pytest.mark.parametrize(
    ("data", "address"),
    [
        (b"PROXY TCP4 192.0.2.7 192.0.2.1 5000 8080\r\n", "192.0.2.7"),
        (b"PROXY TCP6 2001:db8::7 ::1 5000 8080\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", ""),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""),
        (second(0x11, V4), "192.0.2.7"),
        (second(0x11, V4 + b"\x03\0\1x"), "192.0.2.7"),
        (second(0x21, V6), "2001:db8::7"),
        (second(0x11, V4, command=0x20), ""),
        (second(0x31, b"x" * 216), ""),
    ],
    ids=[
        "v1-tcp4",
        "v1-tcp6",
        "v1-unknown",
        "v1-unknown-long",
        "v2-tcp4",
        "v2-extended",
        "v2-tcp6",
        "v2-local",
        "unix",
    ],
)
def test_a_header_names_the_client_however_it_arrives(data: bytes, address: str) -> None:
    rest = b"CONNECT a.example:443 HTTP/1.1\r\n\r\n"
    assert read_header(data + rest) == ProxyHeader(address, len(data))
    for cut in range(len(data)):
        assert read_header(data[:cut]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"CONNECT a.example:443 HTTP/1.1\r\n\r\n",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 5000\r\n",
        b"PROXY TCP4 evil 192.0.2.1 5000 8080\r\n",
        b"PROXY TCP6 192.0.2.7 192.0.2.1 5000 8080\r\n",
        b"PROXY TCP4 " + b"1" * 200,
        SIGNATURE + struct.pack("!BBH", 0x31, 0x11, 12) + V4,
        SIGNATURE + struct.pack("!BBH", 0x21, 0x11, 60000),
        second(0x11, V4[:8]),
    ],
    ids=["none", "few-fields", "no-address", "wrong-family", "no-end", "version-3", "too-long", "short"],
)
def test_anything_else_from_a_balancer_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_header(data)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for start in (b"", b"PROXY ", SIGNATURE):
        with contextlib.suppress(Malformed):
            read_header(start + data)
