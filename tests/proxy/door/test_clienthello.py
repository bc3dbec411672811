"""ClientHello bytes, made by OpenSSL and by hand, read whole and in pieces."""

import ssl
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.door.clienthello import LIMIT, Broken, Hello, HelloReader, Incomplete, NotTls, read_hello


def openssl_hello(name: str | None, alpn: list[str] | None = None) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    out = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">HH", kind, len(data)) + data


def sni(*names: bytes, kind: int = 0) -> bytes:
    entries = b"".join(struct.pack(">BH", kind, len(name)) + name for name in names)
    return extension(0, struct.pack(">H", len(entries)) + entries)


def message(extensions: bytes | None, kind: int = 1, tail: bytes = b"") -> bytes:
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00"
    if extensions is not None:
        body += struct.pack(">H", len(extensions)) + extensions
    body += tail
    return bytes([kind]) + len(body).to_bytes(3) + body


def records(data: bytes, size: int = 1 << 14) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(struct.pack(">BHH", 22, 0x0301, len(piece)) + piece for piece in pieces)


def hello(extensions: bytes | None) -> bytes:
    return records(message(extensions))


def test_what_openssl_sends() -> None:
    assert read_hello(openssl_hello("Api.Example.com", ["h2", "http/1.1"])) == Hello(
        "api.example.com", ("h2", "http/1.1"), ech=False
    )
    assert read_hello(openssl_hello(None)) == Hello(None)


def test_no_extensions_at_all() -> None:
    assert read_hello(hello(None)) == Hello(None)


def test_encrypted_client_hello_is_noticed() -> None:
    assert read_hello(hello(sni(b"a.test") + extension(0xFE0D, b"\x00grease"))) == Hello("a.test", ech=True)


def test_final_dot_and_case_do_not_make_another_name() -> None:
    assert read_hello(hello(sni(b"A.Test."))) == Hello("a.test")


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"SSH-2.0-x\r\n", b"\x80\x2e\x01\x03\x01", b"\x16\x02\x00"])
def test_other_protocols(data: bytes) -> None:
    assert read_hello(data) == NotTls()


@pytest.mark.parametrize("data", [b"", b"\x16", b"\x16\x03", openssl_hello("a.test")[:-1]])
def test_too_little_to_say(data: bytes) -> None:
    assert read_hello(data) == Incomplete()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (hello(sni(b"a.test") + sni(b"b.test")), "twice"),
        (hello(sni(b"a.test", b"b.test")), "exactly one"),
        (hello(sni(b"a.test", kind=7)), "exactly one"),
        (hello(sni(b"")), "empty"),
        (hello(sni(b"a\x00.test")), "ASCII"),
        (hello(sni("é.test".encode())), "ASCII"),
        (hello(extension(0, b"\x00\x09\x00\x00\x10abc")), "past the end"),
        (hello(extension(16, b"\x00\x03\x02h2x")), "behind the protocol"),
        (records(message(sni(b"a.test"), tail=b"x")), "behind the extensions"),
        (records(message(b"", kind=2)), "not a ClientHello"),
        (records(message(sni(b"a.test")))[:20] + b"\x17" * 2000, "past the end"),
        (b"\x16\x03\x01\x00\x00", "length"),
        (b"\x16\x03\x01\x40\x01", "length"),
        (records(message(b"")[:9]) + b"\x14\x03\x03\x00\x01\x01", "no handshake"),
    ],
)
def test_what_could_be_read_in_two_ways_is_broken(data: bytes, why: str) -> None:
    reading = read_hello(data)
    assert isinstance(reading, Broken)
    assert why in reading.why


def test_a_hello_without_end_is_given_up() -> None:
    reader, fed = HelloReader(), 0
    assert reader.feed(records(b"\x01\xff\xff\xff")) == Incomplete()
    while fed <= LIMIT and reader.feed(records(bytes(100))) == Incomplete():
        fed += 105
    assert fed == LIMIT // 105 * 105
    assert reader.feed(b"") == Broken("the ClientHello is too long")


SAMPLES = [
    openssl_hello("api.example.com", ["h2"]),
    openssl_hello(None),
    records(message(sni(b"one.test") + extension(0xFE0D, b"x")), 7),
    records(message(sni(b"one.test")), 1),
    hello(sni(b"a.test") + sni(b"b.test")),
    b"SSH-2.0-OpenSSH\r\n",
]


@given(st.sampled_from(SAMPLES), st.binary(max_size=40), st.data())
def test_where_it_is_cut_makes_no_difference(sample: bytes, behind: bytes, data: st.DataObject) -> None:
    whole = read_hello(sample)
    assert not isinstance(whole, Incomplete)
    rest, reader, result = sample + behind, HelloReader(), read_hello(b"")
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        result = reader.feed(rest[:size])
        rest = rest[size:]
    assert result == whole


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert isinstance(read_hello(data), Incomplete | NotTls | Broken | Hello)
    assert isinstance(read_hello(b"\x16\x03\x01" + data), Incomplete | NotTls | Broken | Hello)
    body = message(data)
    assert isinstance(read_hello(records(body, 11)), Broken | Hello)


@given(st.integers(0, 400), st.integers(0, 255))
def test_one_wrong_byte_never_raises(at: int, value: int) -> None:
    sample = bytearray(SAMPLES[0])
    sample[at % len(sample)] = value
    assert isinstance(read_hello(bytes(sample)), Incomplete | NotTls | Broken | Hello)
