"""Records arrive at a real OTLP receiver as log records, whole and with the names of the conventions."""

import json

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra otlp is not installed (make test-services installs it)")

from proxy.audit.otlp import Collector
from tests.collector import Receiver, attributes

pytestmark = pytest.mark.services


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


def test_records_arrive_whole(receiver, golden_records):
    collector = Collector(receiver.url)
    assert collector.send(golden_records)
    collector.close()
    assert [json.loads(log.body.string_value) for _, log in receiver.logs] == golden_records
    resource, log = receiver.logs[0]
    assert attributes(resource)["service.name"] == "hushgate"
    assert attributes(resource)["service.instance.id"] == "egress-1"
    assert log.event_name == "hushgate.decision"
    assert log.time_unix_nano == 1795447591123456000
    assert log.severity_text == "high"
    told = attributes(log)
    assert told["user.name"] == "alice@example.com"
    assert told["hushgate.action"] == "redact"
    assert told["gen_ai.request.model"] == "gpt-4o"
    assert told["hushgate.rules"] == ["redact-government-ids"]
    assert told["log.record.uid"] == "egress-1/0/6923a1f29c4e/1"


def test_records_of_one_event_have_names_of_their_own(receiver, golden_records):
    twice = [golden_records[0], {**golden_records[0], "seq": 2}]
    assert Collector(f"{receiver.url}/v1/logs").send(twice)
    assert len({attributes(log)["log.record.uid"] for _, log in receiver.logs}) == 2


def test_a_collector_that_refuses_or_is_not_there_took_nothing(receiver, golden_records):
    receiver.status = 400
    assert not Collector(receiver.url).send(golden_records)
    assert not Collector("http://127.0.0.1:9", timeout=0.2).send(golden_records)
