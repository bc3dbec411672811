"""Answers under rules with `direction: response`: cut out, stopped or only noted, however text and bytes are cut."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.base import Cost, Source
from detectors.finding import Digester, Finding
from detectors.scan import Report, Scanner, Task
from proxy.codecs.eventstream import message, text_header
from proxy.judging.answering import Answering, Stopped, concerns
from proxy.judging.answers.editor import REACH
from proxy.judging.drive import drive
from proxy.judging.inspection import Judged
from proxy.judging.snapshot import Snapshot
from proxy.placeholder import Issuer
from proxy.restore.messages import Messages
from proxy.restore.restorer import Lookup
from proxy.restore.splitter import Splitter
from tests.inside import CLIENT, exchange, snapshot
from tests.proxy.restore.forms import FORMS, Form
from tests.proxy.restore.wires import WIRES, sse

POLICY = """
schema: policy/v1
policy: answers
owner: t@example.com
rules:
  - id: cards-out
    mode: enforce
    match: {direction: [response], content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: marked-stops
    mode: enforce
    match: {direction: [response], content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: The answer held a marked document.}
  - id: mail-noted
    mode: enforce
    match: {direction: [response], content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: monitor}
"""
NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
CARD = "4111 1111 1111 1111"
MAIL = "ann@example.com"


class Patterns:
    """Finds cards, addresses and `MARKED`."""

    name = "test.patterns@1"
    cost: Cost = "structured"
    entities = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "LABEL_CONFIDENTIAL"})

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        kinds = {
            "CREDIT_CARD": r"(?<!\d)(?:\d{4} ){3}\d{4}(?!\d)",
            "EMAIL_ADDRESS": r"\w+@\w+\.com",
            "LABEL_CONFIDENTIAL": "MARKED",
        }
        for entity, pattern in kinds.items():
            for match in re.finditer(pattern, source.text):
                category = "label" if entity.startswith("LABEL") else "pii"
                yield Finding(entity, category, *match.span(), 0.9, self.name, digest(entity, match[0]))


class Scans:
    """Scans at once; `room` False: refuses to."""

    def __init__(self, *, room: bool = True) -> None:
        self.room = room
        self.sizes: list[int] = []

    async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
        self.sizes += [len(task.source.text) for task in tasks]
        return Scanner((Patterns(),)).run(tasks) if self.room else None


def judged(policy: str = POLICY) -> tuple[Judged, Snapshot]:
    taken = snapshot([Patterns()], policy)
    outcome = drive(exchange("hello"), CLIENT, taken, Scanner((Patterns(),)), now=NOW)
    assert outcome.judged is not None
    return outcome.judged, taken


def answering(kind: str, scans: Scans | None = None, lookup: Lookup | None = None) -> Answering:
    request, taken = judged()
    return Answering(request, taken, scans or Scans(), lookup, Splitter(kind), lambda: NOW)


def run(body: bytes, kind: str, cuts: Iterable[int] = (), **more: Any) -> tuple[bytes, Answering, bool]:
    made = answering(kind, **more)

    async def through() -> tuple[bytes, bool]:
        result, position = b"", 0
        for cut in [*sorted(cuts), len(body), None]:
            left = await (made.flush() if cut is None else made.feed(body[position:cut]))
            if isinstance(left, Stopped):
                return result, True
            result, position = result + left, cut or 0
        return result, False

    result, stopped = asyncio.run(through())
    return result, made, stopped


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


TEXT = f"Dear Ann, you paid with {CARD}, did you? Another card is {CARD} and write to {MAIL}. " * 2
CUT = TEXT.replace(CARD, "[REDACTED_CREDIT_CARD]")


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
@pytest.mark.parametrize("size", [1, 3, 10, 1000])
def test_what_is_found_is_cut_out_of_every_answer(wire: Any, size: int) -> None:
    arguments = json.dumps({"to": CARD, "deep": json.dumps({"it": CARD})})
    body = wire.write(pieces(TEXT, size), pieces(arguments, size))
    result, made, stopped = run(body, wire.kind)
    text, called = wire.read(result)
    assert not stopped
    assert text == CUT
    assert json.loads(called)["to"] == "[REDACTED_CREDIT_CARD]"
    assert json.loads(json.loads(called)["deep"]) == {"it": "[REDACTED_CREDIT_CARD]"}
    assert CARD.encode() not in result
    noted = made.judged()
    assert noted is not None
    assert noted.facts.direction == "response"
    assert {hit.id for hit in noted.verdict.rules} == {"cards-out", "mail-noted"}
    assert made.cut >= 3


def said(form: Form, parts: Sequence[str]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield what leaves after each of `parts`, as bytes and as whole messages; the last is what leaves at the end."""
    made = answering("" if form.socket else form.kind)
    messages = Messages()
    made._splitter = None if form.socket else made._splitter
    for number in range(len(parts) + 1):
        final = number == len(parts)
        if form.socket:
            told = [] if final else messages.events(form.messages([parts[number]])[0], text=True)
            left = asyncio.run(made.take(told, final=final))
            assert not isinstance(left, Stopped)
            yield b"", [content for content, _ in messages.whole(left)]
        else:
            body = asyncio.run(
                made.flush() if final else made.feed(form.write([parts[number]]) + b"\n" * ("json" in form.framing))
            )
            assert not isinstance(body, Stopped)
            yield body, []


@pytest.mark.parametrize("form", [form for form in FORMS if form.framing != "json"], ids=lambda form: form.name)
@pytest.mark.parametrize("size", [1, 7])
def test_cards_are_cut_out_wherever_a_service_puts_its_texts_and_little_waits(form: Form, size: int) -> None:
    read, most = "", 0
    for number, (body, messages) in enumerate(said(form, pieces(TEXT, size)), 1):
        read += form.heard(messages) if form.socket else form.read(body)
        most = max(most, min(number * size, len(TEXT)) - len(read))
    assert read == CUT
    assert most < REACH + len(CARD) + 2 * size


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_result_does_not_depend_on_the_cuts(data: st.DataObject) -> None:
    wire = WIRES[0]
    places = sorted(data.draw(st.sets(st.integers(0, len(TEXT)), max_size=12)))
    parts = [TEXT[start:end] for start, end in zip([0, *places], [*places, len(TEXT)], strict=True)]
    body = wire.write(parts, ["{}"])
    result, made, _ = run(body, wire.kind, data.draw(st.sets(st.integers(0, len(body)), max_size=12)))
    assert wire.read(result)[0] == CUT
    assert made.cut == 4


def test_every_cut_in_two() -> None:
    wire, text = WIRES[0], f"card {CARD} ok"
    for cut in range(len(text)):
        result, _, _ = run(wire.write([text[:cut], text[cut:]], ["{}"]), wire.kind)
        assert wire.read(result)[0] == "card [REDACTED_CREDIT_CARD] ok"


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_block_ends_the_answer_before_what_it_is_about(size: int) -> None:
    wire = WIRES[0]
    text = "It is a long answer that says many things before it comes to the point. " * 3 + "MARKED and more"
    result, made, stopped = run(wire.write(pieces(text, size), ["{}"]), wire.kind, range(0, 5000, 50))
    assert stopped
    assert b"MARK" not in result
    noted = made.judged()
    assert noted is not None
    assert noted.verdict.message.startswith("The answer held a marked document.")
    assert asyncio.run(made.feed(b"more")) == b""
    assert asyncio.run(made.flush()) == b""


def test_values_are_put_back_and_are_no_finding() -> None:
    issuer = Issuer(b"k", "ann")
    token = issuer.issue("CREDIT_CARD", CARD)
    wire = WIRES[0]
    text = f"yours is {token}, mine is {CARD}."
    for size in (1, 5, 1000):
        result, made, _ = run(wire.write(pieces(text, size), ["{}"]), wire.kind, lookup=issuer.issued.get)
        assert wire.read(result)[0] == f"yours is {CARD}, mine is [REDACTED_CREDIT_CARD]."
        assert (made.cut, made.restored) == (1, 1)


def test_text_streams_and_little_of_it_waits() -> None:
    made = answering("text/event-stream")
    words = ["word "] * 100

    async def lags() -> list[int]:
        sent = left = 0
        found = []
        for word in words:
            out = await made.feed(sse([{"choices": [{"index": 0, "delta": {"content": word}}]}]))
            assert isinstance(out, bytes)
            sent, left = sent + 5, left + 5 * out.count(b"word")
            found.append(sent - left)
        return found

    assert max(asyncio.run(lags())) <= 60


def test_a_comment_is_looked_at_and_does_not_wait() -> None:
    made = answering("text/event-stream")
    assert asyncio.run(made.feed(b": keep-alive\n\n")) == b": keep-alive\n\n"
    assert asyncio.run(made.feed(f": {CARD}\n\n".encode())) == b": [REDACTED_CREDIT_CARD]\n\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/event-stream", f": {CARD}\ndata: {{}}\n\n".encode()),
        ("text/event-stream", f"data: {{}}\nid: {CARD}\n\n".encode()),
        ("application/vnd.amazon.eventstream", message(text_header(":error-message", f"not {CARD}"), b"{}")),
        ("application/vnd.amazon.eventstream", message(b"", json.dumps({"bytes": "e30=", "p": CARD}).encode())),
        ("application/json", f'[{CARD}, {{"a": 1}}]'.encode()),
        ("application/json", f'{{"a": 1}} {CARD}'.encode()),
    ],
    ids=["comment", "id", "header", "beside-a-chunk", "between-values", "behind-values"],
)
def test_what_stands_beside_the_data_is_looked_at_and_cannot_be_cut_out(kind: str, body: bytes) -> None:
    result, made, stopped = run(body, kind)
    assert (CARD.encode() in result, stopped) == (False, True)
    noted = made.judged()
    assert noted is not None
    assert {finding.entity for _, finding in noted.findings} == {"CREDIT_CARD"}


