"""Bodies count from their first byte on, long before they are judged."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import AI_HOSTS, CHAT, Proxy, chat, until
from tests.upstream import Upstream, openai_chat

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("intake")]
HOST = "api.openai.com"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\n"
MEGABYTE = b"a" * 2**20


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("intake")
    environment = {"HUSHGATE_MAX_IN_FLIGHT": "8m", "HUSHGATE_MAX_IN_FLIGHT_PER_CLIENT": "4m"}
    with (
        Upstream(folder, AI_HOSTS, openai_chat) as upstream,
        Proxy(folder / "state", upstream, environment=environment) as proxy,
    ):
        yield proxy


def read_until(sock: Any, end: bytes) -> bytes:
    data = b""
    while end not in data:
        piece = sock.recv(65536)
        assert piece
        data += piece
    return data


def begun(proxy: Proxy, source: str, megabytes: int) -> Any:
    """Send the beginning of a body that does not end."""
    sock = proxy.connect(HOST, source=source)
    sock.settimeout(60)
    sock.sendall(HEAD + b"content-length: 100000000\r\n\r\n")
    for _ in range(megabytes):
        sock.sendall(MEGABYTE)
    return sock


def test_bodies_that_do_not_end_count_and_are_given_back(proxy: Proxy) -> None:
    first = begun(proxy, "127.0.0.1", 3)
    second = begun(proxy, "127.0.0.1", 3)
    answer = read_until(second, b"hushgate_overloaded")
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in answer
    other = proxy.connect(HOST, source="127.0.0.2")
    assert proxy.request(HOST, CHAT, chat("hello"), sock=other).status == 200
    first.close()
    second.close()
    picture, kind = b"\x89PNG\r\n" + bytes(2 * 2**20), {"content-type": "image/png"}
    assert until(lambda: proxy.request(HOST, CHAT, picture, kind).status != 503, 60)


def test_all_clients_together_have_a_budget(proxy: Proxy) -> None:
    held = [begun(proxy, f"127.0.0.{number}", 3) for number in (3, 4)]
    refused = begun(proxy, "127.0.0.5", 3)
    assert read_until(refused, b"hushgate_overloaded").startswith(b"HTTP/1.1 503 ")
    for sock in (*held, refused):
        sock.close()


def test_the_rest_of_a_body_without_room_is_dropped_and_the_connection_is_of_use(proxy: Proxy) -> None:
    first = begun(proxy, "127.0.0.6", 3)
    sock = proxy.connect(HOST, source="127.0.0.6")
    sock.settimeout(60)
    sock.sendall(HEAD + b"content-length: %d\r\n\r\n" % (10 * len(MEGABYTE)) + MEGABYTE * 10)
    assert read_until(sock, b"hushgate_overloaded").startswith(b"HTTP/1.1 503 ")
    first.close()
    body = chat("hello")
    sock.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
    with sock:
        read_until(sock, b"hello from upstream")
