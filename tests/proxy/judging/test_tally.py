"""Events move metrics."""

from proxy.judging.drive import drive
from proxy.judging.tally import Tally
from proxy.metrics import Metrics
from tests.inside import CLIENT, exchange, scanner, snapshot


def test_a_decision_moves_requests_rules_and_findings() -> None:
    runner, words = scanner()
    metrics = Metrics("worker")
    outcome = drive(exchange("CARD"), CLIENT, snapshot([words]), runner)
    assert outcome.judged is not None
    Tally(metrics).judged(outcome.judged)
    text = metrics.render().decode()
    for wanted in (
        "hushgate_requests_total{",
        "hushgate_rule_matches_total{",
        'entity="CREDIT_CARD"',
        'rule="cards-out"',
    ):
        assert wanted in text


def test_the_rest_of_the_table() -> None:
    metrics = Metrics("worker")
    tally = Tally(metrics)
    tally.took("total", 0.01)
    tally.failed("openai-api", "chat")
    tally.overloaded("openai-api", "chat")
    tally.connections(3)
    tally.in_force("sha256:a")
    tally.audited("decision", True)
    tally.audited("decision", False)
    tally.inspector_event("lost")
    text = tally.render().decode()
    assert "hushgate_connections 3.0" in text
    assert 'hushgate_policy_info{revision="sha256:a"} 1.0' in text
    assert 'action="overload"' in text
    assert "hushgate_audit_errors_total 1.0" in text


def test_what_detectors_did_is_counted():
    from detectors.scan import Report
    from proxy.judging.tally import Tally
    from proxy.metrics import Metrics

    sink = Metrics()
    Tally(sink).scanned(
        [
            Report({"a@1": (), "b@1": ()}, {"b@1": "timeout"}, {"a@1": 0.001, "b@1": 6.0}),
            Report({"a@1": ()}, {}, {"a@1": 0.002}),
        ]
    )
    text = sink.render().decode()
    assert 'hushgate_detector_runs_total{detector="a@1",state="done"} 2.0' in text
    assert 'hushgate_detector_runs_total{detector="b@1",state="timeout"} 1.0' in text
    assert 'detector="b@1",state="done"' not in text
    assert 'hushgate_detector_seconds_bucket{detector="a@1",le="0.0025"} 0.0' in text  # both texts of the scan
    assert 'hushgate_detector_seconds_bucket{detector="a@1",le="0.01"} 1.0' in text
    assert 'hushgate_detector_seconds_bucket{detector="b@1",le="5.0"} 0.0' in text
    assert 'hushgate_detector_seconds_count{detector="b@1"} 1.0' in text


def test_the_audit_log_shows_in_the_metrics():
    from proxy.judging.tally import Tally
    from proxy.metrics import Metrics

    worker, own = Metrics(), Metrics("supervisor")
    for sink in (worker, own):
        Tally(sink).audit_committed(0.002)
        Tally(sink).audit_waits(1.5, 7)
    Tally(own).audit_signed(12)
    Tally(own).audit_changed()
    Tally(own).audit_free(1 << 20)
    text = own.render().decode()
    assert "hushgate_audit_signed_records 12.0" in text
    assert "hushgate_audit_changed_chains_total 1.0" in text
    assert "hushgate_audit_free_bytes 1.048576e+06" in text
    assert "hushgate_audit_queue_records 7.0" in worker.render().decode()
    assert "hushgate_audit_commit_seconds_count 1.0" in worker.render().decode()
