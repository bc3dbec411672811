"""Answers that are not what they should be, through the real program: read all the same, or unknown and the policy decides.

A rule about answers is in force for one service. Another's answers only get values put back, and pass byte for byte where
there is none.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import h11
import pytest
import zstandard

from proxy.codecs.eventstream import message
from tests.running import CHAT, Answer, Proxy, chat
from tests.upstream import Reply, Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("bad-answers")]

OPENAI, CLAUDE = "api.openai.com", "claude.ai"
POLICY = """
schema: policy/v1
policy: test
owner: test@example.com
rules:
  - id: mail-is-tokenised
    mode: enforce
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: tokenise, restore: true}
  - id: cards-are-cut-out-of-answers
    mode: enforce
    match: {app: {ids: [openai-api]}, direction: [response], content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
"""
CARD = b"4111 1111 1111 1111"
MAIL = "ann.smith@fabrikam.example.org"
JSON, SSE = "application/json", "text/event-stream"
EVENTS, CONNECT = "application/vnd.amazon.eventstream", "application/connect+json"


def event(text: bytes) -> bytes:
    return b'data: {"choices":[{"index":0,"delta":{"content":"' + text + b'"}}]}\n\n'


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(64)) + packer.compress(data) + packer.flush()


READ = {
    "a key twice": (JSON, b'{"a":"%s","a":"x"}'),
    "a byte order mark": (JSON, b'\xef\xbb\xbf{"a":"%s"}'),
    "a mark before events": (SSE, b"\xef\xbb\xbf" + event(b"%s")),
    "NaN": (JSON, b'{"a": NaN, "b": "%s"}'),
    "a lone surrogate": (JSON, b'{"a":"\\ud800 %s"}'),
    "a huge number": (JSON, b'{"a":' + b"7" * 80_000 + b',"b":"%s"}'),
    "an unknown event": (SSE, b'event: never.heard\nid: 7\nzzz: 1\ndata: {"x":[{"y":"%s"}]}\n\n'),
    "an event without end": (SSE, b'data: {"x":"%s"}'),
    "old line ends": (SSE, b'data: {"x":\rdata: "%s"}\r\r'),
    "no type": ("", b'{"a":"%s"}'),
    "5,000 events": (SSE, event(b"a ") * 5_000 + event(b"%s")),
    "10,000 elements": (JSON, b"[" + b'{"t":"a"},' * 10_000 + b'"%s"]'),
}  # fmt: skip
UNREAD = {
    "no UTF-8": (JSON, "", b'{"a":"\xff ' + CARD + b'"}', "undecodable"),
    "UTF-16": (JSON, "", f'{{"a":"{CARD.decode()}"}}'.encode("utf-16"), "undecodable"),
    "no JSON": (JSON, "", b"This is none: " + CARD, "undecodable"),
    "too deep": (JSON, "", b"[" * 3000 + b'"' + CARD + b'"' + b"]" * 3000, "too_large"),
    "a line without end": (SSE, "", b"data: " + b"x" * (17 << 20) + CARD, "too_large"),
    "a frame of a wrong length": (EVENTS, "", b"\0\0\0\x20\0\0\0\x40" + bytes(24) + CARD, "undecodable"),
    "a frame that is longer than the answer": (CONNECT, "", b"\0\0\0\0\x7f" + CARD, "undecodable"),
    "a compressed frame": (CONNECT, "", b"\x01\0\0\0\x13" + CARD, "undecodable"),
    "an unknown coding": (JSON, "rot13", CARD, "undecodable"),
}
BROKEN = {
    "gzip, cut": ("gzip", gzip.compress(b'{"a":"' + CARD * 900 + b'"}')[:-20]),
    "gzip with a tail": ("gzip", gzip.compress(b"{}") + CARD),
    "not gzip at all": ("gzip", b'{"a":"' + CARD + b'"}'),
    "brotli, cut": ("br", brotli.compress(b'{"a":"word"}' * 900)[:-3]),
    "zstd, cut": ("zstd", zstandard.compress(b'{"a":"word"}' * 900)[:-3]),
}
BOMBS = {
    "gzip": ("gzip", deflated(CARD)),
    "brotli": ("br", brotli.compress(b" " * 64_000_000 + CARD, quality=1)),
    "zstd": ("zstd", zstandard.compress(b" " * 64_000_000 + CARD)),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("bad-answers")
    with (
        Upstream(folder, (OPENAI, CLAUDE)) as upstream,
        Proxy(
            folder / "state", upstream, policies=[POLICY], hosts=(OPENAI, CLAUDE),
            arguments=["--workers", "1", "--inspectors", "1"],
            environment={"HUSHGATE_DETECTOR_FACTORIES": "tests.planted:build"},
        ) as proxy,
    ):  # fmt: skip
        yield proxy, upstream


def asked(proxy: Proxy, upstream: Upstream, host: str, kind: str, body: bytes, coding: str = "") -> Answer:
    """Ask `host`, which answers `body`."""
    headers = ({"content-type": kind} if kind else {}) | ({"content-encoding": coding} if coding else {})
    upstream.script = lambda request: Reply(headers=dict(headers), chunks=(body,))
    path = CHAT if host == OPENAI else "/api/organizations/o/chat_conversations/c/completion"
    return proxy.request(host, path, chat(f"write to {MAIL}", stream=True))


@pytest.mark.parametrize("case", READ, ids=lambda case: case.replace(" ", "-"))
def test_what_is_odd_is_read_all_the_same(proxy: Proxy, upstream: Upstream, case: str) -> None:
    kind, form = READ[case]
    body = form.replace(b"%s", CARD)
    answer = asked(proxy, upstream, OPENAI, kind, body)
    unmade = answer.body.replace(b"[REDACTED_CREDIT_CARD]", CARD)
    assert unmade.strip() == body.strip() or case == "old line ends"
    assert CARD not in answer.body
    assert proxy.records()[-1]["decision"]["action"] == "redact"
    assert asked(proxy, upstream, CLAUDE, kind, body).body == body


@pytest.mark.parametrize("case", UNREAD, ids=lambda case: case.replace(" ", "-"))
def test_what_cannot_be_read_is_unknown_and_ends_the_answer(proxy: Proxy, upstream: Upstream, case: str) -> None:
    kind, coding, body, reason = UNREAD[case]
    answer = asked(proxy, upstream, OPENAI, kind, body, coding)
    assert CARD not in answer.body
    assert CARD.decode().encode("utf-16-le") not in answer.body
    assert b"could not be checked" in answer.body or b"the answer ends here" in answer.body
    record = proxy.records()[-1]
    assert record["decision"]["action"] == "block"
    assert reason in record["facts"]["unknown"]
    assert asked(proxy, upstream, CLAUDE, kind, body, coding).body == body


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.replace(" ", "-"))
@pytest.mark.parametrize("host", [OPENAI, CLAUDE], ids=["inspected", "restored"])
def test_a_broken_coding_breaks_the_answer_off(proxy: Proxy, upstream: Upstream, case: str, host: str) -> None:
    coding, body = BROKEN[case]
    with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
        asked(proxy, upstream, host, JSON, body, coding)


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_unpacked_piece_by_piece_and_ends_where_it_is_inspected(
    proxy: Proxy, upstream: Upstream, case: str
) -> None:
    coding, body = BOMBS[case]
    answer = asked(proxy, upstream, OPENAI, JSON, body, coding)
    assert CARD not in answer.body
    assert len(answer.body) < 1000
    assert proxy.records()[-1]["decision"]["action"] == "block"


def test_an_answer_that_is_shorter_than_it_says_breaks_off(proxy: Proxy, upstream: Upstream) -> None:
    upstream.script = lambda request: Reply(headers={"content-type": JSON, "content-length": "900"}, chunks=(b"{}",))
    for _ in range(2):
        with pytest.raises((h11.RemoteProtocolError, OSError)):
            proxy.request(OPENAI, CHAT, chat(f"write to {MAIL}"))


def test_a_detector_that_fails_on_an_answer_is_unknown_and_ends_it(proxy: Proxy, upstream: Upstream) -> None:
    answer = asked(proxy, upstream, OPENAI, SSE, event(b"hello ") + event(b"trap-raise and more") + event(b"behind"))
    assert b"trap-raise" not in answer.body
    assert b"behind" not in answer.body
    assert "error" in proxy.records()[-1]["facts"]["unknown"]


def test_what_stands_in_the_headers_of_an_event_stream_is_looked_at(proxy: Proxy, upstream: Upstream) -> None:
    header = b"\x0e:error-message\x07" + len(CARD).to_bytes(2) + CARD
    assert CARD not in asked(proxy, upstream, OPENAI, EVENTS, message(header, b"{}")).body
    assert proxy.records()[-1]["decision"]["action"] == "block"


def test_memory_stays_bounded_and_the_next_answer_is_fine(proxy: Proxy, upstream: Upstream) -> None:
    assert asked(proxy, upstream, OPENAI, JSON, json.dumps({"a": "well"}).encode()).json() == {"a": "well"}
    children = Path(f"/proc/{proxy.process.pid}/task/{proxy.process.pid}/children").read_text().split()
    peaks = [
        line for child in children for line in Path(f"/proc/{child}/status").read_text().splitlines() if "VmHWM" in line
    ]
    assert peaks
    assert max(int(line.split()[1]) for line in peaks) < 1_000_000
