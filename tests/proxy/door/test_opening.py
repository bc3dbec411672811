"""What clients send first in a tunnel, and what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.door.opening import Opening, Refuse, Relay, Wait
from tests.proxy.door.test_clienthello import extension, hello, sni

AI = "api.ai.test"
SITE = "www.site.test"
ADDRESS = "93.184.215.14"
HTTP = "GET / HTTP/1.1\r\nHost: {}\r\n\r\n"


def judge(data: bytes, host: str = SITE, *, relay_other: bool = True) -> Wait | Relay | Refuse:
    return Opening(host, lambda name: name == AI, relay_other=relay_other).feed(data)


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        (b"www.site.test", SITE, Relay("tls")),
        (b"WWW.Site.Test.", SITE, Relay("tls")),
        (None, SITE, Relay("tls")),
        (b"api.ai.test", AI, Relay("tls")),
        (b"api.ai.test", SITE, Refuse("sni_mismatch", AI, alert=True)),
        (b"other.test", SITE, Refuse("sni_mismatch", "other.test", alert=True)),
        (b"other.test", ADDRESS, Relay("tls")),
        (b"api.ai.test", ADDRESS, Refuse("sni_mismatch", AI, alert=True)),
        (b"API.ai.test.", ADDRESS, Refuse("sni_mismatch", AI, alert=True)),
        (None, ADDRESS, Relay("tls")),
        (b"", SITE, Refuse("bad_hello", alert=True)),
    ],
)
def test_server_names(name: bytes | None, host: str, expected: object) -> None:
    assert judge(hello(None if name is None else sni(name)), host) == expected


def test_encryption_of_the_hello_changes_nothing() -> None:
    assert judge(hello(sni(SITE.encode()) + extension(0xFE0D, b"x"))) == Relay("tls")
    assert judge(hello(sni(b"cloudflare-ech.com") + extension(0xFE0D, b"x"))) == Refuse(
        "sni_mismatch", "cloudflare-ech.com", alert=True
    )


@pytest.mark.parametrize(
    ("text", "host", "expected"),
    [
        (HTTP.format(SITE), SITE, Relay("http")),
        (HTTP.format(SITE + ":443"), SITE, Relay("http")),
        ("GET / HTTP/1.0\r\n\r\n", SITE, Relay("http")),
        (HTTP.format("other.test"), ADDRESS, Relay("http")),
        (HTTP.format(AI), SITE, Refuse("tunnelled_http", AI)),
        (HTTP.format(AI.upper() + "."), SITE, Refuse("tunnelled_http", AI)),
        (HTTP.format(AI), ADDRESS, Refuse("tunnelled_http", AI)),
        (HTTP.format("other.test"), SITE, Refuse("tunnelled_http", "other.test")),
        ("\r\n\r\n" + HTTP.format(AI), SITE, Refuse("tunnelled_http", AI)),
        (HTTP.format(AI).replace("\r", ""), SITE, Refuse("tunnelled_http", AI)),
        (HTTP.format(AI).replace("Host", "hOsT\t"), SITE, Refuse("tunnelled_http", AI)),
        ("GET\t/  HTTP/1.1\r\nHost: " + AI + "\r\n\r\n", SITE, Refuse("tunnelled_http", AI)),
        (f"GET http://{AI}/ HTTP/1.1\r\nHost: {SITE}\r\n\r\n", SITE, Refuse("tunnelled_http", AI)),
        (f"GET http://{AI}?x HTTP/1.1\r\n\r\n", SITE, Refuse("tunnelled_http", AI)),
        (f"GET / HTTP/1.1\r\nHost: {SITE}\r\nHost: {AI}\r\n\r\n", SITE, Refuse("tunnelled_http", AI)),
        (f"GET / HTTP/1.1\r\nHost:\r\n {AI}\r\n\r\n", SITE, Refuse("tunnelled_http")),
        (f"GET / HTTP/1.1\r\nX: y\rHost: {AI}\r\n\r\n", SITE, Refuse("tunnelled_http")),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SITE, Refuse("tunnelled_http")),
        ("GET / HTTP/1.1\r\nX: " + "y" * 17000, SITE, Refuse("tunnelled_http")),
        ("x" * 17000, SITE, Refuse("tunnelled_http")),
        ("GET / HTTP/1.1\r\nHost: " + SITE, SITE, Wait()),
        ("S", SITE, Wait()),
        ("SSH-2.0-OpenSSH_9.6\r\n", SITE, Relay("other")),
        ("\x00binary", SITE, Relay("other")),
        ("\x80\x2e\x01\x03\x01", SITE, Relay("other")),
    ],
)
def test_what_is_not_tls(text: str, host: str, expected: object) -> None:
    assert judge(text.encode("latin-1"), host) == expected


@pytest.mark.parametrize("text", [HTTP.format(SITE), "SSH-2.0-x\r\n", "\x00"])
def test_tls_alone(text: str) -> None:
    assert judge(text.encode(), relay_other=False) == Refuse("not_tls")


SAMPLES = [
    hello(sni(SITE.encode())),
    hello(sni(AI.encode())),
    HTTP.format(AI).encode(),
    HTTP.format(SITE).encode(),
    b"SSH-2.0-x\r\n",
    b"\x16\x02later",
]


@given(st.sampled_from(SAMPLES), st.data())
def test_where_it_is_cut_makes_no_difference(sample: bytes, data: st.DataObject) -> None:
    opening = Opening(SITE, lambda name: name == AI)
    rest, judgement = sample, opening.feed(b"")
    while rest and isinstance(judgement, Wait):
        size = data.draw(st.integers(1, len(rest)))
        judgement = opening.feed(rest[:size])
        rest = rest[size:]
    assert judgement == judge(sample)
