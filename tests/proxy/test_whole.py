"""The whole program: a client, the proxy, an upstream, and what each of them saw."""

import gzip
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, Proxy, chat, read
from tests.upstream import Reply, Upstream, sse

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("whole")]

POLICY = """
schema: policy/v1
policy: test
owner: test@example.com
rules:
  - id: cards-are-redacted
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
  - id: mail-in-shadow
    mode: shadow
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: block, message: no}
"""
CARD = "4111 1111 1111 1111"
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."


@pytest.fixture(scope="module", params=[(1, 1), (2, 2)], ids=["1+1", "2+2"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("whole")
    workers, inspectors = request.param
    arguments = ["--workers", str(workers), "--inspectors", str(inspectors)]
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments) as proxy,
    ):
        yield proxy, upstream


def test_an_allowed_body_arrives_byte_for_byte(proxy: Proxy, upstream: Upstream) -> None:
    body = (
        b'\xef\xbb\xbf{ "model":"m",\r\n "messages" : [{"content":"caf\\u00e9 \xc3\xa9 \\/","role":"user"}], "n":1.0 }'
    )
    answer = proxy.request("api.openai.com", CHAT, body, {"x-mine": "1"})
    assert answer.status == 200
    assert upstream.received[0].body == body
    assert upstream.received[0].headers["x-mine"] == "1"
    assert "x-hushgate" not in answer.headers


def test_an_allowed_compressed_body_stays_compressed(proxy: Proxy, upstream: Upstream) -> None:
    body = gzip.compress(chat("hello"), mtime=0)
    assert proxy.request("api.openai.com", CHAT, body, {"content-encoding": "gzip"}).status == 200
    assert upstream.received[0].body == body
    assert upstream.received[0].headers["content-encoding"] == "gzip"


def test_a_redacted_body_arrives_without_the_value(proxy: Proxy, upstream: Upstream) -> None:
    body = chat(f"charge {CARD} twice")
    answer = proxy.request("api.openai.com", CHAT, body)
    assert answer.status == 200
    assert upstream.received[0].body == body.replace(CARD.encode(), b"[REDACTED_CREDIT_CARD]")
    assert answer.headers["x-hushgate"].startswith("redacted; n=1; ref=")


def test_a_redacted_compressed_body_goes_out_uncompressed(proxy: Proxy, upstream: Upstream) -> None:
    body = gzip.compress(chat(f"charge {CARD}"))
    headers = {"content-encoding": "gzip", "content-digest": "sha-256=:AAAA:"}
    assert proxy.request("api.openai.com", CHAT, body, headers).status == 200
    got = upstream.received[0]
    assert b"[REDACTED_CREDIT_CARD]" in got.body
    assert "content-encoding" not in got.headers
    assert got.headers["content-length"] == str(len(got.body))
    assert got.headers["content-digest"] != headers["content-digest"]


def test_a_refused_request_reaches_nobody_and_says_why(proxy: Proxy, upstream: Upstream) -> None:
    before = upstream.connections
    answer = proxy.request("api.openai.com", CHAT, chat(MARKED))
    assert answer.status == 400
    assert answer.headers["x-should-retry"] == "false"
    message = answer.json()["error"]["message"]
    assert "Please leave marked documents out." in message
    reference = answer.headers["x-hushgate"].partition("ref=")[2]
    assert reference in message
    assert upstream.connections == before
    assert not upstream.received
    assert proxy.records()[-1]["id"] == reference


def test_every_decision_is_in_the_audit_log_and_in_the_metrics(proxy: Proxy, upstream: Upstream) -> None:
    before = proxy.metric("hushgate_requests_total", action="block", service="openai-api")
    matches = proxy.metric("hushgate_rule_matches_total", rule="mail-in-shadow", mode="shadow")
    proxy.request("api.openai.com", CHAT, chat(MARKED + " Ask jo@corp-example.com"))
    record = proxy.records()[-1]
    assert record["decision"]["action"] == "block"
    assert [rule["id"] for rule in record["decision"]["rules"]] == ["marked-is-blocked"]
    assert "mail-in-shadow" in str(record["decision"]["would"])
    assert record["app"]["id"] == "openai-api"
    assert {finding["entity"] for finding in record["facts"]["findings"]} >= {"LABEL_CONFIDENTIAL", "EMAIL_ADDRESS"}
    assert proxy.metric("hushgate_requests_total", action="block", service="openai-api") == before + 1
    assert proxy.metric("hushgate_rule_matches_total", rule="mail-in-shadow", mode="shadow") == matches + 1


