"""Too much of it, through the real program: overload is answered so that clients try again, a decision never is."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest

from tests.faults.scene import family
from tests.running import AI_HOSTS, CHAT, PLAIN_HOST, Answer, Proxy, chat
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("limits")]
OPENAI = "api.openai.com"
MARKED = chat("CONFIDENTIAL - do not distribute\nour margin is 12 %")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("limits")
    environment = {"HUSHGATE_MAX_RATE_PER_CLIENT": "1"}
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        Proxy(folder / "state", upstream, environment=environment) as proxy,
    ):
        yield proxy, upstream


def until(found: Callable[[], Answer | None], seconds: float = 60.0) -> Answer:
    deadline = time.monotonic() + seconds
    while (answer := found()) is None:
        assert time.monotonic() < deadline
    return answer


def at_once(proxy: Proxy, body: bytes, count: int = 6) -> list[Answer]:
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(proxy.request(OPENAI, CHAT, body))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def with_status(answers: list[Answer], status: int) -> Answer | None:
    return next((answer for answer in answers if answer.status == status), None)


def test_a_head_of_a_megabyte_is_refused_unread(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    sock = proxy.connect(OPENAI)
    with sock:
        sock.sendall(b"GET /v1/models HTTP/1.1\r\nhost: api.openai.com\r\nx-huge: " + b"a" * 70_000)
        assert sock.recv(4096).startswith(b"HTTP/1.1 431 ")
    assert not upstream.received


def test_too_many_requests_are_answered_in_the_vendor_s_retryable_form(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    refused = until(lambda: with_status(at_once(proxy, chat("hello")), 503))
    assert int(refused.headers["retry-after"]) >= 1
    assert "x-should-retry" not in refused.headers
    assert json.loads(refused.body)["error"]["type"] == "server_error"
    assert proxy.metric("hushgate_requests_total", action="overload") >= 1
    until(lambda: with_status([proxy.request(OPENAI, CHAT, chat("hello again"))], 200))
    assert all(request.host == OPENAI for request in upstream.received)


def test_a_decision_is_never_retryable_and_overload_lets_nothing_out(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    blocked = until(lambda: with_status(at_once(proxy, MARKED), 400))
    assert blocked.headers["x-should-retry"] == "false"
    assert "retry-after" not in blocked.headers
    assert not any(b"margin" in request.body for request in upstream.received)


def test_unrelated_traffic_has_no_rate(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    for _ in range(5):
        sock = proxy.connect(PLAIN_HOST, cafile=upstream.ca_file)
        assert proxy.request(PLAIN_HOST, CHAT, chat("hello"), sock=sock).status == 200


def test_a_connection_carries_a_hundred_streams_and_heads_of_64_kb(running: tuple[Proxy, Upstream]) -> None:
    proxy, _ = running
    wire = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    wire.initiate_connection()
    with proxy.connect(OPENAI, alpn="h2") as sock:
        sock.sendall(wire.data_to_send())
        told: dict[int, int] = {}
        while h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS not in told:
            data = sock.recv(65536)
            assert data
            for event in wire.receive_data(data):
                if isinstance(event, h2.events.RemoteSettingsChanged):
                    told |= {code: change.new_value for code, change in event.changed_settings.items()}
    assert told[h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS] == 100
    assert told[h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE] == 65536


def test_no_process_leaves_a_core_dump(running: tuple[Proxy, Upstream]) -> None:
    proxy, _ = running
    deadline = time.monotonic() + 60
    while {core_limit(pid) for pid in family(proxy.process.pid)} != {("0", "0")}:  # one may be starting just now
        assert time.monotonic() < deadline
        time.sleep(0.05)


def core_limit(pid: int) -> tuple[str, str]:
    try:
        lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended meanwhile
        return "0", "0"
    soft, hard = next(line for line in lines if line.startswith("Max core file size")).split()[4:6]
    return soft, hard
