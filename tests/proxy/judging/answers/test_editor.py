"""How much of a text may leave: what follows must not change what is found in it, nor a pause show half a value."""

import pytest

from proxy.judging.answers.editor import REACH, AnswerEditor
from proxy.restore.weave import BEFORE, Replacement, Waiting

LONG = "some words that hold nothing and that nobody would take for anything else, "
KEY = "-----BEGIN " + "PRIVATE KEY-----\nQk1"


def waiting(pending: str, before: str = "") -> Waiting:
    return Waiting(1, 0, False, True, pending, before)


def test_the_end_waits_from_the_beginning_of_a_word() -> None:
    settled = AnswerEditor(None).settled(LONG, "")
    assert len(LONG) - REACH - 20 <= settled <= len(LONG) - REACH
    assert LONG[settled - 1] == " "
    assert AnswerEditor(None).settled("short text", "") == 0


@pytest.mark.parametrize("begun", [KEY, "[EMAIL_ADDR"])
def test_what_has_begun_waits(begun: str) -> None:
    for editor in (AnswerEditor(None),):
        assert editor.calm(LONG + begun, "") <= len(LONG)
        assert editor.settled(LONG + begun, "") <= len(LONG)
    assert AnswerEditor(None).settled(KEY + "x " * 200, "") == 0


def test_neither_a_cut_nor_what_would_stop_leaves_in_part() -> None:
    text = "the report says " + "a b " * 30
    assert AnswerEditor(None).settled(text, "") > 16
    editor = AnswerEditor(None)
    editor.learn(waiting(text), [Replacement(16, len(text), "[X]")], [])
    assert editor.settled(text, "") == 16
    editor = AnswerEditor(None)
    editor.learn(waiting(text), [], [(4, len(text)), (10, len(text))])
    assert editor.settled(text, "") == 4


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("How can I help you today?", "How can I help "),
        ("How can I help you today? ", "How can I help you today? "),
        ("write to ann@exa", "write "),
        ("your card is 4111 1111 ", "your card "),
        ("please call Ann ", "please call "),
        ("please call Ludwig van ", "please call "),
        ("please call Ludwig van Beethoven ", "please call "),
        ("it was written by Dr. No in ", "it was written "),
        ("a b c ", ""),
        ("Grüße an alle,\nund\n", "Grüße an alle,\n"),
        ("password is hunter2 ", "password "),
        ("你好 世界 ", ""),
        ("", ""),
    ],
)
def test_after_a_pause_only_words_leave_that_no_value_begins_with(text: str, left: str) -> None:
    assert text[: AnswerEditor(None).calm(text, "")] == left


def test_what_is_left_keeps_its_marks() -> None:
    editor = AnswerEditor(None)
    text = "please call these people at once: Ann Smith "
    start = text.index("Ann")
    editor.learn(waiting(text), [Replacement(start, start + 9, "[X]")], [])
    left = editor.calm(text, "")
    assert text[:left].endswith("once: ")
    assert editor.replacements(text[left:], text[:left][-BEFORE:]) == [Replacement(0, 9, "[X]")]


def test_values_are_put_back_but_not_into_what_is_cut_out() -> None:
    editor = AnswerEditor({"[PERSON_K7Q2XW]": "Ann"}.get)
    text = "[PERSON_K7Q2XW] and 4111"
    assert editor.replacements(text, "") == [Replacement(0, 15, "Ann")]
    editor.learn(waiting(text), [Replacement(0, 24, "[X]")], [])
    assert editor.replacements(text, "") == [Replacement(0, 24, "[X]")]
