import pytest

from proxy.audit import record as records
from proxy.exchange import Client, Ending, Unread

EVENT = "01KAR4V3W0QJ8Z7S1C5N2M6XTP"
REVISION = "sha256:" + "4c" * 32


def every_record(sample):
    decided = sample.judged(unread=(Unread(f"$.{sample.canary}", "media", 40), Unread("$.b", "media", 2)))
    return [
        records.decision(decided, event=EVENT, replaced=2, revision=REVISION, ms={"detect": 11.80001, "total": 13.1}),
        records.decision(decided, event=EVENT, replaced=2, revision=REVISION, evidence="sha256:" + "4c" * 32),
        records.failure(sample.exchange(), sample.client, sample.match, event=EVENT, error="KeyError", revision=REVISION),
        records.outcome(EVENT, "openai-api", Ending(200, 10, 20, first_byte_ms=1.23456, total_ms=2.0)),
        records.outcome(EVENT, "openai-api", Ending(0, 10, 0, first_byte_ms=None, total_ms=2.0, aborted="connection")),
        records.skipped(host="api.openai.com", method="POST", reason="too_large"),
        records.refused(client=sample.client, reason="sni_mismatch", host="a.example", port=443, sni="b.example"),
        records.traffic(client=sample.client, service="chatgpt", host="chatgpt.com", bytes_up=1, bytes_down=2,
                        uninspected={"media": 5}),
        records.justification(EVENT, sample.client, "chatgpt", ["r2", "r1"], "justify", "Test data", "for the audit"),
        records.discovery(sample.client, "llm.shadow.example", "unknown-ai", "suspected",
                          {"score": 13, "signs": ["turns", "path"]}),
        records.discovery(sample.client, "llm.shadow.example", "unknown-ai", "listed", {"categories": ["ai-tools"]}),
        records.drift("chatgpt-web", 0.41234, 0.99),
    ]  # fmt: skip


def test_every_record_is_as_the_schema_says_and_holds_no_text(sample, check):
    for record in every_record(sample):
        check(record)


def test_a_decision_says_who_what_where_and_why(sample):
    record = records.decision(sample.judged(), event=EVENT, replaced=1, revision=REVISION)
    assert (record["id"], record["type"]) == (EVENT, "decision")
    assert record["who"] == {
        "user": "alice@example.com", "src": "kerberos", "groups": ["eng"], "ip": "10.20.3.7", "device": "lt-0231"
    }  # fmt: skip
    assert record["app"]["id"] == "openai-api"
    assert record["req"]["path"] == "/v1/chat/completions"
    assert record["req"]["model"] == "gpt-4o"
    assert record["req"]["inspected"] == "full"
    assert record["decision"]["action"] == "redact"
    assert [rule["id"] for rule in record["decision"]["rules"]] == ["redact-government-ids"]
    assert record["decision"]["would"]["action"] == "block"
    assert record["decision"]["replaced"] == 1
    assert record["facts"]["ran"] == ["code@1", "pii.structured@1"]
    assert [(row["entity"], row["in"], row["by"], row["where"]) for row in record["facts"]["findings"]] == [
        ("US_SSN", "prompt", [[0.97, 1, 1]], ["$.messages[0].content"]),
        ("SOURCE_CODE", "prompt", [[0.8, 1, 1]], ["$.messages[0].content"]),
        ("US_SSN", "metadata", [[0.6, 1, 1]], ["$.metadata['*']"]),
    ]
    assert record["policy"] == {"rev": REVISION}


def test_a_decision_says_what_made_the_class(sample):
    facts = records.decision(sample.judged(), event=EVENT, replaced=1, revision=REVISION)["facts"]
    assert (facts["class"], facts["class_because"]) == ("restricted", ["US_SSN"])


@pytest.mark.parametrize(("unread", "inspected"), [((), "full"), ((Unread("$.a", "media", 9),), "partial")])
def test_what_was_not_read_is_counted_by_reason(sample, unread, inspected):
    request = records.decision(sample.judged(unread=unread), event=EVENT, replaced=0, revision="")["req"]
    assert request["inspected"] == inspected
    assert request["unread"] == [{"reason": "media", "count": 1, "bytes": 9} for _ in unread]


def test_a_model_name_that_is_none_is_not_written(sample, check):
    for model in (sample.canary, "my patient Jane Roe", "123-45-6789"):
        decided = sample.judged(model=model)
        record = records.decision(decided, event=EVENT, replaced=0, revision="")
        assert record["req"]["model"] == "*"
        check(record)


def test_names_of_the_directory_are_cleaned(sample, check):
    client = Client("::1", "eve\n\x1b[2J\ud800", ("a\tb",) * 100)
    record = records.refused(client=client, reason="client", host="x y", port=1)
    check(record)
    assert record["who"]["user"] == "eve??[2J?"
    assert len(record["who"]["groups"]) == 64
    assert record["app"]["host"] == "*"
