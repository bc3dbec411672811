import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from policies.facts import REASONS
from proxy import metrics as table
from proxy.metrics import LABELS, METRICS, Merger, Metrics


def samples(text):
    """Return `{'name{label="value"}': value}` of a scrape."""
    lines = [line.rpartition(" ") for line in text.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def requests(count, service="openai-api"):
    metrics = Metrics()
    metrics.count(table.REQUESTS, service, "chat", "block", by=count)
    return metrics.render()


ONE = 'hushgate_requests_total{action="block",activity="chat",service="openai-api"}'


def test_what_was_counted_is_exposed():
    metrics = Metrics()
    metrics.count(table.REQUESTS, "openai-api", "chat", "block")
    metrics.count(table.REQUESTS, "openai-api", "chat", "block")
    metrics.set(table.CONNECTIONS, 5)
    metrics.add(table.CONNECTIONS, -2)
    metrics.observe(table.DECISION_SECONDS, 0.003, "detect")
    seen = samples(metrics.render())
    assert seen[ONE] == 2
    assert seen["hushgate_connections"] == 3
    assert seen['hushgate_decision_seconds_bucket{le="0.0025",stage="detect"}'] == 0
    assert seen['hushgate_decision_seconds_bucket{le="0.005",stage="detect"}'] == 1
    assert seen['hushgate_decision_seconds_sum{stage="detect"}'] == 0.003


def test_no_created_series():
    assert b"_created" not in requests(1)


@pytest.mark.parametrize("scope", ["worker", "supervisor"])
def test_every_metric_of_the_table_is_exposed_by_its_scope_alone(scope):
    text = Metrics(scope).render().decode()
    for metric in METRICS:
        assert (f"# TYPE {metric.name} {metric.kind}\n" in text) == (metric.scope in (scope, "both"))


def test_a_metric_of_another_scope_cannot_be_counted():
    with pytest.raises(KeyError):
        Metrics("worker").count(table.WORKER_RESTARTS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_the_table_keeps_the_rules_of_naming(metric):
    assert metric.name.startswith("hushgate_")
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert metric.help.endswith(".")
    assert set(metric.labels) <= set(LABELS)


def test_names_are_unique():
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_every_reason_of_the_policy_has_a_label():
    assert isinstance(LABELS["reason"], int)
    assert LABELS["reason"] >= 2 * len(REASONS)


def test_a_value_outside_its_set_is_other():
    metrics = Metrics()
    metrics.count(table.REQUESTS, "openai-api", "CANARY activity", "CANARY action")
    assert 'hushgate_requests_total{action="other",activity="other",service="openai-api"}' in samples(metrics.render())
    assert b"CANARY" not in metrics.render()


@pytest.mark.parametrize(("metric", "cap"), [(table.REQUESTS, 200), (table.RULE_MATCHES, 500)])
def test_values_beyond_the_cap_are_other(metric, cap):
    metrics = Metrics()
    rest = {"hushgate_requests_total": ("chat", "block"), "hushgate_rule_matches_total": ("block", "enforce")}
    for number in range(cap + 10):
        metrics.count(metric, f"id-{number}", *rest[metric.name])
    metrics.count(metric, "id-0", *rest[metric.name])
    mine = {name: value for name, value in samples(metrics.render()).items() if name.startswith(metric.name + "{")}
    assert len(mine) == cap + 1
    assert [value for name, value in mine.items() if '"other"' in name] == [10]
    assert [value for name, value in mine.items() if '"id-0"' in name] == [2]


def test_the_wrong_number_of_labels_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        Metrics().count(table.REQUESTS, "openai-api")


def test_an_information_gauge_has_one_value():
    metrics = Metrics()
    metrics.tell(table.POLICY_INFO, "sha256:1")
    metrics.tell(table.POLICY_INFO, "sha256:2")
    assert [name for name in samples(metrics.render()) if "policy_info" in name] == [
        'hushgate_policy_info{revision="sha256:2"}'
    ]


# merging


def test_counters_and_histograms_of_workers_add_up():
    one, two = Metrics(), Metrics()
    for metrics, seconds in ((one, 0.002), (two, 0.2)):
        metrics.count(table.REQUESTS, "openai-api", "chat", "block")
        metrics.observe(table.DECISION_SECONDS, seconds, "total")
    seen = samples(Merger().merge({"0": one.render(), "1": two.render()}))
    assert seen[ONE] == 2
    assert seen['hushgate_decision_seconds_bucket{le="0.0025",stage="total"}'] == 1
    assert seen['hushgate_decision_seconds_bucket{le="+Inf",stage="total"}'] == 2
    assert seen['hushgate_decision_seconds_count{stage="total"}'] == 2


def test_gauges_of_workers_stand_side_by_side_and_our_own_has_no_worker():
    one, two, own = Metrics(), Metrics(), Metrics("supervisor")
    one.set(table.CONNECTIONS, 3)
    two.set(table.CONNECTIONS, 4)
    own.set(table.CA_EXPIRY, 1000)
    seen = samples(Merger().merge({"0": one.render(), "1": two.render()}, own.render()))
    assert seen['hushgate_connections{worker="0"}'] == 3
    assert seen['hushgate_connections{worker="1"}'] == 4
    assert seen["hushgate_ca_expiry_timestamp_seconds"] == 1000


def test_skewed_policies_can_be_seen():
    one, two = Metrics(), Metrics()
    one.tell(table.POLICY_INFO, "sha256:1")
    two.tell(table.POLICY_INFO, "sha256:2")
    seen = samples(Merger().merge({"0": one.render(), "1": two.render()}))
    assert seen['hushgate_policy_info{revision="sha256:1",worker="0"}'] == 1
    assert seen['hushgate_policy_info{revision="sha256:2",worker="1"}'] == 1


def test_a_worker_that_was_replaced_starts_at_nought_and_the_sum_does_not():
    merger = Merger()
    merger.merge({"0": requests(5)})
    assert samples(merger.merge({"0": requests(2)}))[ONE] == 7
    assert samples(merger.merge({"0": requests(3)}))[ONE] == 8


def test_a_worker_that_was_retired_counts_on_even_where_its_successor_has_more():
    merger = Merger()
    merger.merge({"0": requests(5)})
    merger.retire("0")
    assert samples(merger.merge({}))[ONE] == 5
    assert samples(merger.merge({"0": requests(9)}))[ONE] == 14


def test_a_worker_that_does_not_answer_keeps_its_counters_and_loses_its_gauges():
    merger = Merger()
    merger.merge({"0": requests(5), "1": requests(1)})
    seen = samples(merger.merge({"1": requests(1)}))
    assert seen[ONE] == 6
    assert 'hushgate_connections{worker="1"}' in seen
    assert 'hushgate_connections{worker="0"}' not in seen


@pytest.mark.parametrize("bad", [b"\xff", b"hushgate_requests_total{ 1\n", b'a{b="c} 1\n'])
def test_a_text_that_cannot_be_read_spoils_nothing(bad):
    assert samples(Merger().merge({"0": bad, "1": requests(1)}))[ONE] == 1


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("012"), st.integers(0, 9))))
def test_a_merged_counter_never_falls(scrapes):
    merger, before = Merger(), 0.0
    for scrape in scrapes:
        texts = {worker: requests(count) for worker, count in scrape.items()}
        now = samples(merger.merge(texts)).get(ONE, 0.0)
        assert now >= before
        before = now


def test_a_merged_text_can_be_merged_and_parsed_again():
    text = Merger().merge({"0": requests(1)}, Metrics("supervisor").render())
    assert list(text_string_to_metric_families(text.decode()))
    assert samples(Merger().merge({}, text)) == samples(text)


@pytest.mark.services
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_has_nothing_to_say():
    merged = Merger().merge({"0": requests(1)}, Metrics("supervisor").render())
    done = subprocess.run(["promtool", "check", "metrics"], input=merged, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_scrape_can_be_read_back():
    metrics = Metrics()
    metrics.count(table.REQUESTS, "openai-api", "chat", "block", by=3)
    found = table.read(metrics.render())
    key = ("hushgate_requests_total", (("action", "block"), ("activity", "chat"), ("service", "openai-api")))
    assert found[key] == 3


def test_values_that_are_replaced_are_gone():
    own = Metrics("supervisor")
    own.replace(table.VENDOR_EVIDENCE, {("openai-api", "soc2"): 1000, ("chatgpt", "dpa"): 2000})
    own.replace(table.VENDOR_EVIDENCE, {("openai-api", "soc2"): 3000})
    seen = {key: value for key, value in samples(own.render()).items() if "vendor_evidence" in key}
    assert list(seen.values()) == [3000]
