"""Calls that go both ways at once, through the real program: each message is read before it leaves."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.calls import Call, Echo
from tests.running import Proxy

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("streams")]

CURSOR, BEDROCK = "api2.cursor.sh", "bedrock-runtime.us-east-1.amazonaws.com"
POLICY = """
schema: policy/v1
policy: streams
owner: test@example.com
defaults: {on_unknown: {undecodable: block, protobuf: flag, too_large: block}}
rules:
  - id: cards-are-redacted
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
"""
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
MESSAGE = "Please leave marked documents out."
CARD = "4111 1111 1111 1111"


def envelope(payload: bytes, flag: int = 0) -> bytes:
    return bytes([flag]) + len(payload).to_bytes(4) + payload


def proto(text: str) -> bytes:
    """Return a message whose field 3 is a message whose field 1 is the text."""
    inner = b"\x0a" + _varint(len(text.encode())) + text.encode()
    return envelope(b"\x10\x07\x1a" + _varint(len(inner)) + inner)


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Echo]]:
    folder = tmp_path_factory.mktemp("streams")
    hosts = (CURSOR, BEDROCK)
    with (
        Echo(folder, hosts) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], hosts=hosts) as proxy,
    ):
        yield proxy, upstream


@pytest.fixture
def proxy(running: tuple[Proxy, Echo]) -> Proxy:
    return running[0]


@pytest.fixture
def upstream(running: tuple[Proxy, Echo]) -> Echo:
    return running[1]


def eventually(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 60
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize("kind", ["application/connect+proto", "application/grpc+proto", "application/grpc"])
def test_a_client_that_waits_for_answers_gets_them(proxy: Proxy, upstream: Echo, kind: str) -> None:
    path = f"/aiserver.v1.ChatService/Talk{kind.count('r')}{len(kind)}"
    first, second = proto("How large is a pelican?"), proto("And why?")
    with Call(proxy, CURSOR, path, kind) as call:
        call.send(first)
        call.wait(lambda call: b"seen:" in call.body)
        assert call.body == b"seen:%d;" % len(first)
        call.send(second[:7])
        call.send(second[7:], last=True)
        call.wait(lambda call: call.over)
        assert call.status == "200"
    assert upstream.heard_of(path) == first + second
    assert proxy.records()[-1]["req"]["transport"] == "stream"


def test_a_later_message_is_read_and_ends_the_call(proxy: Proxy, upstream: Echo) -> None:
    path = "/aiserver.v1.ChatService/TalkLonger"
    first = proto("How large is a pelican?")
    with Call(proxy, CURSOR, path, "application/connect+proto") as call:
        call.send(first)
        call.wait(lambda call: b"seen:" in call.body)
        call.send(proto(MARKED))
        call.wait(lambda call: call.over)
        last = call.body.partition(b";")[2]
        assert last[0] == 2
        assert MESSAGE in json.loads(last[5:])["error"]["message"]
    assert upstream.heard_of(path) == first
    assert eventually(lambda: path in upstream.reset)
    assert proxy.records()[-1]["decision"]["action"] == "block"


def test_grpc_ends_with_trailers(proxy: Proxy, upstream: Echo) -> None:
    path = "/aiserver.v1.ChatService/TalkTrailing"
    with Call(proxy, CURSOR, path, "application/grpc+proto") as call:
        call.send(proto("How large is a pelican?"))
        call.wait(lambda call: b"seen:" in call.body)
        call.send(proto(MARKED))
        call.wait(lambda call: call.over)
        assert call.trailers["grpc-status"] == "7"
        assert MESSAGE in call.trailers["grpc-message"]


@pytest.mark.parametrize("kind", ["application/connect+proto", "application/grpc+proto"])
def test_a_first_message_is_refused_before_the_vendor_has_it(proxy: Proxy, upstream: Echo, kind: str) -> None:
    path = f"/aiserver.v1.ChatService/TalkLate{len(kind)}"
    with Call(proxy, CURSOR, path, kind) as call:
        call.send(proto(MARKED))
        call.wait(lambda call: call.over)
        assert call.status == "200"
        assert call.headers["x-hushgate"].startswith("blocked; ref=")
        said = call.headers.get("grpc-message") or json.loads(call.body[5:])["error"]["message"]
        assert MESSAGE in said
    assert upstream.heard_of(path) == b""


def test_a_value_in_a_json_message_is_taken_out(proxy: Proxy, upstream: Echo) -> None:
    path = "/aiserver.v1.ChatService/TalkJson"
    text = json.dumps({"text": f"charge {CARD} twice", "n": [1, {"x": "é"}]}).encode()
    with Call(proxy, CURSOR, path, "application/connect+json") as call:
        call.send(envelope(text) + envelope(b'{"text": "and go"}'), last=True)
        call.wait(lambda call: call.over)
    got = upstream.heard_of(path)
    redacted = text.replace(CARD.encode(), b"[REDACTED_CREDIT_CARD]")
    assert got == envelope(redacted) + envelope(b'{"text": "and go"}')


def test_a_value_in_a_protocol_buffer_is_a_refusal(proxy: Proxy, upstream: Echo) -> None:
    path = "/aiserver.v1.ChatService/TalkCard"
    with Call(proxy, CURSOR, path, "application/connect+proto") as call:
        call.send(proto(f"charge {CARD} twice"), last=True)
        call.wait(lambda call: call.over)
    assert upstream.heard_of(path) == b""


@pytest.mark.parametrize(
    ("sent", "passes"), [(b"\x7bno frame", True), (b"\0\0\0\0\x09cut", True), (b"\0\xff\0\0\0", False)]
)
def test_what_is_no_message_is_unknown_and_the_policy_decides(
    proxy: Proxy, upstream: Echo, sent: bytes, passes: bool
) -> None:
    path = f"/aiserver.v1.ChatService/Talk{sent.hex().upper()}x"
    path = path.replace("Talk", "TalkX")
    with Call(proxy, CURSOR, path, "application/connect+proto") as call:
        call.send(sent, last=True)
        call.wait(lambda call: call.over)
    assert upstream.heard_of(path) == (sent if passes else b"")
    assert proxy.records()[-1]["decision"]["unknown"] == (["protobuf"] if passes else ["too_large"])


@pytest.mark.parametrize("together", [True, False], ids=["one-chunk", "two-chunks"])
def test_a_value_over_two_messages_never_arrives_whole(proxy: Proxy, upstream: Echo, together: bool) -> None:
    path = f"/aiserver.v1.ChatService/TalkSplit{'Once' if together else 'Twice'}"
    first, second = (json.dumps({"text": text}).encode() for text in ("charge 4111 1111 ", "1111 1111 twice"))
    with Call(proxy, CURSOR, path, "application/connect+json") as call:
        if not together:
            call.send(envelope(first))
            call.wait(lambda call: b"seen:" in call.body)
        call.send((envelope(first) if together else b"") + envelope(second), last=True)
        call.wait(lambda call: call.over)
    got = upstream.heard_of(path)
    assert b"REDACTED_CREDIT_CARD" in got
    assert b"1111 1111 twice" not in got
    assert proxy.records()[-1]["decision"]["action"] == "redact"