def test_a_key_that_stands_twice_in_an_object_is_two_texts() -> None:
    result, _, _ = run(f'{{"a":"{CARD}","a":"9"}}'.encode(), "application/json")
    assert result == b'{"a":"[REDACTED_CREDIT_CARD]","a":"9"}'


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_stream_may_begin_with_a_byte_order_mark(size: int) -> None:
    body = b"\xef\xbb\xbf" + sse(
        [{"choices": [{"index": 0, "delta": {"content": each}}]} for each in pieces(CARD, size)]
    )
    result, _, _ = run(body, "text/event-stream")
    assert result.startswith(b"\xef\xbb\xbfdata: ")
    assert b"[REDACTED_CREDIT_CARD]" in result
    assert "1111" not in "".join(re.findall(r'"content": ?"([^"]*)"', result.decode()))


def test_what_is_scanned_is_only_what_has_not_left() -> None:
    scans = Scans()
    run(WIRES[0].write(pieces("some words here " * 500, 8), ["{}"]), WIRES[0].kind, range(0, 10**6, 200), scans=scans)
    assert max(scans.sizes) < 1000


def test_without_room_it_is_unknown_and_the_policy_decides() -> None:
    wire = WIRES[0]
    result, made, stopped = run(wire.write(["hello"], ["{}"]), wire.kind, scans=Scans(room=False))
    assert stopped
    assert b"hello" not in result
    noted = made.judged()
    assert noted is not None
    assert noted.verdict.unknown == ("timeout",)