@pytest.mark.parametrize(
    ("host", "path", "body", "text"),
    [
        ("api.anthropic.com", "/v1/messages", {"model": "c", "max_tokens": 1, "messages": [{"role": "user", "content": MARKED}]},
         lambda value: value["error"]["message"]),
        ("generativelanguage.googleapis.com", "/v1/models/g:generateContent", {"contents": [{"parts": [{"text": MARKED}]}]},
         lambda value: value["error"]["message"]),
        ("api.openai.com", "/v1/responses", {"model": "m", "input": MARKED}, lambda value: value["error"]["message"]),
        ("api.openai.com", "/v1/completions", {"model": "m", "prompt": MARKED}, lambda value: value["error"]["message"]),
        ("api.openai.com", "/v1/embeddings", {"model": "m", "input": [MARKED]}, lambda value: value["error"]["message"]),
        ("api.openai.com", "/v1/brand/new/endpoint", {"deep": [{"er": MARKED}]}, lambda value: value["error"]["message"]),
    ],
)  # fmt: skip
def test_every_dialect_is_read_and_refused_in_its_own_shape(proxy, upstream, host, path, body, text) -> None:  # type: ignore[no-untyped-def]
    import json

    answer = proxy.request(host, path, json.dumps(body).encode())
    assert answer.status == 400
    assert "Please leave marked documents out." in text(answer.json())
    assert not upstream.received


def test_a_value_split_over_two_parts_is_found(proxy: Proxy, upstream: Upstream) -> None:
    import json

    parts = [{"type": "text", "text": "card 4111 1111 "}, {"type": "text", "text": "1111 1111 please"}]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": parts}]}).encode()
    assert proxy.request("api.openai.com", CHAT, body).status == 200
    arrived = json.loads(upstream.received[0].body)["messages"][0]["content"]
    assert "".join(part["text"] for part in arrived) == "card [REDACTED_CREDIT_CARD] please"


def test_http2_on_both_sides(proxy: Proxy, upstream: Upstream) -> None:
    import h2.config
    import h2.connection
    import h2.events

    with proxy.connect("api.openai.com", alpn="h2") as sock:
        assert sock.selected_alpn_protocol() == "h2"
        connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        connection.initiate_connection()
        for stream, text in ((1, f"card {CARD}"), (3, MARKED)):
            connection.send_headers(stream, [(":method", "POST"), (":scheme", "https"), (":path", CHAT),
                                             (":authority", "api.openai.com"), ("content-type", "application/json")])  # fmt: skip
            connection.send_data(stream, chat(text), end_stream=True)
        sock.sendall(connection.data_to_send())
        status: dict[int, str] = {}
        ended = 0
        while ended < 2:
            for event in connection.receive_data(sock.recv(65536)):
                if isinstance(event, h2.events.ResponseReceived):
                    status[event.stream_id or 0] = dict(event.headers or [])[":status"]
                ended += isinstance(event, h2.events.StreamEnded)
            sock.sendall(connection.data_to_send())
    assert status == {1: "200", 3: "400"}
    assert [(r.http_version, b"REDACTED" in r.body) for r in upstream.received] == [("HTTP/2", True)]


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_the_first_token_comes_before_the_answer_is_complete(proxy: Proxy, upstream: Upstream, coding: str) -> None:
    gate = threading.Event()
    events = sse(
        {"choices": [{"delta": {"content": "größe 😀"}}]}, {"choices": [{"delta": {"content": "end"}}]}, "[DONE]"
    )
    text = b"".join(events.chunks).replace(b"\\u00f6", "ö".encode())
    cut = text.index("ö".encode()) + 1  # inside a UTF-8 sequence
    first, rest = _coded(coding, text[:cut], text[cut:])
    headers = {"content-type": "text/event-stream"} | ({"content-encoding": coding} if coding != "identity" else {})
    upstream.script = lambda _: Reply(headers=headers, chunks=(first, rest), gates={1: gate})
    import h11

    with proxy.connect("api.openai.com") as sock:
        client = h11.Connection(h11.CLIENT)
        body = chat(f"card {CARD}", stream=True)
        head = [("host", "api.openai.com"), ("content-length", str(len(body))), ("content-type", "application/json")]
        sock.sendall((client.send(h11.Request(method="POST", target=CHAT, headers=head)) or b"") + body)
        client.send(h11.Data(data=body))
        client.send(h11.EndOfMessage())
        got = b""
        while len(got) < len(first):
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(sock.recv(65536))
            elif isinstance(event, h11.Response):
                assert dict(event.headers)[b"x-hushgate"].startswith(b"redacted")
            elif isinstance(event, h11.Data):
                got += event.data
        assert got == first
        gate.set()
        assert read(client, sock).body == rest
    assert b"[REDACTED_CREDIT_CARD]" in upstream.received[0].body


