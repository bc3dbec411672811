import pytest

from proxy import metrics as table
from proxy.metrics import Metrics, read
from proxy.pulse import Row, pulse


def scraped(metrics):
    return read(metrics.render())


@pytest.fixture
def looks():
    metrics = Metrics()
    metrics.count(table.REQUESTS, "openai-api", "chat", "block", by=10)
    metrics.count(table.REQUESTS, "claude", "chat", "monitor", by=100)
    metrics.count(table.RULE_MATCHES, "no-code", "block", "shadow", by=3)
    metrics.tell(table.POLICY_INFO, "sha256:ab")
    for _ in range(100):
        metrics.observe(table.DECISION_SECONDS, 0.3, "total")
    before = scraped(metrics)
    metrics.count(table.REQUESTS, "openai-api", "chat", "block", by=4)
    metrics.set(table.CONNECTIONS, 7)
    for seconds in (0.002, 0.002, 0.002, 0.04):
        metrics.observe(table.DECISION_SECONDS, seconds, "total")
    return before, scraped(metrics)


def test_rates_are_of_the_time_between_and_totals_of_all(looks):
    look = pulse(*looks, 2.0)
    assert (look.rates["requests"], look.rates["block"], look.rates["redact"]) == (2.0, 2.0, 0.0)
    assert look.services == (
        Row("openai-api", 2.0, 14.0, {"block": 14.0}),
        Row("claude", 0.0, 100.0, {"monitor": 100.0}),
    )
    assert look.rules == (Row("no-code", 0.0, 3.0, {"shadow": 3.0}),)
    assert (look.levels["connections"], look.revision) == (7.0, "sha256:ab")


def test_quantiles_are_of_the_time_between_or_of_all_where_nothing_happened(looks):
    before, now = looks
    look = pulse(before, now, 2.0)
    assert look.p50 == pytest.approx(0.002, abs=0.0006)
    assert 0.025 < look.p99 <= 0.05
    assert 0.25 < pulse(now, now, 2.0).p50 <= 0.5


def test_a_proxy_that_has_done_nothing_shows_nothing():
    metrics = Metrics()
    look = pulse(scraped(metrics), scraped(metrics), 1.0)
    assert (look.p50, look.services, look.rules) == (None, (), ())
    assert set(look.rates.values()) == {0.0}


def test_a_restart_is_no_negative_rate(looks):
    before, now = looks
    assert pulse(now, before, 1.0).rates["requests"] == 0.0
