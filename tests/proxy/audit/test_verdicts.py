from proxy.audit.verdicts import Precision, precision


def verdict(event, made, *rules):
    return {"type": "verdict", "event": event, "verdict": made, "rules": list(rules)}


def test_the_newest_verdict_on_an_event_counts_for_each_of_its_rules():
    told = [verdict("A", "tp", "one"), verdict("B", "fp", "one", "two"), verdict("C", "tp", "two"),
            verdict("C", "fp", "two"), {"type": "stop"}]  # fmt: skip
    assert precision(told) == [Precision("two", 0, 2), Precision("one", 1, 1)]
    assert [row.share for row in precision(told)] == [0.0, 0.5]
    assert precision([]) == []
