"""What the user is told: kinds and names, never a value."""

from policies.facts import REASONS, Facts
from policies.message import FIELDS, kinds, render, standard, unread, unwritable, with_ref
from policies.rule import Action


def test_every_field() -> None:
    template = " | ".join("{" + field + "}" for field in FIELDS)
    facts = Facts(app="claude", app_name="Claude")
    text = render(template, facts, "Restricted", ["US_SSN", "IBAN_CODE", "US_SSN"], "azure-openai")
    assert text == "Restricted | Claude | IBAN, US social security number | {ref} | azure-openai"
    assert with_ref(text, "01KAR") == text.replace("{ref}", "01KAR")


def test_a_service_without_title_goes_by_its_id_or_host() -> None:
    assert render("{app.name}", Facts(app="claude"), "", ()) == "claude"
    assert render("{app.name}", Facts(host="ai.example.com"), "", ()) == "ai.example.com"


def test_what_is_put_in_is_not_read_again() -> None:
    assert render("{app.name}", Facts(host="{kinds}"), "", ["US_SSN"]) == "{kinds}"


def test_kinds_of_nothing() -> None:
    assert kinds([]) == "protected content"


def test_every_reason_has_words() -> None:
    for reason in REASONS:
        assert f"checked: {reason}." not in unread([reason])
    assert unread(["media", "timeout"]) == (
        "This request was stopped because it could not be checked: it holds an image, audio or video, "
        "checking it took too long. Reference: {ref}"
    )


def test_rules_without_words_have_ours() -> None:
    assert "taken out" in standard(Action.REDACT, ["US_SSN"])
    assert "{kinds}" in standard(Action.BLOCK, ["US_SSN"])
    assert "{kinds}" not in standard(Action.BLOCK, [])


def test_an_answer_is_called_one() -> None:
    for action in (Action.BLOCK, Action.REDACT, Action.ROUTE, Action.COACH):
        for entities in (["US_SSN"], []):
            assert "request" not in standard(action, entities, "response")
    assert standard(Action.BLOCK, [], "response").startswith("This answer was stopped")
    assert "answer" in unwritable("response")
    assert "sent" in unwritable()
