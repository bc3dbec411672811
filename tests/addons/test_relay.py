"""Answers arrive byte for byte or with their values put back, however their chunks are cut, on a connection that stays."""

import itertools
import json
import random
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import h11
import pytest

from addons import relay
from tests.running import Proxy
from tests.upstream import Authority

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("relay")]

HOST, PATH = "api.openai.com", "/v1/chat/completions"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
ASKED = re.compile(rb".*?\r\ncontent-length: (\d+)(?=\r\n).*?\r\n\r\n(.*)", re.IGNORECASE | re.DOTALL)
CARD = "4111 1111 1111 1111"


def said(text: str) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()


BODY = said("hi")
POLICY = """
schema: policy/v1
policy: relay
owner: test@example.com
rules:
  - id: cards-leave-as-placeholders
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: tokenise}
"""


class Wire:
    """A TLS server that sends what it is told, piece by piece; `END` closes the connection."""

    END = b"\0end"

    def __init__(self, folder: Path) -> None:
        authority = Authority()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(authority.pem())
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(*authority.leaf(folder, [HOST]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.pieces: Sequence[bytes] = ()
        self.asked = b""
        self.next = threading.Semaphore(0)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            try:
                with self._context.wrap_socket(sock, server_side=True) as tls:
                    while self._asked(tls) and self._answer(tls):
                        pass
            except OSError:
                continue

    def _asked(self, tls: ssl.SSLSocket) -> bool:
        data = b""
        while not (found := ASKED.fullmatch(data)) or len(found[2]) < int(found[1]):
            piece = tls.recv(65536)
            if not piece:
                return False
            data += piece
        self.asked = found[2]
        return True

    def _answer(self, tls: ssl.SSLSocket) -> bool:
        for piece in self.pieces:
            self.next.acquire(timeout=60)
            if piece == self.END:
                return False
            tls.sendall(piece)
        return True


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Wire]]:
    folder = tmp_path_factory.mktemp("relay")
    wire = Wire(folder)
    arguments = ["--workers", "1", "--inspectors", "1"]
    with Proxy(folder / "state", wire, policies=[POLICY], arguments=arguments, hosts=(HOST,)) as proxy:  # type: ignore[arg-type]
        yield proxy, wire


@pytest.fixture
def line(running: tuple[Proxy, Wire]) -> Iterator[ssl.SSLSocket]:
    with running[0].connect(HOST) as sock:
        yield sock


def ask(
    wire: Wire, line: ssl.SSLSocket, pieces: Sequence[bytes], bodies: Sequence[int], sent: bytes = BODY
) -> tuple[bytes, bytes]:
    """Return the body of the answer and all that was read; a piece is sent when what came before it has arrived.

    `bodies` says how much of the body has been sent with each piece.
    """
    wire.pieces = pieces
    client = h11.Connection(h11.CLIENT)
    head = f"POST {PATH} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\ncontent-length: {len(sent)}\r\n"
    client.send(h11.Request(method="POST", target=PATH, headers=[("host", HOST)]))
    client.send(h11.EndOfMessage())
    line.sendall(head.encode() + b"\r\n" + sent)
    body, raw = b"", b""
    for number, expected in enumerate([*bodies, None]):
        if number < len(wire.pieces):
            wire.next.release()
        while len(body) < expected if expected is not None else client.their_state is not h11.DONE:
            data = line.recv(65536)
            assert data, "the connection ended"
            client.receive_data(data)
            raw += data
            body += b"".join(read(client))
    return body, raw


def read(client: h11.Connection) -> Iterator[bytes]:
    """Yield what has come of the body."""
    while client.their_state is not h11.DONE and (event := client.next_event()) is not h11.NEED_DATA:
        if isinstance(event, h11.Data):
            yield bytes(event.data)


def chunk(data: bytes, size: str = "") -> bytes:
    return (size or f"{len(data):x}").encode() + b"\r\n" + data + b"\r\n"


EVENTS = [b'data: {"n": %d, "text": "%s"}\n\n' % (n, b"word " * (n % 7)) for n in range(40)]


def test_whole_chunks_leave_as_they_came(running: tuple[Proxy, Wire], line: ssl.SSLSocket) -> None:
    """Layers of mitmproxy write the size anew; that it stands there as it came shows that they were passed by."""
    wire = running[1]
    for _ in range(2):  # the second time over the same connection
        pieces = [CHUNKED, *(chunk(event, f"000{len(event):X}") for event in EVENTS), b"0\r\n\r\n"]
        sums = [0, *(sum(map(len, EVENTS[: n + 1])) for n in range(len(EVENTS)))]
        body, raw = ask(wire, line, pieces, [*sums, sums[-1]])
        assert body == b"".join(EVENTS)
        assert raw.count(b"000") >= len(EVENTS) - 1


