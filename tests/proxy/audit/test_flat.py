from proxy.audit.flat import flat


def test_a_decision_is_flattened(golden_records):
    plain = flat(golden_records[0])
    assert (plain.user, plain.service, plain.action, plain.severity, plain.level) == (
        "alice@example.com", "openai-api", "redact", "high", 3,
    )  # fmt: skip
    assert (plain.rules, plain.would_rules) == (("redact-government-ids",), ("no-code",))
    assert (plain.entities, plain.found) == (("US_SSN", "SOURCE_CODE"), 3)
    assert plain.name == "AI request: redact"


def test_every_type_can_be_flattened(golden_records):
    assert [flat(record).name for record in golden_records[2:]] == ["audit gap", "start", "skipped"]
    assert flat(golden_records[2]).level == 3
