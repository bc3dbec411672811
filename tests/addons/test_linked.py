"""An upload to a shared host is read where an inspected answer announced its address, and nowhere else."""

import json
from collections.abc import Iterator

import pytest

from tests.running import AI_HOSTS, Proxy
from tests.upstream import Received, Reply, Upstream, reply_json

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("linked")]

BLOB, OTHER = "files1.blob.core.windows.net", "files2.blob.core.windows.net"
POLICY = """
schema: policy/v1
policy: linked
owner: test@example.com
rules:
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
"""
MARKED = b"CONFIDENTIAL - do not distribute\nProject Heron starts in March."
TEXT = {"content-type": "text/plain"}


def answer(request: Received) -> Reply:
    if request.path == "/backend-api/files":
        return reply_json({"status": "success", "upload_url": f"https://{BLOB}/c/7f3?se=2026&sig=a%2Bb"})
    return Reply(status=201, chunks=(b"",))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("linked")
    hosts = (*AI_HOSTS, BLOB, OTHER)
    arguments = ["--workers", "2", "--inspectors", "1"]
    with (
        Upstream(folder, hosts, answer) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=hosts) as proxy,
    ):
        yield proxy, upstream


def put(proxy: Proxy, upstream: Upstream, path: str, body: bytes, *, tunnelled: bool) -> int:
    """Upload to the shared host; `tunnelled` says whose certificate the client has to expect."""
    sock = proxy.connect(BLOB, cafile=upstream.ca_file if tunnelled else None)
    return proxy.request(BLOB, path, body, TEXT, method="PUT", sock=sock).status


def test_an_announced_upload_is_read_and_others_are_not(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    assert put(proxy, upstream, "/c/7f3?sig=a", MARKED, tunnelled=True) == 201  # nobody announced it yet

    body = json.dumps({"file_name": "plan.txt", "file_size": len(MARKED), "use_case": "my_files"}).encode()
    announced = proxy.request("chatgpt.com", "/backend-api/files", body)
    assert announced.json()["upload_url"].startswith(f"https://{BLOB}/")

    upstream.received.clear()
    for _ in range(4):  # whichever of the two workers it comes to
        assert put(proxy, upstream, "/c/7f3?se=2026&sig=a%2Bb", MARKED, tunnelled=False) == 403
    assert upstream.received == []
    assert put(proxy, upstream, "/c/7f3?se=2026&sig=a%2Bb", b"plain notes", tunnelled=False) == 201
    assert put(proxy, upstream, "/c/other", MARKED, tunnelled=False) == 201
    assert [(request.path.partition("?")[0], request.body) for request in upstream.received] == [
        ("/c/7f3", b"plain notes"),
        ("/c/other", MARKED),
    ]
    assert proxy.metric("hushgate_uninspected_requests_total", reason="unlinked") == 1
    assert proxy.records()[-1]["app"]["id"] == "chatgpt"


def test_another_host_of_the_same_kind_stays_closed(running: tuple[Proxy, Upstream]) -> None:
    proxy, upstream = running
    proxy.request("chatgpt.com", "/backend-api/files", b'{"file_name":"a.txt"}')
    sock = proxy.connect(OTHER, cafile=upstream.ca_file)
    assert proxy.request(OTHER, "/c/7f3", MARKED, TEXT, method="PUT", sock=sock).status == 201
