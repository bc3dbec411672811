"""Request heads: what is read, what is turned down, and that h11 reads the same."""

import string

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.door.requesthead import Malformed, normalise, read_authority, read_head


def test_connect() -> None:
    data = b"CONNECT Api.Example.COM.:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization:  Basic abc \r\n\r\nrest"
    head = read_head(data)
    assert head is not None
    assert (head.method, head.form, head.host, head.port) == ("CONNECT", "authority", "api.example.com", 443)
    assert (head.scheme, head.path, head.version) == ("", "", "HTTP/1.1")
    assert head.header("proxy-authorization") == "Basic abc"
    assert data[head.size :] == b"rest"


@pytest.mark.parametrize(
    ("target", "scheme", "host", "port", "path"),
    [
        ("http://a.test", "http", "a.test", 80, "/"),
        ("http://a.test:8080/x/y?z=1", "http", "a.test", 8080, "/x/y?z=1"),
        ("HTTP://A.Test?q", "http", "a.test", 80, "/?q"),
        ("http://[2606:4700:0::1]:81/", "http", "2606:4700::1", 81, "/"),
        ("http://a.test/http://b.test/", "http", "a.test", 80, "/http://b.test/"),
        ("https://a.test/", "https", "a.test", 443, "/"),
    ],
)
def test_absolute_form(target: str, scheme: str, host: str, port: int, path: str) -> None:
    head = read_head(f"GET {target} HTTP/1.1\r\n\r\n".encode())
    assert head is not None
    assert (head.form, head.scheme, head.host, head.port, head.path) == ("absolute", scheme, host, port, path)


def test_other_forms() -> None:
    origin, asterisk = read_head(b"GET /x HTTP/1.0\r\n\r\n"), read_head(b"OPTIONS * HTTP/1.1\r\n\r\n")
    options = read_head(b"OPTIONS http://a.test HTTP/1.1\r\n\r\n")
    assert origin is not None
    assert asterisk is not None
    assert options is not None
    assert (origin.form, origin.host, origin.version) == ("origin", "", "HTTP/1.0")
    assert (asterisk.form, asterisk.host) == ("asterisk", "")
    assert (options.form, options.path) == ("absolute", "*")


def test_repr_shows_no_credentials_and_no_path() -> None:
    head = read_head(b"GET http://a.test/secret HTTP/1.1\r\nProxy-Authorization: Basic c2VjcmV0\r\n\r\n")
    assert "secret" not in repr(head)
    assert "c2VjcmV0" not in repr(head)


@pytest.mark.parametrize("data", [b"", b"C", b"CONNECT a.test:443 HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nA: b\r\n\r"])
def test_more_is_needed(data: bytes) -> None:
    assert read_head(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01",
        b" GET / HTTP/1.1\r\n\r\n",
        b"\r\nGET / HTTP/1.1\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET /\tx HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1 \r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / http/1.1\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\nA: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET / HTTP/1.1\r\n: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nA\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST http://a/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"POST http://a/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"CONNECT a:443 HTTP/1.1\r\nContent-Length: 4\r\n\r\n",
        b"CONNECT a:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"CONNECT a HTTP/1.1\r\n\r\n",
        b"CONNECT a: HTTP/1.1\r\n\r\n",
        b"CONNECT a:0 HTTP/1.1\r\n\r\n",
        b"CONNECT a:65536 HTTP/1.1\r\n\r\n",
        b"CONNECT a:443/ HTTP/1.1\r\n\r\n",
        b"CONNECT http://a:443 HTTP/1.1\r\n\r\n",
        b"CONNECT ::1:443 HTTP/1.1\r\n\r\n",
        b"CONNECT [::1%25eth0]:443 HTTP/1.1\r\n\r\n",
        b"CONNECT [127.0.0.1]:443 HTTP/1.1\r\n\r\n",
        b"CONNECT [::zz]:443 HTTP/1.1\r\n\r\n",
        b"CONNECT user@a:443 HTTP/1.1\r\n\r\n",
        b"CONNECT a..b:443 HTTP/1.1\r\n\r\n",
        b"CONNECT .:443 HTTP/1.1\r\n\r\n",
        b"GET http://user:pass@a.test/ HTTP/1.1\r\n\r\n",
        b"GET http:///x HTTP/1.1\r\n\r\n",
        b"GET http://a.test\\@b.test/ HTTP/1.1\r\n\r\n",
        b"GET http://a.test/#x HTTP/1.1\r\n\r\n",
        b"GET a.test HTTP/1.1\r\n\r\n",
    ],
)
def test_what_could_be_read_in_two_ways_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_head(data)


def test_authorities() -> None:
    assert read_authority("a.test:443") == ("a.test", 443)
    assert read_authority("a.test", 80) == ("a.test", 80)
    assert read_authority("[::FFFF:127.0.0.1]:443") == ("127.0.0.1", 443)
    with pytest.raises(Malformed, match="port"):
        read_authority("a.test")


def test_names() -> None:
    assert normalise("A_b-.Test.") == "a_b-.test"
    for name in ("", "é.test", "a" * 64, ".".join(["a" * 60] * 5), "a b", "a\n"):
        with pytest.raises(Malformed):
            normalise(name)


NAMES = st.text(string.ascii_letters + "-", min_size=1, max_size=12).filter(
    lambda name: name.lower() not in {"host", "content-length", "transfer-encoding"}
)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=20)


@given(st.sampled_from(["GET", "POST", "M-SEARCH"]), st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_h11_reads_the_same(method: str, fields: list[tuple[str, str]]) -> None:
    lines = [f"{method} http://a.test/x HTTP/1.1", "Host: a.test", *(f"{name}: {value}" for name, value in fields)]
    data = "\r\n".join([*lines, "", ""]).encode("latin-1")
    head = read_head(data)
    assert head is not None
    other = h11.Connection(h11.SERVER)
    other.receive_data(data)
    event = other.next_event()
    assert isinstance(event, h11.Request)
    assert (event.method.decode(), event.target.decode()) == (head.method, "http://a.test" + head.path)
    assert tuple((name.decode(), value.decode("latin-1")) for name, value in event.headers) == head.headers


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for sample in (data, b"GET " + data + b" HTTP/1.1\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n" + data + b"\r\n\r\n"):
        try:
            head = read_head(sample)
        except Malformed:
            continue
        assert head is None or head.size <= len(sample)
