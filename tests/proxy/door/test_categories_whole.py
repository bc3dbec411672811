"""Hosts that nobody decrypts, by lists of the deployment: reported, relayed or refused, and read anew when they change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Proxy, until
from tests.upstream import Reply, Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("categories")]

TOOL, GAME, OTHER = "eu.chat.example.org", "play.example.org", "www.example.com"
POLICY = """
schema: policy/v1
policy: categories
owner: test@example.com
inspection:
  - {hosts: ["category:games"], do: refuse}
rules: []
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream, Path]]:
    folder = tmp_path_factory.mktemp("categories")
    (folder / "ut1").mkdir()
    (folder / "ut1" / "domains").write_text("chat.example.org\n")
    (folder / "games.hosts").write_text(f"0.0.0.0 {GAME}\n")
    services = folder / "services.yaml"
    services.write_text("schema: services/v1\ncategories: {ai-tools: [ut1], games: [games.hosts]}\n")
    hosts = (TOOL, GAME, OTHER)
    with (
        Upstream(folder, hosts, lambda _: Reply(chunks=(b"relayed",))) as upstream,
        Proxy(
            folder / "state", upstream, policies=[POLICY], arguments=["--services", str(services)], hosts=hosts
        ) as proxy,
    ):
        yield proxy, upstream, folder


def ask(proxy: Proxy, upstream: Upstream, host: str) -> bytes:
    return proxy.request(host, "/", b"{}", sock=proxy.connect(host, cafile=upstream.ca_file)).body


def test_a_listed_host_is_relayed_and_reported_by_its_category(running: tuple[Proxy, Upstream, Path]) -> None:
    proxy, upstream, _ = running
    for host in (TOOL, TOOL, OTHER):
        assert ask(proxy, upstream, host) == b"relayed"
    (record,) = [record for record in proxy.records("discovery") if record["app"]["host"] == TOOL]
    assert (record["confidence"], record["categories"], record["score"]) == ("listed", ["ai-tools"], 0)
    assert not [record for record in proxy.records("discovery") if record["app"]["host"] == OTHER]
    assert proxy.metric("hushgate_discoveries_total", confidence="listed") == 2


def test_the_policy_refuses_a_category(running: tuple[Proxy, Upstream, Path]) -> None:
    proxy, upstream, _ = running
    with pytest.raises(ConnectionError, match="403"):
        proxy.connect(GAME, cafile=upstream.ca_file)
    (record,) = [record for record in proxy.records("discovery") if record["app"]["host"] == GAME]
    assert record["categories"] == ["games"]


def test_a_changed_list_is_in_force_without_a_restart(running: tuple[Proxy, Upstream, Path]) -> None:
    proxy, upstream, folder = running
    (folder / "games.hosts").write_text(f"0.0.0.0 {GAME} {OTHER}\n")
    assert until(lambda: refused(proxy, upstream, OTHER), 60)


def refused(proxy: Proxy, upstream: Upstream, host: str) -> bool:
    try:
        proxy.connect(host, cafile=upstream.ca_file).close()
    except ConnectionError as error:
        return "403" in str(error)
    return False
