"""What is to be taken out becomes edits."""

from detectors.finding import Finding
from proxy.exchange import Edit, Part
from proxy.judging.redaction import Cut, edits, label, without_placeholders
from proxy.placeholder import Issuer

PARTS = [Part("$", "user", "prompt", "0123456789abcdef")] * 3


def finding(entity: str, start: int, end: int, category: str = "pii", score: float = 0.9) -> Finding:
    return Finding(entity, category, start, end, score, "t@1")


def issuer() -> Issuer:
    return Issuer(b"k", "ann")


def test_each_finding_is_one_edit_named_by_its_entity() -> None:
    cuts = [Cut(0, finding("EMAIL_ADDRESS", 4, 9)), Cut(2, finding("US_SSN", 0, 3))]
    assert edits(cuts, PARTS) == [Edit(0, 4, 9, "[REDACTED_EMAIL_ADDRESS]"), Edit(2, 0, 3, "[REDACTED_US_SSN]")]


def test_overlapping_findings_are_one_edit_and_a_secret_gives_its_name() -> None:
    cuts = [Cut(0, finding("PHONE_NUMBER", 5, 12, score=1.0)), Cut(0, finding("SECRET_GENERIC", 0, 8, "secret", 0.5))]
    assert edits(cuts, PARTS) == [Edit(0, 0, 12, label("SECRET_GENERIC"))]


def test_neighbouring_findings_stay_two() -> None:
    assert len(edits([Cut(0, finding("A", 0, 3)), Cut(0, finding("B", 3, 5))], PARTS)) == 2


def halves(*, tokenise: bool) -> list[Cut]:
    first = Finding("US_SSN", "pii", 7, 16, 0.9, "t@1", evidence=("seam",))
    second = Finding("US_SSN", "pii", 0, 7, 0.9, "t@1", evidence=("seam", "seam:rest"))
    return [Cut(0, first, tokenise, True), Cut(1, second, tokenise, True)]


def test_the_second_half_of_a_split_value_goes_without_a_second_label() -> None:
    assert [edit.text for edit in edits(halves(tokenise=False), PARTS)] == ["[REDACTED_US_SSN]", ""]


def test_a_placeholder_stands_for_the_whole_of_a_split_value() -> None:
    made = issuer()
    first, second = edits(halves(tokenise=True), PARTS, made)
    assert second.text == ""
    assert made.issued == {first.text: "789abcdef0123456"}


def test_a_placeholder_stands_for_the_text_as_it_is() -> None:
    made = issuer()
    (edit,) = edits([Cut(0, finding("PERSON", 4, 9), tokenise=True, restore=True)], PARTS, made)
    assert edit == Edit(0, 4, 9, issuer().issue("PERSON", "45678"))
    assert made.issued == {edit.text: "45678"}


def test_what_is_not_put_back_is_not_remembered() -> None:
    made = issuer()
    (edit,) = edits([Cut(0, finding("PERSON", 4, 9), tokenise=True)], PARTS, made)
    assert edit.text == issuer().issue("PERSON", "45678")
    assert made.issued == {}


def test_where_redaction_and_tokenisation_overlap_nothing_comes_back() -> None:
    made = issuer()
    cuts = [Cut(0, finding("PERSON", 4, 9), tokenise=True, restore=True), Cut(0, finding("US_SSN", 8, 12, score=1.0))]
    assert edits(cuts, PARTS, made) == [Edit(0, 4, 12, label("US_SSN"))]
    assert made.issued == {}


def test_without_an_issuer_everything_gets_a_label() -> None:
    cuts = [Cut(0, finding("PERSON", 4, 9), tokenise=True, restore=True)]
    assert edits(cuts, PARTS) == [Edit(0, 4, 9, label("PERSON"))]


def test_a_placeholder_is_nobody_s_data() -> None:
    text = "key=[SECRET_GENERIC_K7Q2XW] for Ann"
    inside, whole, around = finding("A", 5, 20), finding("A", 4, 27), finding("A", 0, 35)
    before, behind = finding("A", 0, 10), finding("A", 20, 35)
    assert without_placeholders(text, [inside, whole]) == []
    assert without_placeholders(text, [around]) == [around]
    cut = without_placeholders(text, [before, behind])
    assert [text[each.start : each.end] for each in cut] == ["key=", " for Ann"]
    code = finding("SOURCE_CODE", 0, 20, "code")
    assert without_placeholders(text, [code]) == [code]


def test_no_number_hides_in_the_form_of_a_placeholder() -> None:
    card = finding("CREDIT_CARD", 3, 19)
    assert without_placeholders("[X_4111111111111111_ABCDEF]", [card]) == [card]


def test_a_rule_may_say_what_stands_instead() -> None:
    cut = Cut(0, finding("US_SSN", 0, 3), label="<{entity} removed>")
    assert edits([cut], PARTS) == [Edit(0, 0, 3, "<US_SSN removed>")]
    surer = Cut(0, finding("EMAIL_ADDRESS", 1, 4, score=1.0), label="[mail]")
    assert edits([cut, surer], PARTS) == [Edit(0, 0, 4, "[mail]")]
    swapped = Cut(0, finding("EMAIL_ADDRESS", 1, 4, score=1.0), tokenise=True)
    assert edits([cut, swapped], PARTS, issuer()) == [Edit(0, 0, 4, "<EMAIL_ADDRESS removed>")]