def _coded(coding: str, one: bytes, two: bytes) -> tuple[bytes, bytes]:
    if coding == "gzip":
        import zlib

        packer = zlib.compressobj(wbits=31)
        return packer.compress(one) + packer.flush(zlib.Z_SYNC_FLUSH), packer.compress(two) + packer.flush()
    if coding == "br":
        import brotli

        brotlier = brotli.Compressor()
        return brotlier.process(one) + brotlier.flush(), brotlier.process(two) + brotlier.finish()
    return one, two


def test_other_hosts_are_tunnelled_with_their_own_certificate(proxy: Proxy, upstream: Upstream) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        proxy.connect(PLAIN_HOST)
    sock = proxy.connect(PLAIN_HOST, cafile=upstream.ca_file)
    answer = proxy.request(PLAIN_HOST, "/", chat(f"{CARD} {MARKED}"), sock=sock)
    assert answer.status == 200
    assert CARD.encode() in upstream.received[0].body


def test_the_leaf_of_an_intercepted_host_carries_one_name(proxy: Proxy, upstream: Upstream) -> None:
    with proxy.connect("api.openai.com") as sock:
        names = sock.getpeercert()["subjectAltName"]  # type: ignore[index]
    assert names == (("DNS", "api.openai.com"),)


def test_plain_http_is_inspected_too(proxy: Proxy, upstream: Upstream) -> None:
    import socket

    body = chat(MARKED)
    with socket.create_connection(proxy.address, timeout=30) as sock:
        head = (
            f"POST http://api.openai.com{CHAT} HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        sock.sendall(head.encode() + body)
        assert b" 400 " in sock.recv(4096).split(b"\r\n")[0]


def test_admin_pages(proxy: Proxy) -> None:
    assert proxy.get("/livez")[0] == 200
    assert proxy.get("/readyz")[0] == 200
    assert proxy.get("/ca.pem")[1] == proxy.ca.read_bytes()
    assert b"api.openai.com" in proxy.get("/proxy.pac")[1]
    assert b"PRIVATE" not in proxy.get("/ca.pem")[1]
    assert proxy.get("/nothing")[0] == 404


def test_audit_records_are_counted(proxy: Proxy, upstream: Upstream) -> None:
    before = proxy.metric("hushgate_audit_records_total", type="decision")
    proxy.request("api.openai.com", CHAT, chat(MARKED))
    assert proxy.metric("hushgate_audit_records_total", type="decision") == before + 1
    assert proxy.metric("hushgate_audit_records_total", type="start") == 1
    assert proxy.metric("hushgate_audit_errors_total") == 0


def test_a_policy_is_reloaded_and_a_broken_one_is_not(proxy: Proxy, upstream: Upstream) -> None:
    import time

    file = proxy.state.parent / "policy-0.yaml"

    def wait(condition) -> None:  # type: ignore[no-untyped-def]
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def action() -> int:
        return proxy.request("api.openai.com", CHAT, chat("pelican")).status

    try:
        assert action() == 200
        file.write_text(POLICY.replace("[LABEL_CONFIDENTIAL]", "[LABEL_CONFIDENTIAL, LABEL_NOPE]}, {entities: [NOPE]"))
        wait(lambda: proxy.metric("hushgate_policy_last_reload_successful") == 0)
        assert proxy.request("api.openai.com", CHAT, chat(MARKED)).status == 400
        file.write_text(POLICY.replace("entities: [CREDIT_CARD]", "entities: [EMAIL_ADDRESS]"))
        wait(lambda: proxy.metric("hushgate_policy_last_reload_successful") == 1)
        upstream.received.clear()
        assert proxy.request("api.openai.com", CHAT, chat("jo@corp-example.com")).status == 200
        assert b"[REDACTED_EMAIL_ADDRESS]" in upstream.received[0].body
    finally:
        file.write_text(POLICY)
        wait(lambda: b"REDACTED_CREDIT" in _arrived(proxy, upstream))


def _arrived(proxy: Proxy, upstream: Upstream) -> bytes:
    upstream.received.clear()
    proxy.request("api.openai.com", CHAT, chat(CARD))
    return upstream.received[0].body if upstream.received else b""


def test_login_traffic_passes(proxy: Proxy, upstream: Upstream, tmp_path: Path) -> None:
    body = b"grant_type=refresh_token&refresh_token=rt_1234567890abcdefghijklmnopqrstuv&client_id=app_x"
    headers = {"content-type": "application/x-www-form-urlencoded", "cookie": "session=eyJhbGciOiJIUzI1NiJ9.e30.abc"}
    answer = proxy.request("claude.ai", "/v1/oauth/token", body, headers)
    assert answer.status == 200
    assert upstream.received[0].body == body