def test_only_a_rule_about_answers_concerns_them() -> None:
    request, taken = judged()
    assert concerns(request, taken, NOW)
    request, taken = judged(POLICY.replace("direction: [response], ", ""))
    assert not concerns(request, taken, NOW)


def test_nothing_found_is_nothing_to_record() -> None:
    wire = WIRES[0]
    body = wire.write(["hello [x"], ["{}"])
    result, made, _ = run(body, wire.kind)
    assert result == body
    assert made.judged() is None


class Code(Patterns):
    """Stands for what finds source code and nothing else."""

    name = "code.segmenter@1"
    entities = frozenset({"SOURCE_CODE"})

    def detect(self, source: Source, digest: Digester) -> Iterable[Finding]:
        return ()


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        ("any: [{entities: [CREDIT_CARD]}]", False),
        ("any: [{entities: [CREDIT_CARD]}, {entities: [SOURCE_CODE]}]", True),
        ("any: [{entities: [CREDIT_CARD]}], none: [{categories: [code]}]", True),
        ("any: [{categories: [code], code_languages: [python]}]", True),
    ],
)
def test_code_is_looked_for_where_a_rule_asks_for_it(content: str, asked: bool) -> None:
    rule = f"  - {{id: r, mode: enforce, match: {{direction: [response], content: {{{content}}}}}, action: {{type: monitor}}}}"
    policy = f"schema: policy/v1\npolicy: p\nowner: o@example.com\nrules:\n{rule}\n"
    taken = snapshot([Patterns(), Code()], policy)
    request = drive(exchange("hello"), CLIENT, taken, Scanner((Patterns(), Code())), now=NOW).judged
    assert request is not None
    seen: list[str] = []

    class Noting(Scans):
        async def scan(self, tasks: Sequence[Task], timeout_s: float) -> list[Report] | None:
            seen.extend(name for task in tasks for name in task.detectors)
            return Scanner((Patterns(), Code())).run(tasks)

    made = Answering(request, taken, Noting(), None, Splitter("text/plain"), lambda: NOW)
    asyncio.run(made.feed(b"some words of an answer, and then more of them"))
    assert Patterns.name in seen
    assert (Code.name in seen) is asked
