"""A client of HTTP/2 that does not read holds up its own stream: not the process, not its other streams."""

from collections.abc import Iterator
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from tests.faults.scene import children
from tests.running import AI_HOSTS, CHAT, Proxy, chat, until
from tests.upstream import Received, Reply, Upstream, openai_chat

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("flowcontrol")]
HOST = "api.openai.com"
PIECE, PIECES = b"x" * 64000, 1000


class Counted(list[bytes]):
    """Chunks that are counted as they are taken."""

    taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in super().__iter__():
            self.taken += 1
            yield chunk


@pytest.fixture(scope="module", params=[True, False], ids=["h2", "http1"])
def running(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Proxy, Counted]]:
    folder = tmp_path_factory.mktemp("flowcontrol")
    chunks = Counted([PIECE] * PIECES)

    def script(received: Received) -> Reply:
        if b"huge" not in received.body:
            return openai_chat(received)
        return Reply(headers={"content-type": "application/octet-stream"}, chunks=chunks)

    with (
        Upstream(folder, AI_HOSTS, script, http2=request.param) as upstream,
        Proxy(folder / "state", upstream) as proxy,
    ):
        yield proxy, chunks


class Client:
    """Two streams on one connection; of the first, nothing is acknowledged until it is asked for."""

    def __init__(self, proxy: Proxy) -> None:
        self.sock = proxy.connect(HOST, alpn="h2")
        self.wire = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.wire.initiate_connection()
        self.wire.increment_flow_control_window(2**20)
        self.got: dict[int, int] = {1: 0, 3: 0}
        self.ended: set[int] = set()
        self.reads: set[int] = {3}

    def ask(self, stream: int, body: bytes) -> None:
        head = [(":method", "POST"), (":scheme", "https"), (":authority", HOST), (":path", CHAT)]
        self.wire.send_headers(stream, [*head, ("content-type", "application/json")])
        self.wire.send_data(stream, body, end_stream=True)
        self.sock.sendall(self.wire.data_to_send())

    def read(self, stream: int) -> None:
        self.sock.settimeout(60)
        while stream not in self.ended:
            data = self.sock.recv(65536)
            assert data
            for event in self.wire.receive_data(data):
                self._take(event)
            self.sock.sendall(self.wire.data_to_send())

    def _take(self, event: Any) -> None:
        if isinstance(event, h2.events.DataReceived):
            self.got[event.stream_id] += len(event.data or b"")
            if event.stream_id in self.reads:
                self.wire.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.ended.add(event.stream_id)


def moves(chunks: Counted) -> bool:
    before = chunks.taken
    return until(lambda: chunks.taken != before, 1)


def test_who_does_not_read_holds_up_its_own_stream_alone(running: tuple[Proxy, Counted]) -> None:
    proxy, chunks = running
    chunks.taken = 0
    client = Client(proxy)
    with client.sock:
        client.ask(1, chat("something huge"))
        assert until(lambda: chunks.taken > 4, 60)
        while moves(chunks):
            pass
        assert chunks.taken < PIECES / 2
        client.ask(3, chat("hello"))
        client.read(3)
        unread = client.got[1]
        client.reads.add(1)
        client.wire.acknowledge_received_data(unread, 1)
        client.sock.sendall(client.wire.data_to_send())
        client.read(1)
    assert client.got[1] == PIECES * len(PIECE)


def test_who_goes_away_leaves_nothing_behind(running: tuple[Proxy, Counted]) -> None:
    proxy, chunks = running
    chunks.taken = 0
    client = Client(proxy)
    with client.sock:
        client.ask(1, chat("something huge"))
        assert until(lambda: chunks.taken > 4, 60)
    assert until(lambda: proxy.metric("hushgate_connections") == 0, 60)
    assert proxy.request(HOST, CHAT, chat("hello")).status == 200
    assert children(proxy.process.pid, "proxy.worker")
