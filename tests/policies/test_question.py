"""Questions in words."""

import pytest

from detectors.entities import catalogue
from policies.load import load
from policies.question import Place, Question, QuestionError, parse

POLICY = load(["pack:default"])


def ask(text: str) -> Question:
    return parse(text, POLICY, catalogue(), {"on_prem"}, {"zero_retention"}, {"claude"})


def test_a_question_is_what_by_whom_and_where() -> None:
    asked = ask("restricted in file by hr -> not zero_retention and unsanctioned")
    assert "SECRET.*" in asked.words
    assert (asked.part, asked.group, asked.unread) == ("file", "hr", False)
    assert asked.places == (Place("attribute", "zero_retention", True), Place("status", "unsanctioned"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("claude", "app"),
        ("on_prem", "zone"),
        ("upload", "activity"),
        ("genai.code", "category"),
        ("anywhere", "anywhere"),
    ],
)
def test_places_are_what_the_deployment_knows(text: str, kind: str) -> None:
    assert ask(f"US_SSN -> {text}").places == (Place(kind, text),)


def test_what_was_not_read_can_be_asked_for() -> None:
    assert ask("unread -> unknown").unread


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("Restricted to claude", "'Restricted to claude' is no question", "write for example"),
        ("Restrictd -> claude", '"Restrictd" is neither a class nor an entity', 'did you mean "Restricted"?'),
        ("US_SSN -> zero_retentoin", '"zero_retentoin" is no place that this deployment knows', 'did you mean "zero_retention"?'),
        ("US_SSN in promt -> claude", '"promt" is no kind of part', 'did you mean "prompt"?'),
        ("US_SSN -> never claude", '"never claude" is no place', "write `not WORD`"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_said(text: str, message: str, hint: str) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(text)
    assert str(caught.value) == message
    assert caught.value.hint.startswith(hint)
