from datetime import datetime, timedelta, timezone

from proxy.audit.heading import TYPES, head, stamp
from tests.proxy.audit import test_record, test_upkeep


def test_a_record_of_every_type_is_held_against_the_schema(sample):
    made = [*test_record.every_record(sample), *test_upkeep.every_record()]
    assert {record["type"] for record in made} == set(TYPES)


def test_records_without_an_event_get_one_of_their_own():
    assert head("stop")["id"] != head("stop")["id"]
    assert head("decision", test_record.EVENT)["id"] == test_record.EVENT


def test_times_are_utc_to_the_microsecond():
    moment = datetime(2026, 11, 29, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(moment) == "2026-11-28T23:02:03.000004Z"
