"""Questions and answers: for whom they hold, for what and how long."""

import dataclasses
import json
from datetime import timedelta
from pathlib import Path

import pytest

from policies.facts import Facts, FindingFact
from policies.model import CoachAsk
from policies.rule import Justification, Remember
from proxy.coaching import coach
from proxy.coaching.coach import Asked, Desk, Memory, Question, Remembered
from proxy.exchange import Client

ADA = Client("10.0.0.1", "ada")
FACTS = Facts(app="openai-api", findings=(FindingFact("CREDIT_CARD", "pii", 1.0, digest="d1"),))
NOW = 1_800_000_000.0
EVENT = "01M85GKQX3RM47Q7TW5MBNVXMZ"


def ask(**more: object) -> CoachAsk:
    return CoachAsk("cards", "Please think.", **more)  # type: ignore[arg-type]


def question(*asks: CoachAsk, event: str = EVENT, client: Client = ADA) -> Question:
    return coach.question(event, client, FACTS, asks or (ask(),), NOW)


def answered(one: Question, choice: str = "justify") -> Memory:
    desk = Desk(b"k")
    desk.open(one, NOW)
    return Memory(desk.settle(one, choice, NOW))


def test_a_link_opens_for_the_one_who_was_asked_until_it_expires() -> None:
    desk = Desk(b"k")
    signature = desk.open(question(), NOW)
    found = desk.look(EVENT, signature, "ada", NOW + 60)
    assert found is not None
    assert found[0] == question()
    assert desk.look(EVENT, signature, "bob", NOW) is None
    assert desk.look(EVENT, signature[:-1] + "!", "ada", NOW) is None
    assert desk.look(EVENT, "", "ada", NOW) is None
    assert desk.look(EVENT, signature, "ada", NOW + 3601) is None
    assert desk.look("01M85GKQX3RM47Q7TW5MBNVXM0", signature, "ada", NOW) is None
    assert Desk(b"other").open(question(), NOW) != signature


def test_an_answer_closes_its_question() -> None:
    desk = Desk(b"k")
    signature = desk.open(question(), NOW)
    desk.settle(question(), "cancel", NOW)
    assert desk.look(EVENT, signature, "ada", NOW) is None


OTHER = dataclasses.replace(FACTS, app="gemini-api")
MORE = dataclasses.replace(FACTS, findings=(*FACTS.findings, FindingFact("US_SSN", "pii", 1.0, digest="d2")))


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (("user", "app", "rule"), (True, False, True)),
        (("user", "rule"), (True, True, True)),
        (("user", "rule", "value"), (True, True, False)),
        (("rule",), (True, True, True)),
    ],
    ids=["app", "user", "value", "rule"],
)
def test_an_answer_holds_for_its_scope(scope: tuple[str, ...], holds: tuple[bool, bool, bool]) -> None:
    memory = answered(question(ask(remember=Remember(timedelta(hours=1), scope))))
    assert tuple(bool(memory.recall("ada", facts, NOW)) for facts in (FACTS, OTHER, MORE)) == holds
    assert not memory.recall("bob", FACTS, NOW)
    assert not memory.recall("ada", FACTS, NOW + 3601)


def test_without_remember_it_holds_ten_minutes_for_just_that() -> None:
    memory = answered(question(), "redact")
    assert memory.recall("ada", FACTS, NOW + 599) == (("cards", "redact"),)
    assert not memory.recall("ada", FACTS, NOW + 601)
    assert not memory.recall("ada", MORE, NOW)
    assert not memory.recall("ada", OTHER, NOW)


def test_cancelling_is_not_remembered() -> None:
    assert not answered(question(), "cancel").recall("ada", FACTS, NOW)


def test_the_latest_answer_counts() -> None:
    memory = Memory([Remembered("r", "ada", "justify", NOW + 9), Remembered("r", "ada", "redact", NOW + 9)])
    assert memory.recall("ada", FACTS, NOW) == (("r", "redact"),)


def test_whoever_is_not_known_is_asked_by_address() -> None:
    assert coach.identity(Client("10.0.0.9")) == "@10.0.0.9"
    assert question(client=Client("10.0.0.9")).user == "@10.0.0.9"


def test_who_sends_all_the_same_too_often_is_not_asked_for_an_hour() -> None:
    desk = Desk(b"k")
    for number in range(coach.SENT_AN_HOUR):
        one = question(event=f"e{number}")
        assert desk.open(one, NOW)
        desk.settle(one, "justify", NOW)
    assert desk.open(question(), NOW) == ""
    assert desk.open(question(client=Client("10.0.0.1", "bob")), NOW)
    assert desk.open(question(), NOW + 3601)


def test_questions_do_not_pile_up() -> None:
    desk = Desk(b"k")
    for number in range(200):
        desk.open(question(event=f"e{number}"), NOW)
    assert len(desk._pending) <= 50
    desk.open(question(event="late"), NOW + 7200)
    assert len(desk._pending) == 1


def test_answers_outlive_a_restart_and_broken_ones_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "coach.json"
    desk = Desk(b"k", path)
    one = question(ask(remember=Remember()))
    desk.open(one, NOW)
    desk.settle(one, "justify", NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    again = coach.remembered_from(Desk(b"k", path, NOW + 60).remembered)
    assert Memory(again).recall("ada", FACTS, NOW + 60)
    assert not Desk(b"k", path, NOW + 9 * 3600).remembered
    path.write_text("{")
    assert not Desk(b"k", path).remembered


WANTED = Justification(required=True, min_chars=10, choices=("Contract", "Test"))


@pytest.mark.parametrize(
    ("asked", "choice", "reason", "text", "said"),
    [
        (ask(justification=WANTED), "justify", "Test", "because of it all", ""),
        (ask(justification=WANTED), "justify", "", "because of it all", "Please choose a reason."),
        (ask(justification=WANTED), "justify", "Test", "short", "Please say why in 10 characters or more."),
        (
            ask(justification=WANTED),
            "justify",
            "Test",
            "     a        b    ",
            "Please say why in 10 characters or more.",
        ),
        (ask(justification=Justification(required=True)), "justify", "", "", "Please say why."),
        (ask(justification=Justification(required=True)), "justify", "", "x", ""),
        (ask(), "justify", "", "", ""),
        (ask(can_redact=True), "redact", "", "", ""),
        (ask(), "redact", "", "", "Please choose one of the answers."),
        (ask(), "allow", "", "", "Please choose one of the answers."),
        (ask(justification=WANTED), "cancel", "", "", ""),
    ],
)
def test_what_an_answer_lacks(asked: CoachAsk, choice: str, reason: str, text: str, said: str) -> None:
    assert coach.fault(question(asked), choice, reason, text) == said


def test_a_question_survives_the_wire() -> None:
    import orjson

    one = question(ask(justification=WANTED, remember=Remember()))
    assert coach.question_from(orjson.loads(orjson.dumps(dataclasses.asdict(one)))) == one
    assert isinstance(one.asked[0], Asked)


def test_open_questions_and_what_was_sent_outlive_the_program() -> None:
    first, second = Desk(b"k"), Desk(b"k")
    signature = first.open(question(), NOW)
    second.take_over(json.loads(json.dumps(first.hand_over())))
    found = second.look(EVENT, signature, "ada", NOW + 60)
    assert found is not None
    assert found[0] == question()
    second.settle(found[0], "justify", NOW)
    assert second.hand_over() == {"pending": [], "sent": {"ada": [NOW]}}
