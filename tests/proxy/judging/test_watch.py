"""What the front door saw."""

import asyncio
from typing import Any

from proxy.door.observer import Passage, Refusal
from proxy.exchange import Client
from proxy.judging.tally import Tally
from proxy.judging.traffic import Traffic
from proxy.judging.watch import Watch
from proxy.metrics import Metrics

CLIENT = Client("10.0.0.1")


class Trail:
    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        self.records.append(record)


async def test_tunnels_are_counted_and_hosts_are_no_label() -> None:
    metrics = Metrics("worker")
    watch = Watch(Trail(), Tally(metrics))
    watch.opened(CLIENT, "tunnel", "bank.example", 443)
    watch.closed(Passage(CLIENT, "tunnel", "bank.example", 443, up=3, down=5))
    watch.closed(Passage(CLIENT, "tunnel", "bank.example", 443, outcome="aborted"))
    watch.closed(Passage(CLIENT, "intercepted", "api.openai.com", 443))
    watch.failed("ValueError")
    text = metrics.render().decode()
    assert 'hushgate_tunnels_total{outcome="passed"} 1.0' in text
    assert 'hushgate_tunnels_total{outcome="failed"} 1.0' in text
    assert 'hushgate_tunnels_total{outcome="inspected"} 1.0' in text
    assert 'hushgate_tunnel_bytes_total{direction="down"} 5.0' in text
    assert "bank" not in text


async def test_refusals_are_counted_and_the_telling_ones_written_within_a_limit() -> None:
    trail, metrics = Trail(), Metrics("worker")
    watch = Watch(trail, Tally(metrics), limit=2)
    for _ in range(5):
        watch.refused(Refusal(CLIENT, "metadata", 403, "169.254.169.254", 443))
    watch.refused(Refusal(Client("10.0.0.2"), "unreachable", 502, "a.example", 443))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(trail.records) == 2
    assert 'hushgate_refused_destinations_total{reason="metadata"} 5.0' in metrics.render().decode()


async def test_what_goes_to_an_ai_service_in_a_closed_tunnel_is_written_down() -> None:
    trail = Trail()
    traffic = Traffic(trail)
    services = {"api.openai.com": "openai-api"}
    watch = Watch(trail, Tally(Metrics("worker")), traffic=traffic, service=lambda host: services.get(host, ""))
    watch.closed(Passage(CLIENT, "tunnel", "bank.example", 443, up=3, down=5))
    watch.closed(Passage(CLIENT, "tunnel", "api.openai.com", 443, up=30, down=50))
    watch.closed(Passage(CLIENT, "intercepted", "api.openai.com", 443))
    await traffic.flush()
    [record] = trail.records
    assert (record["app"], record["uninspected"]) == (
        {"id": "openai-api", "host": "api.openai.com"},
        [{"reason": "policy", "bytes": 80}],
    )