@pytest.mark.parametrize("seed", range(6))
def test_chunks_may_be_cut_anywhere(running: tuple[Proxy, Wire], line: ssl.SSLSocket, seed: int) -> None:
    choice = random.Random(seed)
    wire = CHUNKED + b"".join(map(chunk, EVENTS)) + b"0\r\n\r\n"
    cuts = sorted({0, len(CHUNKED), len(wire), *choice.sample(range(len(wire)), 30)})
    pieces = [wire[a:b] for a, b in itertools.pairwise(cuts)]
    body, _ = ask(running[1], line, pieces, [0] * len(pieces))
    assert body == b"".join(EVENTS)


@pytest.mark.parametrize("size", [16_000, 70_000, 700_000])
def test_large_chunks_and_bodies_of_known_length(running: tuple[Proxy, Wire], line: ssl.SSLSocket, size: int) -> None:
    data = random.Random(size).randbytes(size)
    pieces = [CHUNKED, chunk(b"a"), chunk(data), chunk(b"b") + b"0\r\n\r\n"]
    assert ask(running[1], line, pieces, [0, 1, 1 + size, 2 + size])[0] == b"a" + data + b"b"
    half = size // 2
    pieces = [HEAD + b"content-length: %d\r\n\r\n" % size, data[:half], data[half:]]
    assert ask(running[1], line, pieces, [0, half, size])[0] == data


def test_a_broken_answer_ends_broken(running: tuple[Proxy, Wire], line: ssl.SSLSocket) -> None:
    """An answer that broke off is not made to look whole, and is counted as far as it came."""
    with pytest.raises((AssertionError, h11.RemoteProtocolError)):
        ask(running[1], line, [CHUNKED, chunk(b"data: 1\n\n"), Wire.END], [0, 9, 10])


def test_what_was_relayed_is_in_the_records(running: tuple[Proxy, Wire], line: ssl.SSLSocket) -> None:
    proxy, wire = running
    pieces = [CHUNKED, *map(chunk, EVENTS), b"0\r\n\r\n"]
    total = sum(map(len, EVENTS))
    ask(wire, line, pieces, [0] * len(pieces))
    assert total in [record["bytes"]["down"] for record in proxy.records("outcome")]


def spoken(text: str, size: int) -> list[bytes]:
    """Return the events of an answer that says `text`, so many characters in each."""
    deltas = [text[at : at + size] for at in range(0, len(text), size)]
    return [b"data: %b\n\n" % json.dumps({"choices": [{"delta": {"content": each}}]}).encode() for each in deltas]


def heard(body: bytes) -> str:
    """Return what the events of an answer say."""
    events = [json.loads(line.removeprefix("data: ")) for line in body.decode().split("\n\n") if line]
    return "".join(event["choices"][0]["delta"]["content"] for event in events)


@pytest.fixture
def placeholder(running: tuple[Proxy, Wire], line: ssl.SSLSocket) -> str:
    wire = running[1]
    ask(wire, line, [CHUNKED, chunk(b"data: 1\n\n") + b"0\r\n\r\n"], [0, 0], said(f"charge {CARD} now"))
    (found,) = re.findall(rb"\[CREDIT_CARD_\w+\]", wire.asked)
    return str(found.decode())


@pytest.mark.parametrize("size", [1, 3, 7, 40])
def test_values_are_put_back_in_whole_chunks(
    running: tuple[Proxy, Wire], line: ssl.SSLSocket, placeholder: str, size: int
) -> None:
    text = f"The card {placeholder} was charged, and {placeholder}{placeholder} as well."
    events = spoken(text, size)
    pieces = [CHUNKED, *map(chunk, events), b"0\r\n\r\n"]
    body, _ = ask(running[1], line, pieces, [0] * len(pieces), said(f"charge {CARD} now"))
    assert heard(body) == text.replace(placeholder, CARD)
    whole = b"".join(events)
    pieces = [HEAD + b"content-length: %d\r\n\r\n" % len(whole), whole[:90], whole[90:]]
    body, _ = ask(running[1], line, pieces, [0] * len(pieces), said(f"charge {CARD} now"))
    assert heard(body) == text.replace(placeholder, CARD)


@pytest.mark.parametrize("seed", range(4))
def test_values_are_put_back_wherever_chunks_are_cut(
    running: tuple[Proxy, Wire], line: ssl.SSLSocket, placeholder: str, seed: int
) -> None:
    choice = random.Random(seed)
    text = f"First {placeholder}, then {placeholder}."
    wire = CHUNKED + b"".join(map(chunk, spoken(text, 4))) + b"0\r\n\r\n"
    cuts = sorted({0, len(CHUNKED), len(wire), *choice.sample(range(len(wire)), 30)})
    pieces = [wire[a:b] for a, b in itertools.pairwise(cuts)]
    body, _ = ask(running[1], line, pieces, [0] * len(pieces), said(f"charge {CARD} now"))
    assert heard(body) == text.replace(placeholder, CARD)


def test_the_private_parts_are_known() -> None:
    assert relay.known()
