import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from proxy.audit import record as records
from proxy.audit import search as searching
from proxy.audit import upkeep
from proxy.audit.chain import BOOT_NS
from proxy.audit.search import Query, entities, moment, search


def write(folder, name, *found):
    folder.mkdir(exist_ok=True)
    with (folder / name).open("a") as file:
        file.writelines(json.dumps(each) + "\n" for each in found)


@pytest.fixture
def trail(tmp_path, sample):
    folder = tmp_path / "audit"
    decided = records.decision(sample.judged(), event="E1", replaced=1, revision="")
    write(folder, "a-0-1.jsonl", {**decided, "ts": "2026-11-23T15:00:00.000000Z"},
          {**upkeep.stop(), "id": "S", "ts": "2026-11-23T17:00:00.000000Z"})  # fmt: skip
    late = records.decision(sample.judged(), event="E2", replaced=0, revision="")
    late["decision"]["action"], late["decision"]["rules"], late["who"]["user"] = "allow", [], "bob"
    late["facts"]["findings"] = []
    write(folder, "a-1-1.jsonl", {**late, "ts": "2026-11-23T16:00:00.000000Z"})
    return folder


def found(trail, last=None, **asked):
    return [record["id"] for record in search(trail, Query(**asked), last)]


def test_records_of_all_files_come_by_time(trail):
    assert found(trail) == ["E1", "E2", "S"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"user": "bob"}, ["E2"]),
        ({"service": "openai-api"}, ["E1", "E2"]),
        ({"rule": "redact-government-ids"}, ["E1"]),
        ({"rule": "no-code"}, ["E1", "E2"]),  # it would have matched
        ({"entity": "US_SSN"}, ["E1"]),
        ({"action": "allow"}, ["E2"]),
        ({"type": "stop"}, ["S"]),
        ({"event": "E2"}, ["E2"]),
        ({"since": "2026-11-23T16:00:00.000000Z"}, ["E2", "S"]),
        ({"user": "bob", "entity": "US_SSN"}, []),
        ({"last": 1}, ["S"]),
        ({"last": 1, "service": "openai-api"}, ["E2"]),
    ],
)
def test_questions(trail, asked, answer):
    assert found(trail, **asked) == answer


def test_a_torn_line_is_passed_over(trail):
    with (trail / "a-0-1.jsonl").open("a") as file:
        file.write('{"id":"torn","ts":"2026-1')
    write(trail, "checkpoints.jsonl", {"root": "ab", "chains": []}, [1], 7)
    assert found(trail) == ["E1", "E2", "S"]


def days(tmp_path, monkeypatch):
    """Fifty days, a chain each; and how many of their files were open at once, and at all."""
    folder, opened = tmp_path / "audit", {"now": 0, "most": 0, "all": 0}
    for day in range(50):
        when = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day)
        name = f"n-0-{int(when.timestamp() * 1e9) // BOOT_NS:012x}.jsonl"
        stamp = when.isoformat(timespec="microseconds").replace("+00:00", "Z")
        write(folder, name, {**upkeep.stop(), "id": f"D{day}", "ts": stamp})
        os.utime(folder / name, (when.timestamp(), when.timestamp()))
    real = searching.lines

    def counted(segment):
        opened["all"] += 1
        opened["now"] += 1
        opened["most"] = max(opened["most"], opened["now"])
        yield from real(segment)
        opened["now"] -= 1

    monkeypatch.setattr(searching, "lines", counted)
    return folder, opened


def test_years_of_files_are_not_open_at_once(tmp_path, monkeypatch):
    folder, opened = days(tmp_path, monkeypatch)
    assert found(folder) == [f"D{day}" for day in range(50)]
    assert (opened["most"], opened["all"]) == (1, 50)


def test_files_that_ended_before_the_time_asked_for_are_not_opened(tmp_path, monkeypatch):
    folder, opened = days(tmp_path, monkeypatch)
    assert found(folder, since="2026-10-18T00:00:00.000000Z") == ["D47", "D48", "D49"]
    assert opened["all"] == 3


def test_names_that_json_escapes_are_found(tmp_path, sample):
    for number, user in enumerate(('o"hara', "back\\slash", "jürgen")):
        record = records.refused(client=replace(sample.client, subject=user), reason="private", host="a", port=1)
        write(tmp_path / "audit", "a-0-1.jsonl", {**record, "id": f"E{number}"})
        assert found(tmp_path / "audit", user=user) == [f"E{number}"]


def test_an_empty_folder_has_no_answer(tmp_path):
    assert found(tmp_path) == []


def test_entities_are_named_once():
    assert entities({"facts": {"findings": [{"entity": "A"}, {"entity": "B"}, {"entity": "A"}]}}) == ["A", "B"]


NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("90m", "2026-11-23T13:30:00.000000Z"),
        ("24h", "2026-11-22T15:00:00.000000Z"),
        ("7d", "2026-11-16T15:00:00.000000Z"),
        ("2026-11-23T15:00:00Z", "2026-11-23T15:00:00.000000Z"),
        ("2026-11-23T15:00:00+02:00", "2026-11-23T13:00:00.000000Z"),
    ],
)
def test_moments(text, answer):
    assert moment(text, NOW) == answer


@pytest.mark.parametrize("text", ["yesterday", "7y", ""])
def test_what_is_no_moment(text):
    with pytest.raises(ValueError):
        moment(text, NOW)
