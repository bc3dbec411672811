import pytest

from detectors.pii.cues import Cues
from detectors.pii.folding import fold
from detectors.pii.labels import DIRECT, NEAR, Label, Labels
from detectors.pii.table import table

CUES = Cues(table())


def label(text: str, hint: str = "", kinds: frozenset[str] = frozenset({"US_SSN", "CA_SIN"})) -> Label:
    """Return the label of the value between « and »."""
    start, end = text.index("«"), text.index("»") - 1
    return Labels(CUES, fold(text.replace("«", "").replace("»", "")), hint).of(start, end, kinds)


@pytest.mark.parametrize(
    "text",
    [
        "SSN: «111»",
        "SSN .......... «111»",
        'ssn = "«111»"',
        '{"ssn": "«111»"}',
        "My SSN is the following: «111»",
        "<td>SSN</td><td>«111»</td>",
        "<ssn>«111»</ssn>",
        "I gave «111» as SSN yesterday",
        "Is «111» a valid SSN?",
        "«111» (SSN)",
        "city;ssn\nRome;«111»",
        "SSN values:\n- 123456789\n- 222222222\n- «111»",
    ],
)
def test_a_cue_right_at_the_value_is_its_label(text: str) -> None:
    found = label(text)
    assert found.distance("US_SSN") == found.nearest <= DIRECT


@pytest.mark.parametrize(
    ("text", "nearer", "farther"),
    [
        ("I gave 123456789 as SIN and «111» as routing number.", "ABA_ROUTING_NUMBER", "CA_SIN"),
        ("SSN: 123456789\nrouting number: «111»", "ABA_ROUTING_NUMBER", "US_SSN"),
        ("SIN=«111» SSN=123456789", "CA_SIN", "US_SSN"),
        ("SIN\n«111»\n\nSSN\n123456789", "CA_SIN", "US_SSN"),
        ("<sin>«111»</sin><ssn>1</ssn>", "CA_SIN", "US_SSN"),
        ("# SIN: 47756832\nassert lookup('«111»') == '47756832'  # SSN", "US_SSN", "CA_SIN"),
    ],
)
def test_the_nearer_of_two_cues_is_the_label(text: str, nearer: str, farther: str) -> None:
    found = label(text)
    assert found.distance(nearer) == found.nearest
    assert found.distance(farther) > found.nearest + 0.5


def test_a_label_of_something_else_is_known_as_such() -> None:
    assert label("order number «111»").neutral == label("order number «111»").nearest <= DIRECT


def test_far_cues_name_nothing() -> None:
    assert label("SSN means social security number. " + "The weather is fine today. " * 3 + "«111»").nearest > DIRECT
    assert label("SSN\n" + "words " * 30 + "«111»").nearest > NEAR


def test_in_a_table_only_the_head_counts() -> None:
    found = label("a;city;ssn\n1;«111»;222")
    assert found.nearest == float("inf")


def test_the_key_of_a_short_text_is_a_label() -> None:
    assert label("«111»", hint="employeeSsn prompt").distance("US_SSN") <= DIRECT
    assert label("«111» " + "and so on " * 20, hint="ssn").distance("US_SSN") > DIRECT


@pytest.mark.parametrize(
    "key", ["parts", "items", "lines", "rows", "records", "messages", "item", "line", "page", "part"]
)
def test_a_key_that_holds_the_texts_of_a_chat_is_no_label(key: str) -> None:
    assert label("refund «4111»", hint=f"{key} prompt") == label("refund «4111»")


def test_the_evidence_names_the_cue() -> None:
    assert label("Social security number: «111»").codes["US_SSN"] == "socialsecuritynumber"


def test_the_head_of_a_list_names_only_what_is_written_like_it() -> None:
    text = "AHV: 756.7724.1297.74\n«111» is her ssn"
    assert label(text).distance("CH_AHV") > NEAR
    assert label(text, kinds=frozenset({"CH_AHV"})).distance("CH_AHV") <= DIRECT


@pytest.mark.parametrize(
    "text", ["Soc. Sec. No. «111»", "Fahrgestellnr. «111»", "Driver Lic. No. «111»", "Codice fisc. «111»"]
)
def test_a_dot_after_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert label(text).nearest <= 1.0


def test_an_answer_belongs_to_the_question_before_it() -> None:
    assert label("Agent: what is your MRN?\nCustomer: «111»").distance("MEDICAL_RECORD") <= 7.0


def test_a_key_with_more_to_say_is_a_label() -> None:
    assert label("«111»", hint="item_number").neutral <= DIRECT
