"""Plain exchanges pass mitmproxy's layers by, and nothing else about them changes: each is made on a connection that is
new, where the layers read it, and on one that has been used, where they do not."""

import asyncio
import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h11
import pytest
from mitmproxy import connection, http
from mitmproxy.proxy import commands, events

from addons import express, records, relay
from addons.express import Express
from tests.running import CHAT, Answer, Proxy, chat, read, until
from tests.upstream import Authority

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("express")]

HOST = "api.openai.com"
CARD = "4111 1111 1111 1111"
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
POLICY = """
schema: policy/v1
policy: express
owner: test@example.com
rules:
  - id: cards-leave-as-placeholders
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: tokenise}
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
"""
LENGTH = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n00%X\r\n%b\r\n0\r\n\r\n"
)


class Vendor:
    """A TLS server: records bodies as they came, and answers as the path says."""

    def __init__(self, folder: Path) -> None:
        authority = Authority()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(authority.pem())
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(*authority.leaf(folder, [HOST]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.bodies: list[bytes] = []
        self.heads: list[dict[bytes, bytes]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, h11.ProtocolError), self._context.wrap_socket(sock, server_side=True) as tls:
            client = h11.Connection(h11.SERVER)
            while path := self._asked(client, tls):
                for piece in self._answer(path):
                    tls.sendall(piece)
                if b"close" in path:
                    return
                client.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
                client.send(h11.EndOfMessage())
                if client.our_state is not h11.DONE:
                    return
                client.start_next_cycle()

    def _asked(self, client: h11.Connection, tls: ssl.SSLSocket) -> bytes:
        path, body = b"", b""
        while True:
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(tls.recv(65536))
            elif isinstance(event, h11.Request):
                path = event.target
                self.heads.append(dict(event.headers))
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self.bodies.append(body)
                return path
            else:
                return b""

    def _answer(self, path: bytes) -> list[bytes]:
        said = json.dumps({"n": len(self.bodies), "said": self.bodies[-1].decode("latin-1")}).encode()
        if b"halves" in path:
            whole = LENGTH % (len(said), said)
            return [whole[:-9], whole[-9:]]
        if b"big" in path:
            said = b'"' + b"word " * 60_000 + b'"'
        if b"nothing" in path:
            return [b"HTTP/1.1 204 No Content\r\n\r\n"]
        if b"bad" in path:
            return [b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"]
        return [LENGTH % (len(said), said) if b"length" in path else CHUNKED % (len(said), said)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Vendor]]:
    folder = tmp_path_factory.mktemp("express")
    vendor = Vendor(folder)
    arguments = ["--workers", "1", "--inspectors", "1"]
    with Proxy(folder / "state", vendor, policies=[POLICY], arguments=arguments, hosts=(HOST,)) as proxy:  # type: ignore[arg-type]
        yield proxy, vendor


@pytest.fixture(params=["new", "used"])
def line(request: pytest.FixtureRequest, running: tuple[Proxy, Vendor]) -> Iterator[ssl.SSLSocket]:
    with running[0].connect(HOST) as sock:
        sock.settimeout(60)
        if request.param == "used":
            ask(sock, chat("before"))
        yield sock


def request(body: bytes, path: str = CHAT, *more: str) -> bytes:
    head = [f"POST {path} HTTP/1.1", f"host: {HOST}", "content-type: application/json", *more]
    if not any(line.startswith("transfer-encoding") for line in more):
        head.append(f"content-length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def ask(line: ssl.SSLSocket, body: bytes, path: str = CHAT, *more: str) -> Answer:
    line.sendall(request(body, path, *more))
    return answer(line)


def answer(line: ssl.SSLSocket) -> Answer:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="POST", target=CHAT, headers=[("host", HOST)]))
    client.send(h11.EndOfMessage())
    return read(client, line)


def test_the_layers_are_passed_by(running: tuple[Proxy, Vendor]) -> None:
    """They write the size of a chunk anew."""
    with running[0].connect(HOST) as line:
        raws = []
        for number in range(5):
            line.sendall(request(chat(f"hello {number}")))
            raw = b""
            while not raw.endswith(b"\r\n0\r\n\r\n"):
                raw += line.recv(65536)
            raws.append(raw)
    as_it_came = [bool(re.search(rb"\r\n\r\n00[0-9A-F]+\r\n", raw)) for raw in raws]
    assert not as_it_came[0]
    assert any(as_it_came[1:])


@pytest.mark.parametrize("path", [CHAT, f"{CHAT}?length", f"{CHAT}?halves"])
def test_bodies_arrive_as_they_were(running: tuple[Proxy, Vendor], line: ssl.SSLSocket, path: str) -> None:
    for text in ("a", "b" * 5000, "c" * 200_000, "d" * 300_000):
        body = chat(text)
        got = ask(line, body, path)
        assert got.status == 200
        assert running[1].bodies[-1] == body
        assert got.json()["said"] == body.decode("latin-1")


def test_what_the_policy_says_is_done(running: tuple[Proxy, Vendor], line: ssl.SSLSocket) -> None:
    vendor = running[1]
    before = len(vendor.bodies)
    assert ask(line, chat(MARKED)).status == 400
    assert len(vendor.bodies) == before
    got = ask(line, chat(f"my card is {CARD}"))
    assert CARD.encode() not in vendor.bodies[-1]
    assert int(vendor.heads[-1][b"content-length"]) == len(vendor.bodies[-1])
    assert CARD in got.json()["said"]
    assert got.headers["x-hushgate"].startswith("redacted; n=1")
    assert ask(line, chat("and now nothing")).status == 200
    assert ask(line, chat(MARKED)).status == 400
    assert "x-hushgate" not in ask(line, chat("nothing again")).headers
    assert len(vendor.bodies) == before + 3


def test_each_exchange_has_its_records(running: tuple[Proxy, Vendor], line: ssl.SSLSocket) -> None:
    proxy = running[0]
    got = [ask(line, chat(f"for the records {number}"), f"{CHAT}?length") for number in range(3)]
    ups = [len(chat(f"for the records {number}")) for number in range(3)]
    wanted = {(up, len(each.body)) for up, each in zip(ups, got, strict=True)}

    def ended() -> set[tuple[int, int]]:
        known = {record["id"] for record in proxy.records("decision")}
        moved = [each["bytes"] for each in proxy.records("outcome") if each["id"] in known]
        return {(each["up"], each["down"]) for each in moved}

    assert until(lambda: wanted <= ended(), 60)


@pytest.mark.parametrize("size", [1, 7, 300])
def test_a_request_may_be_cut_anywhere(running: tuple[Proxy, Vendor], line: ssl.SSLSocket, size: int) -> None:
    body = chat("cut " * 100)
    whole = request(body)
    for at in range(0, len(whole), size):
        line.sendall(whole[at : at + size])
    assert answer(line).status == 200
    assert running[1].bodies[-1] == body


def test_requests_may_come_together(running: tuple[Proxy, Vendor], line: ssl.SSLSocket) -> None:
    bodies = [chat(f"one of three: {number}") for number in range(3)]
    line.sendall(b"".join(map(request, bodies)))
    client = h11.Connection(h11.CLIENT)
    for _ in bodies:
        client.send(h11.Request(method="POST", target=CHAT, headers=[("host", HOST)]))
        client.send(h11.EndOfMessage())
        assert read(client, line).status == 200
        client.start_next_cycle()
    assert running[1].bodies[-3:] == bodies


ODD = {
    "chunked": (request(b"", CHAT, "transfer-encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n", 200),
    "closes": (request(b"{}", CHAT, "connection: close"), 200),
    "two lengths": (request(b"{}", CHAT, "content-length: 2"), 400),
    "both": (request(b"{}", CHAT, "content-length: 2", "transfer-encoding: chunked"), 400),
    "a space before the colon": (request(b"{}", CHAT, "x-mine : 1"), 400),
    "another host": (request(b"{}").replace(HOST.encode(), b"api.example.com"), 421),
    "an old version": (request(b"{}").replace(b"HTTP/1.1", b"HTTP/1.0"), 200),
    "bare newlines": (request(b"{}").replace(b"\r\n", b"\n"), 200),
    "nothing": (request(b"{}", f"{CHAT}?nothing"), 204),
    "big": (request(b"{}", f"{CHAT}?big"), 200),
    "bad": (request(b"{}", f"{CHAT}?bad"), 502),
}


@pytest.mark.parametrize("sent", ODD)
def test_what_is_not_plain(line: ssl.SSLSocket, sent: str) -> None:
    data, status = ODD[sent]
    line.sendall(data)
    assert answer(line).status == status


def test_a_client_that_waits_to_go_on(running: tuple[Proxy, Vendor], line: ssl.SSLSocket) -> None:
    whole = request(chat("may I?"), CHAT, "expect: 100-continue")
    head, _, body = whole.partition(b"\r\n\r\n")
    line.sendall(head + b"\r\n\r\n")
    assert line.recv(65536).startswith(b"HTTP/1.1 100")
    line.sendall(body)
    assert answer(line).status == 200
    assert running[1].bodies[-1] == chat("may I?")


def test_an_upstream_that_closes_is_dialled_again(running: tuple[Proxy, Vendor], line: ssl.SSLSocket) -> None:
    for number in range(4):
        body = chat(f"after a close {number}")
        got = ask(line, body, f"{CHAT}?length&close" if number % 2 == 0 else CHAT)
        assert got.status in (200, 502)  # a request may cross the close on its way
        if got.status == 502:
            return
        assert running[1].bodies[-1] == body


def test_a_client_that_goes_in_the_middle(running: tuple[Proxy, Vendor], line: ssl.SSLSocket) -> None:
    proxy, vendor = running
    line.sendall(request(chat("half of it"))[:-5])
    line.close()
    assert until(lambda: proxy.metric("hushgate_connections") == 0, 60)
    assert b"half of it" not in b"".join(vendor.bodies)


class Layers:
    """Layers at rest, that note what they are told; and the line that they belong to."""

    def __init__(self) -> None:
        self.client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
        self.server = connection.Server(address=(HOST, 443))
        self.tls = self
        self.layer: Any = self
        self.conn = self.server
        self.seen: list[object] = []
        self.sent: list[bytes] = []
        self.decided = asyncio.Event()

    def rests(self) -> bool:
        return True

    def upstream(self, host: str, port: int) -> "Layers | None":
        return self if (host, port) == (HOST, 443) else None

    def place_heard(self, flow: http.HTTPFlow) -> None:
        self.seen.append(("heard", flow.request.raw_content))

    def work(self, event: events.Event) -> None:
        self.seen.append(event)

    def send(self, connection: connection.Connection, data: bytes) -> None:
        self.sent.append(data)

    def close(self, connection: connection.Connection) -> None:
        self.seen.append("closed")

    async def handle_hook(self, hook: commands.StartHook) -> None:
        await self.decided.wait()


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express, "Link", SimpleNamespace(of=lambda layer: layer))
    monkeypatch.setattr(records, "opened", lambda tls, data: (data, True))
    monkeypatch.setattr(records, "sealed", lambda tls, plain: plain)
    monkeypatch.setattr(relay, "leave", lambda layer, plain: layer.seen.append(plain))


async def asking(layers: Layers) -> Express:
    made = Express(layers)  # type: ignore[arg-type]
    assert made.take(events.DataReceived(layers.client, request(b"{}")))
    return made


async def settle(layers: Layers, made: Express) -> None:
    layers.decided.set()
    await asyncio.gather(*made._tasks, return_exceptions=True)
    await asyncio.sleep(0)


@pytest.mark.usefixtures("patched")
async def test_nothing_leaves_before_the_decision() -> None:
    layers = Layers()
    made = await asking(layers)
    assert not layers.sent
    await settle(layers, made)
    assert len(layers.sent) == 1
    assert layers.sent[0].endswith(b"\r\n\r\n{}")


@pytest.mark.usefixtures("patched")
async def test_nothing_leaves_for_a_client_that_went_while_the_gate_decided() -> None:
    layers = Layers()
    made = await asking(layers)
    ended = events.ConnectionClosed(layers.client)
    assert made.take(ended)
    await settle(layers, made)
    assert (layers.sent, layers.seen) == ([], [("heard", b"{}"), ended])


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize("what", ["answered", "killed", "elsewhere", "in chunks", "emptied"])
async def test_what_is_decided_otherwise_is_done_by_the_layers(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = Layers()

    async def decide(hook: Any) -> None:
        flow = hook.flow
        if what == "answered":
            flow.response = http.Response.make(400)
        elif what == "killed":
            flow.kill()
        elif what == "elsewhere":
            flow.request.host = "eu.api.openai.com"
        elif what == "in chunks":
            flow.request.headers["transfer-encoding"] = "chunked"
        else:
            flow.request.raw_content = b""

    monkeypatch.setattr(layers, "handle_hook", decide)
    await settle(layers, await asking(layers))
    assert not layers.sent
    assert layers.seen[:2] == [("heard", b"{}"), b"{}"]


@pytest.mark.usefixtures("patched")
async def test_a_gate_that_fails_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = Layers()

    async def fail(hook: Any) -> None:
        raise ValueError(hook)

    monkeypatch.setattr(layers, "handle_hook", fail)
    await settle(layers, await asking(layers))
    assert (layers.sent, layers.seen) == ([], ["closed"])


@pytest.mark.usefixtures("patched")
async def test_a_request_that_is_to_be_streamed_does_not_pass_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = Layers()

    async def stream(hook: Any) -> None:
        hook.flow.request.stream = True

    monkeypatch.setattr(layers, "handle_hook", stream)
    await settle(layers, await asking(layers))
    assert (layers.sent, layers.seen) == ([], ["closed"])
