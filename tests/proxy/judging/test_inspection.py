"""The generator: what it asks for, what it decides, what it rewrites, what it records."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from detectors.scan import Report, Scanner
from policies.model import Action
from proxy.exchange import Exchange
from proxy.judging.cache import FindingsCache
from proxy.judging.drive import drive
from proxy.judging.inspection import Apart, Judged, Overloaded, Record, Scan, inspect
from tests.inside import CLIENT, Files, Words, exchange, scanner, snapshot

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_steps_of_a_redaction() -> None:
    runner, words = scanner()
    steps = inspect(exchange("my CARD please"), CLIENT, snapshot([words]), FindingsCache(b"k"), NOW)
    scan = next(steps)
    assert isinstance(scan, Scan)
    assert "my CARD please" in [task.source.text for task in scan.tasks]
    record = steps.send(runner.run(scan.tasks))
    assert isinstance(record, Record)
    assert (record.replaced, record.changed) == (1, True)
    with pytest.raises(StopIteration) as stop:
        steps.send(None)
    outcome = stop.value.value
    assert outcome.action is Action.REDACT
    assert json.loads(outcome.body)["messages"][0]["content"] == "my [REDACTED_CREDIT_CARD] please"


def test_a_large_body_is_read_apart() -> None:
    _, words = scanner()
    large = exchange("CARD " + "x " * 200_000)
    steps = inspect(large, CLIENT, snapshot([words]), FindingsCache(b"k"), NOW)
    apart = next(steps)
    assert isinstance(apart, Apart)
    assert "CARD" not in repr(apart)
    scan = steps.send(apart.work())
    assert isinstance(scan, Scan)
    steps = inspect(large, CLIENT, snapshot([words]), FindingsCache(b"k"), NOW)
    next(steps)
    with pytest.raises(StopIteration) as stop:
        steps.send(None)
    assert stop.value.value.refused


def test_an_allowed_body_is_not_made_anew() -> None:
    runner, words = scanner()
    outcome = drive(exchange("hello"), CLIENT, snapshot([words]), runner, now=NOW)
    assert not outcome.refused
    assert outcome.body is None


def test_a_block_beats_a_redaction_and_edits_nothing() -> None:
    runner, words = scanner()
    outcome = drive(exchange("CARD and MARKED"), CLIENT, snapshot([words]), runner, now=NOW)
    assert outcome.refused
    assert outcome.body is None
    assert outcome.judged is not None
    assert outcome.judged.verdict.rules[0].id == "marked-stays"


def test_what_was_seen_before_is_not_scanned_again() -> None:
    runner, words = scanner()
    cache = FindingsCache(b"k")
    taken = snapshot([words])
    drive(exchange("first CARD"), CLIENT, taken, runner, now=NOW, cache=cache)
    words.seen.clear()
    again = drive(exchange("first CARD"), CLIENT, taken, runner, now=NOW, cache=cache)
    assert words.seen == []
    assert again.action is Action.REDACT


def test_a_text_that_stands_twice_is_scanned_once_and_edited_twice() -> None:
    runner, words = scanner()
    messages = [{"role": "user", "content": "CARD"}] * 2
    body = json.dumps({"model": "m", "messages": messages}).encode()
    outcome = drive(exchange("", body=body), CLIENT, snapshot([words]), runner, now=NOW)
    assert words.seen.count("CARD") == 1
    assert outcome.replaced == 2


def test_a_detector_that_failed_is_unknown_and_the_policy_blocks() -> None:
    _, words = scanner()
    steps = inspect(exchange("hello"), CLIENT, snapshot([words]), FindingsCache(b"k"), NOW)
    scan = next(steps)
    assert isinstance(scan, Scan)
    record = steps.send([Report({}, {words.name: "timeout"}) for _ in scan.tasks])
    assert isinstance(record, Record)
    assert record.judged.verdict.action is Action.BLOCK
    assert "timeout" in record.judged.verdict.unknown
    assert words.name not in record.judged.ran


def test_a_time_out_is_not_remembered() -> None:
    runner, words = scanner()
    cache = FindingsCache(b"k")
    steps = inspect(exchange("hello"), CLIENT, snapshot([words]), cache, NOW)
    scan = next(steps)
    assert isinstance(scan, Scan)
    steps.send([Report({}, {words.name: "timeout"}) for _ in scan.tasks])
    assert len(cache) == 0
    assert not drive(exchange("hello"), CLIENT, snapshot([words]), runner, now=NOW, cache=cache).refused


def test_no_room_is_an_overload_and_no_policy_is_asked() -> None:
    _, words = scanner()
    steps = inspect(exchange("hello"), CLIENT, snapshot([words]), FindingsCache(b"k"), NOW)
    next(steps)
    with pytest.raises(StopIteration) as stop:
        steps.send(Overloaded())
    assert stop.value.value.overloaded
    assert stop.value.value.refused


def test_a_body_that_cannot_be_read_is_blocked() -> None:
    runner, words = scanner()
    outcome = drive(exchange("", body=b'{"a": '), CLIENT, snapshot([words]), runner, now=NOW)
    assert outcome.refused
    assert outcome.judged is not None
    assert outcome.judged.facts.unknown == ("undecodable",)


def test_a_value_across_two_parts_is_taken_out_of_both() -> None:
    runner, words = scanner()
    content = [{"type": "text", "text": "my CA"}, {"type": "text", "text": "RD please"}]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": content}]}).encode()
    outcome = drive(exchange("", body=body), CLIENT, snapshot([words]), runner, now=NOW)
    assert outcome.body is not None
    texts = [part["text"] for part in json.loads(outcome.body)["messages"][0]["content"]]
    assert texts == ["my [REDACTED_CREDIT_CARD]", " please"]


def test_a_value_in_pieces_of_one_letter_is_taken_out() -> None:
    runner, words = scanner()
    content = [{"type": "text", "text": letter} for letter in "CARD"]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": content}]}).encode()
    outcome = drive(exchange("", body=body), CLIENT, snapshot([words]), runner, now=NOW)
    assert outcome.body is not None
    texts = [part["text"] for part in json.loads(outcome.body)["messages"][0]["content"]]
    assert texts == ["[REDACTED_CREDIT_CARD]", "", "", ""]


def test_no_core_value_shows_text() -> None:
    runner, words = scanner()
    outcome = drive(exchange("CARD-CANARY"), CLIENT, snapshot([words]), runner, now=NOW)
    assert "CANARY" not in repr(outcome)


def upload(data: bytes) -> Exchange:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/pdf\r\n\r\n'
        + data
        + b"\r\n--b--\r\n"
    )
    headers = (("content-type", "multipart/form-data; boundary=b"),)
    return Exchange("POST", "https", "api.openai.com", 443, "/v1/files", headers, body)


def judged(data: bytes, cache: FindingsCache, *detectors: Any) -> Judged:
    outcome = drive(upload(data), CLIENT, snapshot(detectors), Scanner(detectors), now=NOW, cache=cache)
    assert outcome.judged is not None
    return outcome.judged


def test_the_text_of_a_file_is_found_in_it_and_cannot_be_redacted() -> None:
    files, words, cache = Files(), Words(), FindingsCache(b"k")
    result = judged(b"text:my CARD\xff", cache, files, words)
    ((number, finding),) = result.findings
    part = result.decoded.prompt.parts[number]
    assert (part.path, part.kind, finding.start) == ("multipart:file", "file", 3)
    assert (result.verdict.action, result.facts.unknown) == (Action.BLOCK, ())

    again = judged(b"text:my CARD\xff", cache, files, words)
    assert (files.opened, again.findings) == (1, result.findings)


def test_a_file_that_nobody_can_read_is_unknown_each_time() -> None:
    files, words, cache = Files(), Words(), FindingsCache(b"k")
    for _ in range(2):
        result = judged(b"\x89PNG", cache, files, words)
        assert (result.findings, result.facts.unknown) == ((), ("media",))
        assert [(u.path, u.reason, u.bytes) for u in result.decoded.prompt.unread] == [("multipart:file", "media", 4)]
    assert files.opened == 1


def test_without_a_reader_files_are_media() -> None:
    result = judged(b"text:CARD\xff", FindingsCache(b"k"), Words())
    assert (result.findings, result.facts.unknown) == ((), ("media",))


def test_a_dialect_that_has_fallen_is_read_by_the_generic_reader_who_trusts_no_role() -> None:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "assistant", "content": "my CARD, said the vendor"}]})
    request = exchange("", body=body.encode())
    read = {}
    for fallen in (frozenset[str](), frozenset({"openai-chat"})):
        runner, words = scanner()
        steps = inspect(request, CLIENT, snapshot([words]), FindingsCache(b"k"), NOW, fallen=fallen)
        record = steps.send(runner.run(next(steps).tasks))  # type: ignore[union-attr]
        prompt = record.judged.decoded.prompt  # type: ignore[union-attr]
        (part,) = [part for part in prompt.parts if "CARD" in part.text]
        read[bool(fallen)] = (part.role, part.decided, prompt.model, prompt.mapped == prompt.prose)
    assert read == {False: ("assistant", True, "gpt-4o", True), True: ("", False, "gpt-4o", True)}
