"""Hosts that nobody catalogued, opened by the deployment: what a request makes likely, the answer confirms."""

import json
from collections.abc import Iterator

import pytest

from tests.running import CHAT, Proxy, chat
from tests.upstream import Received, Reply, Upstream, openai_chat, reply_json

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("discovery")]

SHADOW, QUIET, PLAIN = "llm.shadow.example", "hidden.shadow.example", "shop.shadow.example"
POLICY = """
schema: policy/v1
policy: discovery
owner: test@example.com
rules: []
"""


def answer(request: Received) -> Reply:
    return reply_json({"parcels": [], "total": 3}) if request.host == PLAIN else openai_chat(request)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("discovery")
    services = folder / "services.yaml"
    hosts = (SHADOW, QUIET, PLAIN)
    services.write_text("schema: services/v1\nservices:\n  unknown-ai: {hosts: [" + ", ".join(hosts) + "]}\n")
    arguments = ["--services", str(services)]
    with (
        Upstream(folder, hosts, answer) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=hosts) as running,
    ):
        yield running


def told(proxy: Proxy, host: str) -> dict[str, list[str]]:
    records = [record for record in proxy.records("discovery") if record["app"]["host"] == host]
    return {record["confidence"]: record["signs"] for record in records}


@pytest.mark.parametrize("stream", [False, True])
def test_the_answer_confirms_what_the_request_made_likely(proxy: Proxy, stream: bool) -> None:
    got = proxy.request(SHADOW, CHAT, chat("How large is a pelican?", stream=stream), {"accept-encoding": "gzip"})
    assert b"hello" in got.body
    seen = told(proxy, SHADOW)
    assert "turns" in seen["suspected"]
    assert "choices" in seen["confirmed"]
    assert proxy.metric("hushgate_discoveries_total", confidence="confirmed") >= 1


def test_the_answer_alone_confirms_a_service_in_disguise(proxy: Proxy) -> None:
    proxy.request(QUIET, "/x", json.dumps({"p": "How large is a pelican?"}).encode())
    assert list(told(proxy, QUIET)) == ["confirmed"]


def test_an_ordinary_host_is_neither(proxy: Proxy) -> None:
    proxy.request(PLAIN, "/orders", json.dumps({"order": 7, "note": "please ring twice"}).encode())
    assert told(proxy, PLAIN) == {}
