"""The events against what the schema (schema.ocsf.io 1.8.0) asks of their classes: a table read off its class pages."""

import pytest

from proxy.audit.ocsf import events

BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
REQUIRED = {4002: BASE, 2006: BASE | {"finding_info"}, 4001: BASE, 6002: BASE | {"app"}, 6008: BASE}
AT_LEAST_ONE = {
    4002: [{"http_request", "http_response"}, {"src_endpoint", "dst_endpoint"}],
    2006: [{"data_security"}],
    4001: [{"src_endpoint", "dst_endpoint"}],
}
ACTIVITIES = {4002: {*range(10), 99}, 2006: {0, 1, 2, 3, 99}, 4001: {*range(8), 99}, 6002: {*range(9), 99}, 6008: {0, 1, 2, 3, 99}}  # fmt: skip
ENUMS = {
    "severity_id": {*range(7), 99},
    "action_id": {0, 1, 2, 3, 4, 99},
    "disposition_id": {*range(28), 99},
    "status_id": {*range(7), 99},
}
NESTED = {
    "metadata": {"product", "version"},
    "finding_info": {"uid"},
    "ai_model": {"ai_provider", "name"},
    "policy": set(),
}
PROFILES = {
    "security_control": {"action_id", "disposition_id", "is_alert", "policy", "action", "disposition"},
    "ai_operation": {"ai_model", "message_context"},
    "network_proxy": {"proxy_endpoint"},
    "host": {"device", "actor"},
}
OF_CLASS = {
    4002: {"http_request", "src_endpoint", "dst_endpoint", "app_name", "actor"},
    2006: {
        "finding_info",
        "data_security",
        "src_endpoint",
        "dst_endpoint",
        "actor",
        "confidence_score",
        "status",
        "status_id",
    },
    4001: {"src_endpoint", "dst_endpoint", "actor", "device", "status_detail"},
    6002: {"app"},
    6008: {"message", "count"},
}
EVERYWHERE = BASE | {"severity", "unmapped"}


def faults(event):
    """Yield what the schema would not take."""
    klass, profiles = event["class_uid"], event["metadata"]["profiles"]
    yield from (f"{name} is missing" for name in REQUIRED[klass] - set(event))
    yield from (f"one of {choice} is missing" for choice in AT_LEAST_ONE.get(klass, ()) if not choice & set(event))
    yield from (f"{name}.{key} is missing" for name, keys in NESTED.items() if name in event for key in keys - set(event[name]))  # fmt: skip
    yield from (f"{name} {event[name]} is unknown" for name, known in ENUMS.items() if name in event and event[name] not in known)  # fmt: skip
    if event["activity_id"] not in ACTIVITIES[klass]:
        yield "activity_id is unknown"
    if event["category_uid"] != klass // 1000 or event["type_uid"] != klass * 100 + event["activity_id"]:
        yield "the uids do not agree"
    known = EVERYWHERE | OF_CLASS[klass] | {name for profile in profiles for name in PROFILES[profile]}
    yield from (f"{name} is no attribute of {klass} with {profiles}" for name in set(event) - known)
    security = event.get("data_security")
    if security is not None:
        one = {"data_lifecycle_state_id", "detection_pattern", "detection_system_id", "policy"}
        if not one & set(security) or not {"category_id", "confidentiality_id"} & set(security):
            yield "data_security says too little"


def test_every_event_is_as_the_schema_asks(golden_records):
    made = [event for record in golden_records for event in events(record)]
    assert [event["class_uid"] for event in made] == [4002, 2006, 4002, 2006, 6008, 6002, 4001]
    assert [list(faults(event)) for event in made] == [[]] * len(made)


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.pop("finding_info"),
        lambda event: event.update(ai_model={"ai_provider": "x", "name": "y"}),
        lambda event: event.update(severity_id=42),
        lambda event: event.update(type_uid=1),
        lambda event: event.update(data_security={}),
    ],
    ids=["no finding_info", "a model on a finding", "severity", "type_uid", "empty data_security"],
)
def test_the_check_itself_finds_faults(golden_records, change):
    event = events(golden_records[0])[1]
    change(event)
    assert list(faults(event))


def test_a_decision_and_its_finding_are_tied_and_say_what_was_done(golden_records):
    http, finding = events(golden_records[0])
    assert http["metadata"]["correlation_uid"] == finding["metadata"]["correlation_uid"] == "01KAR4V3W0QJ8Z7S1C5N2M6XTP"
    assert (http["action"], http["disposition"], http["is_alert"]) == ("Modified", "Corrected", True)
    assert http["ai_model"] == {"ai_provider": "openai-api", "name": "gpt-4o"}
    assert finding["data_security"]["confidentiality_id"] == 6
    assert finding["data_security"]["discovery_details"][0]["count"] == 1
    assert finding["finding_info"]["title"].endswith("sent to openai-api")


def test_a_rule_that_only_would_have_bitten_is_not_applied(golden_records):
    record = {**golden_records[0], "decision": {**golden_records[0]["decision"], "action": "monitor", "rules": []}}
    http, finding = events(record)
    assert http["policy"]["is_applied"] is False
    assert (finding["action"], finding["is_alert"]) == ("Observed", False)


def test_a_type_without_a_class_gives_nothing():
    assert (
        events({"id": "A", "ts": "2026-11-23T15:26:31.123456Z", "type": "heartbeat", "records": 1, "errors": 0}) == []
    )
