"""Events move metrics."""

from proxy.drive import drive
from proxy.metrics import Metrics
from proxy.tally import Tally
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
