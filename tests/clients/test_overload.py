"""Overload through real client SDKs: they come again by themselves, and their user notices nothing."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.prompts import PLAIN, POLICY
from tests.clients.stage import Seen, Stage
from tests.clients.vendors import HOSTS, answer
from tests.running import AI_HOSTS, CHAT, Proxy, chat, until
from tests.upstream import Upstream

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]
CALLS = [
    ("openai_python", "chat"),
    ("openai_python", "chat-stream"),
    ("anthropic_python", "messages"),
    ("openai_node", "chat"),
    ("anthropic_node", "messages"),
]
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("overload")
    environment = {"HUSHGATE_MAX_IN_FLIGHT_PER_CLIENT": "1m"}
    hosts = (*AI_HOSTS, *HOSTS)
    with (
        Upstream(folder, hosts, answer) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], hosts=hosts, environment=environment) as proxy,
    ):
        stage = Stage(proxy, upstream)
        try:
            yield stage
        finally:
            stage.close()


def filled(proxy: Proxy) -> Any:
    """Return a connection whose body, which does not end, takes all that this client may have in flight.

    A question that comes between its bytes can leave too little room for the rest of them: then another is begun.
    """
    for _ in range(20):
        sock = proxy.connect("api.openai.com")
        sock.sendall(HEAD + b"content-length: 3000000\r\n\r\n" + b"a" * 2**20)
        if until(lambda: proxy.request("api.openai.com", CHAT, chat("is there room?")).status == 503, 3):
            return sock
        sock.close()
    raise AssertionError("there is always room")


@pytest.mark.parametrize(("driver", "call"), CALLS)
def test_overload_is_tried_again_until_there_is_room(crowded: Stage, driver: str, call: str) -> None:
    program, proxy, seen = crowded.driver(driver), crowded.proxy, list[Seen]()
    with filled(proxy):
        crowded.reset()
        before = proxy.metric("hushgate_requests_total", action="overload")
        asking = threading.Thread(target=lambda: seen.append(program.ask(call, PLAIN)))
        asking.start()
        assert until(lambda: proxy.metric("hushgate_requests_total", action="overload") > before, 60)
        assert not crowded.upstream.received
    asking.join(120)
    assert seen[0].error is None
    assert seen[0].text
    assert len(seen[0].sent) >= 2
    assert len(crowded.upstream.received) == 1
