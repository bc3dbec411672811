"""What happens when things break, through the real program and under load.

In each case: nothing that policy forbids leaves, no record is lost, unrelated traffic goes on, and recovery needs nobody.
`make faults` runs the long form and writes docs/faults.md.
"""

import time
from collections.abc import Iterator

import pytest

from proxy.audit.note import read_verifier
from proxy.audit.verify import told, verify
from tests.faults.breakage import FAULTS
from tests.faults.crowd import CANARY, Crowd
from tests.faults.machine import small_disk
from tests.faults.scene import BAD_HOST, BadVendor, Fault, Scene
from tests.faults.table import FULL, row
from tests.running import AI_HOSTS, PLAIN_HOST, ROOT, Proxy
from tests.upstream import Upstream

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("faults"), pytest.mark.timeout(600)]
LONE = {"HUSHGATE_WORKERS": "1", "HUSHGATE_INSPECTORS": "1"}  # nobody steps in for one that is hit


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Upstream]]:
    folder = tmp_path_factory.mktemp("faults")
    policy = folder / "policy.yaml"
    policy.write_text((ROOT / "policies" / "packs" / "default.yaml").read_text())
    with (
        Upstream(folder, [*AI_HOSTS, PLAIN_HOST]) as upstream,
        BadVendor(folder, upstream.authority) as vendor,
        small_disk(folder / "disk.img", folder / "state" / "audit") as disk,
    ):
        arguments = ["--policies", str(policy), "--connect-to", f"{BAD_HOST}:443:127.0.0.1:{vendor.port}"]
        hosts = [host for host in (*AI_HOSTS, PLAIN_HOST) if host != BAD_HOST]
        limits = {"HUSHGATE_MAX_CONNECTIONS": "12000", "HUSHGATE_MAX_CONNECTIONS_PER_CLIENT": "2000"} | LONE
        with Proxy(folder / "state", upstream, arguments=arguments, hosts=hosts, environment=limits) as proxy:
            yield Scene(proxy, folder, policy, vendor, disk), upstream


@pytest.mark.parametrize("fault", [f for f in FAULTS if FULL or not f.full], ids=lambda fault: fault.name)
def test_nothing_leaks_and_it_recovers_by_itself(stage: tuple[Scene, Upstream], fault: Fault) -> None:
    scene, upstream = stage
    with Crowd(scene.proxy, upstream) as crowd:
        begun = time.monotonic()
        with fault.during(scene) as since:
            after = since if isinstance(since, float) else time.monotonic()
            seconds = crowd.recovered(after)
            crowd.until(lambda: sum(s.kind == "bystander" and s.begun > after for s in list(crowd.seen)) >= 3)
        lost = crowd.failed("bystander", begun)
    assert not crowd.leaked()
    assert not fault.spares or not lost
    assert {s.status for s in crowd.seen if s.kind == "forbidden"} <= {0, 400, 503}
    said = "goes on" if not lost else f"{len(lost)} connections failed"
    row(fault.name, fault.shown, seconds, said)


def test_what_clients_saw_stands_in_a_trail_that_is_whole(stage: tuple[Scene, Upstream]) -> None:
    scene, upstream = stage
    with Crowd(scene.proxy, upstream) as crowd:
        crowd.until(lambda: crowd.count("forbidden") >= 5)
    refused = [record for record in scene.proxy.records() if record["decision"]["action"] == "block"]
    assert len(refused) >= 5
    everything = b"".join(path.read_bytes() for path in (scene.proxy.state / "audit").glob("*.jsonl"))
    everything += scene.proxy.errors.read_bytes() + scene.proxy.get("/metrics")[1]
    assert CANARY.encode() not in everything
    assert "Traceback" not in scene.proxy.errors.read_text()
    scene.proxy.process.terminate()
    scene.proxy.process.wait(60)
    key = read_verifier((scene.proxy.state / "keys" / "audit-sign.pub").read_text())
    assert told(verify(scene.proxy.state / "audit", key).problems) == []
