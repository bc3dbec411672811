"""Codings come off and the kind of content says how an answer is cut; more in test_restorer.py."""

import gzip

import pytest

from proxy.restore.splitter import Splitter


@pytest.mark.parametrize(
    ("kind", "body", "payloads"),
    [
        ("text/event-stream; charset=utf-8", b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
        ("application/json", b'[{"a":1},{"b":2}]', [b'{"a":1}', b'{"b":2}']),
        ("application/problem+json", b"{}", [b"{}"]),
        ("text/plain", b'15:[{"op":"x"}]\n', [b'[{"op":"x"}]']),
        ("text/plain", b"[a link](x) and more", [b"[a link](x) and more"]),
        ("text/plain", b"\n[", [b"\n["]),
    ],
)
@pytest.mark.parametrize("coded", [False, True])
def test_kinds(kind: str, body: bytes, payloads: list[bytes], coded: bool) -> None:
    splitter = Splitter(kind, "gzip" if coded else "")
    assert splitter.readable
    events = [*splitter.feed(gzip.compress(body) if coded else body), *splitter.flush()]
    assert [event.payload for event in events if event.payload is not None] == payloads


@pytest.mark.parametrize(("kind", "coding"), [("image/png", ""), ("text/html", ""), ("application/json", "lzma")])
def test_what_is_not_known(kind: str, coding: str) -> None:
    assert not Splitter(kind, coding).readable
