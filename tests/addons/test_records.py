"""What one side seals the other opens, and what is no data is said."""

import contextlib

import pytest
from mitmproxy import certs
from OpenSSL import SSL, crypto

from addons.records import opened, sealed, waiting
from tests.upstream import Authority


@pytest.fixture
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[SSL.Connection, SSL.Connection]:
    chain, key = Authority().leaf(tmp_path_factory.mktemp("records"), ["example.com"])
    context = SSL.Context(SSL.TLS_METHOD)
    context.use_certificate(certs.Cert.from_pem(chain.read_bytes()).to_cryptography())
    context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, key.read_bytes()))
    client, server = SSL.Connection(SSL.Context(SSL.TLS_METHOD)), SSL.Connection(context)
    client.set_connect_state()
    server.set_accept_state()
    for one, other in [(client, server), (server, client)] * 3:
        with contextlib.suppress(SSL.WantReadError):
            one.do_handshake()
        while waiting(one):
            other.bio_write(one.bio_read(65536))
    opened(client, sealed(server, b"ready"))
    return client, server


@pytest.mark.parametrize("size", [1, 2000, 16_384, 100_000])
def test_what_is_sealed_is_opened(sides: tuple[SSL.Connection, SSL.Connection], size: int) -> None:
    client, server = sides
    data = bytes(number % 251 for number in range(size))
    assert opened(server, sealed(client, data)) == (data, True)
    assert opened(client, sealed(server, data)) == (data, True)


def test_a_piece_of_a_record_gives_nothing(sides: tuple[SSL.Connection, SSL.Connection]) -> None:
    client, server = sides
    record = sealed(client, b"hello")
    assert opened(server, record[:10]) == (b"", True)
    assert opened(server, record[10:]) == (b"hello", True)


def test_an_end_is_no_data(sides: tuple[SSL.Connection, SSL.Connection]) -> None:
    client, server = sides
    record = sealed(client, b"last")
    client.shutdown()
    assert opened(server, record + client.bio_read(65536)) == (b"last", False)
