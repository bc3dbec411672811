"""What is broken, hostile or misdirected: the documented answer, an event, a metric, nothing upstream, and life goes on."""

import gzip
import json
import os
import signal
import ssl
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
import zstandard

from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, ROOT, Proxy, chat
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("bad-input")]

OPENAI = "api.openai.com"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("bad")
    environment = {"HUSHGATE_DETECTOR_FACTORIES": "tests.planted:build"}
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=["pack:default"], environment=environment) as proxy,
    ):
        yield proxy, upstream


@pytest.fixture
def proxy(running: tuple[Proxy, Upstream]) -> Iterator[Proxy]:
    proxy, upstream = running
    yield proxy
    upstream.received.clear()
    answer = proxy.request(OPENAI, CHAT, chat("all is well"))
    assert answer.status == 200, "the next request does not work"
    assert len(upstream.received) == 1


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(b" " * 64_000_000) + packer.flush()


FORM = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n'
UNREADABLE = {
    "truncated gzip": (gzip.compress(chat("hello" * 100))[:-20], {"content-encoding": "gzip"}, "undecodable"),
    "two-member gzip, the second cut": (gzip.compress(chat("a")) + gzip.compress(b"{}")[:9], {"content-encoding": "gzip"}, "undecodable"),
    "gzip with a tail": (gzip.compress(chat("a")) + b"tail", {"content-encoding": "gzip"}, "undecodable"),
    "an unknown coding": (chat("a"), {"content-encoding": "rot13"}, "undecodable"),
    "a bomb": (bomb(), {"content-encoding": "gzip"}, "too_large"),
    "a brotli bomb": (brotli.compress(b" " * 64_000_000, quality=1), {"content-encoding": "br"}, "too_large"),
    "a zstd bomb": (zstandard.compress(b" " * 64_000_000), {"content-encoding": "zstd"}, "too_large"),
    "UTF-16": (chat("a").decode().encode("utf-16"), {}, "undecodable"),
    "a charset that nobody expects": (chat("a"), {"content-type": "application/json; charset=utf-7"}, "undecodable"),
    "an encoded surrogate": (b'{"a": "\xed\xa0\x80"}', {}, "undecodable"),
    "infinity": (b'{"a": -Infinity}', {}, "undecodable"),
    "comments": (b'{/* a */ "a": 1}', {}, "undecodable"),
    "another boundary": (FORM, {"content-type": "multipart/form-data; boundary=c"}, "undecodable"),
    "two boundaries": (FORM, {"content-type": "multipart/form-data; boundary=b; boundary=c"}, "undecodable"),
    "text behind the last part": (FORM + b"more", {"content-type": "multipart/form-data; boundary=b"}, "undecodable"),
    "text before the first part": (b"x\r\n" + FORM, {"content-type": "multipart/form-data; boundary=b"}, "undecodable"),
    "invalid JSON": (b'{"messages": [', {}, "undecodable"),
    "two JSON values": (b'{"a":1}{"b":2}', {}, "undecodable"),
    "NaN": (b'{"a": NaN}', {}, "undecodable"),
    "invalid UTF-8": (b'{"a": "\xff\xfe"}', {}, "undecodable"),
    "too deep": (b"[" * 5000 + b"]" * 5000, {}, "too_large"),
    "20 MB of JSON": (b'{"messages":[{"role":"user","content":"' + b"a" * 20_000_000 + b'"}]}', {}, "too_large"),
    "100,000 tiny parts": (
        b'{"messages":[{"role":"user","content":[' + b",".join([b'{"type":"text","text":"a"}'] * 100_000) + b"]}]}", {}, "too_large"
    ),
    "a frame that is longer than the body": (
        b"\0\0\0\0\x09{}", {"content-type": "application/connect+json"}, "undecodable"
    ),
    "an event whose lengths contradict": (
        b"\0\0\0\x20\0\0\0\x40" + bytes(24), {"content-type": "application/vnd.amazon.eventstream"}, "undecodable"
    ),
    "a part without an end": (
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx', {"content-type": "multipart/form-data; boundary=b"}, "undecodable"
    ),
    "17 MB": (chat("a" * 17 * 1024 * 1024), {}, "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.replace(" ", "-"))
def test_what_cannot_be_read_is_unknown_and_refused(proxy: Proxy, upstream: Upstream, case: str) -> None:
    body, headers, reason = UNREADABLE[case]
    before = proxy.metric("hushgate_uninspected_requests_total", reason=reason)
    answer = proxy.request(OPENAI, CHAT, body, headers)
    assert answer.status == 400
    assert answer.json()["error"]["message"]
    assert not upstream.received
    record = proxy.records()[-1]
    assert reason in record["decision"]["unknown"]
    assert proxy.metric("hushgate_uninspected_requests_total", reason=reason) == before + 1


def test_a_type_that_nobody_knows_hides_nothing(proxy: Proxy, upstream: Upstream) -> None:
    marked = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
    for body in ({"type": "never.heard.of", "payload": {"x": [{"kind": 7, "y": marked}]}}, {"event": marked}, [marked]):
        assert proxy.request(OPENAI, "/v1/never/heard/of", json.dumps(body).encode()).status == 400
    assert not upstream.received


def test_memory_stays_bounded_whatever_came(proxy: Proxy) -> None:
    peaks = [peak for peak in map(_peak, _below(proxy.process.pid)) if peak]
    assert len(peaks) >= 3  # worker, zygote, inspector
    assert max(peaks) < 1_000_000


def _below(pid: int) -> list[int]:
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(each for child in children for each in _below(child))]


def _peak(pid: int) -> int:
    """Return the most memory that a process ever had resident, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def test_a_two_member_gzip_is_read_whole(proxy: Proxy, upstream: Upstream) -> None:
    text = chat("CONFIDENTIAL - do not distribute\nHeron")
    body = gzip.compress(text[:10]) + gzip.compress(text[10:])
    assert proxy.request(OPENAI, CHAT, body, {"content-encoding": "gzip"}).status == 400
    assert not upstream.received


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_a_key_that_stands_twice_hides_nothing(proxy: Proxy, upstream: Upstream, first: bool) -> None:
    marked = json.dumps("CONFIDENTIAL - do not distribute\nHeron").encode()
    body = b'{"messages":[{"role":"user","content":%s,"content":%s}]}' % (
        (marked, b'"a"') if first else (b'"a"', marked)
    )
    assert proxy.request(OPENAI, CHAT, body).status == 400
    assert not upstream.received


def test_a_wrong_content_type_hides_nothing(proxy: Proxy, upstream: Upstream) -> None:
    for kind in ("text/plain", "application/octet-stream", "image/png", ""):
        answer = proxy.request(OPENAI, CHAT, chat("CONFIDENTIAL - do not distribute\nHeron"), {"content-type": kind})
        assert answer.status == 400
    assert not upstream.received


def test_a_body_of_50_mb_is_answered_in_the_vendors_shape(proxy: Proxy, upstream: Upstream) -> None:
    answer = proxy.request("api.anthropic.com", "/v1/messages", b'{"a":"' + b"x" * 50_000_000 + b'"}')
    assert answer.status == 400
    assert answer.json()["type"] == "error"
    assert not upstream.received


def test_a_host_that_is_not_the_connect_target_is_misdirected(proxy: Proxy, upstream: Upstream) -> None:
    assert proxy.request(OPENAI, CHAT, chat("a"), {"host": "evil.example"}).status == 421
    assert not upstream.received


def test_an_sni_that_is_not_the_connect_target_is_misdirected(proxy: Proxy, upstream: Upstream) -> None:
    context = ssl._create_unverified_context()
    sock = proxy.tunnel(OPENAI)
    with context.wrap_socket(sock, server_hostname="www.example.com") as tls:
        tls.sendall(b"POST /v1/x HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 2\r\n\r\n{}")
        assert b" 421 " in tls.recv(4096).split(b"\r\n")[0]
    assert not upstream.received


def test_an_ai_name_behind_another_connect_target_is_refused(proxy: Proxy, upstream: Upstream) -> None:
    before = proxy.metric("hushgate_refused_destinations_total", reason="sni_mismatch")
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        proxy.connect(PLAIN_HOST, sni=OPENAI)
    assert proxy.metric("hushgate_refused_destinations_total", reason="sni_mismatch") == before + 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "0x7f.1", "[::1]", "10.1.2.3"])
def test_connect_to_the_inside_is_forbidden(proxy: Proxy, host: str) -> None:
    with pytest.raises(ConnectionError, match=r"HTTP/1\.1 40[03]"):
        proxy.connect(host)


def test_connect_to_our_own_admin_port_is_forbidden(proxy: Proxy) -> None:
    with pytest.raises(ConnectionError, match=r"HTTP/1\.1 403"):
        proxy.connect("127.0.0.1", proxy.admin[1])


@pytest.mark.parametrize(
    ("word", "reason"),
    [("trap-raise", "error"), ("trap-spin", "timeout"), ("trap-gil", "timeout"), ("trap-die", "error")],
)
def test_a_detector_that_fails_is_unknown_and_refused(proxy: Proxy, upstream: Upstream, word: str, reason: str) -> None:
    before = proxy.metric("hushgate_uninspected_requests_total", reason=reason)
    answer = proxy.request(OPENAI, CHAT, chat(f"CANARY-{word} {word}"))
    assert answer.status == 400
    assert not upstream.received
    assert reason in proxy.records()[-1]["decision"]["unknown"]
    assert proxy.metric("hushgate_uninspected_requests_total", reason=reason) == before + 1


def test_an_inspector_that_is_killed_is_replaced(proxy: Proxy, upstream: Upstream) -> None:
    found = subprocess.run(
        ["pgrep", "-f", "-P", str(proxy.process.pid), "proxy.inspector"], capture_output=True, text=True, check=False
    )
    zygote = int(found.stdout.split()[0])
    children = subprocess.run(["pgrep", "-P", str(zygote)], capture_output=True, text=True, check=True).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    assert proxy.request(OPENAI, CHAT, chat("hello")).status == 200
    assert proxy.metric("hushgate_inspector_restarts_total") >= 1


def test_a_worker_that_is_killed_is_replaced(proxy: Proxy, upstream: Upstream) -> None:
    found = subprocess.run(
        ["pgrep", "-f", "-P", str(proxy.process.pid), "proxy.worker"], capture_output=True, text=True, check=True
    )
    os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
    import time

    deadline = time.monotonic() + 30
    while proxy.get("/readyz")[0] == 200 and time.monotonic() < deadline:
        time.sleep(0.02)
    while proxy.get("/readyz")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert proxy.metric("hushgate_worker_restarts_total") >= 1


def test_nothing_of_all_this_stands_in_a_log_or_record(proxy: Proxy, upstream: Upstream) -> None:
    everything = proxy.errors.read_text() + proxy.get("/metrics")[1].decode() + json.dumps(proxy.records())
    assert "CANARY" not in everything
    assert "Heron" not in everything
    assert (ROOT / "tests").exists()
