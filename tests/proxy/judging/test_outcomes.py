"""How exchanges ended."""

from dataclasses import replace
from typing import Any

from proxy.exchange import Client, Ending
from proxy.judging.judge import Ruling
from proxy.judging.outcomes import Outcomes
from proxy.judging.tally import Tally
from proxy.judging.traffic import Traffic
from proxy.metrics import Metrics


class Trail:
    def __init__(self, broken: bool = False) -> None:
        self.records: list[dict[str, Any]] = []
        self.broken = broken

    async def write(self, record: dict[str, object], *, wait: bool) -> None:
        if self.broken:
            raise OSError("full")
        self.records.append(record)


END = Ending(status=200, sent=1, received=2, first_byte_ms=1.0, total_ms=2.0)


async def test_an_end_is_recorded_under_the_decisions_id() -> None:
    trail, metrics = Trail(), Metrics("worker")
    await Outcomes(trail, Tally(metrics)).ended("E", "openai-api", END)
    await Outcomes(trail, Tally(metrics)).ended("E", "openai-api", replace(END, aborted="connection"))
    assert [(r["type"], r["id"], r["aborted"]) for r in trail.records] == [
        ("outcome", "E", ""),
        ("outcome", "E", "connection"),
    ]
    assert 'hushgate_upstream_errors_total{reason="connection"} 1.0' in metrics.render().decode()


async def test_a_broken_log_does_not_break_the_end() -> None:
    await Outcomes(Trail(broken=True), Tally(Metrics("worker"))).ended("E", "openai-api", END)


async def test_what_the_engine_cut_off_is_recorded_and_counted() -> None:
    trail, metrics = Trail(), Metrics("worker")
    outcomes = Outcomes(trail, Tally(metrics))
    outcomes.backstop("api.openai.com")
    await outcomes.too_large("api.openai.com", "POST")
    outcomes.misdirected()
    outcomes.handshake_failed()
    outcomes.upstream_failed("tls")
    text = metrics.render().decode()
    assert trail.records[0]["reason"] == "too_large"
    for name in ("uninspected_requests", "refused_destinations", "tls_client_handshake_failures", "upstream_errors"):
        assert f"hushgate_{name}_total" in text


async def test_what_has_no_decision_is_traffic_with_what_nobody_read() -> None:
    trail, metrics = Trail(), Metrics("worker")
    traffic = Traffic(trail)
    outcomes = Outcomes(trail, Tally(metrics), traffic)
    ruling = Ruling("E", "openai-api", "allow")
    outcomes.moved(ruling, Client("10.0.0.1"), "c", "api.openai.com", up=5, down=7, aborted="connection")
    outcomes.unlinked(9, Client("10.0.0.1"), "c", "blob.example")
    await traffic.flush()
    assert [(r["app"]["id"], r["bytes"], r["uninspected"]) for r in trail.records] == [
        ("openai-api", {"up": 5, "down": 7}, [{"reason": "policy", "bytes": 5}]),
        ("other", {"up": 9, "down": 0}, [{"reason": "unlinked", "bytes": 9}]),
    ]
    text = metrics.render().decode()
    assert 'hushgate_upstream_errors_total{reason="connection"} 1.0' in text
    assert 'reason="unlinked"' in text
