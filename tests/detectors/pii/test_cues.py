import pytest

from detectors.pii.cues import NEUTRAL, Cues, union
from detectors.pii.folding import fold
from detectors.pii.table import table

CUES = Cues(table())


def named(text: str) -> list[tuple[str, list[str]]]:
    return [(text[hit.start : hit.end], sorted(hit.entities)) for hit in CUES.find(fold(text))]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("SSN", "US_SSN"),
        ("ssn#", "US_SSN"),
        ("Social-Security  Number", "US_SSN"),
        ("employee_ssn", "US_SSN"),
        ("customerSsn", "US_SSN"),
        ("socialSecurityNumber", "US_SSN"),
        ("ssnNumber", "US_SSN"),
        ("Driver’s License", "US_DRIVER_LICENSE"),
        ("numéro de sécurité sociale", "FR_NIR"),
        ("NUMERO DE SECURITE SOCIALE", "FR_NIR"),
        ("我的身份证号码是", "CN_ID"),
        ("phone numbers", "PHONE_NUMBER"),
    ],
)
def test_a_cue_is_found_however_it_is_written(text: str, entity: str) -> None:
    assert entity in union(CUES.find(fold(text)))


@pytest.mark.parametrize("text", ["using", "company", "assinine", "getting", "public policy", "relic"])
def test_a_cue_inside_a_word_is_none(text: str) -> None:
    assert CUES.find(text) == []


def test_the_longer_cue_is_taken() -> None:
    assert named("medical record number 12")[0] == ("medical record number", ["MEDICAL_RECORD"])


def test_of_two_cues_without_blanks_the_longer_is_taken() -> None:
    assert named("身份证号码是") == [("身份证号码", ["CN_ID"])]


def test_a_label_of_something_else_is_neutral() -> None:
    assert named("order number") == [("order number", [NEUTRAL])]


def test_codes_never_hold_other_text_than_the_table() -> None:
    assert {hit.code for hit in CUES.find("My SSN is Anna and my IBAN is Bob")} == {"ssn", "iban"}


def test_a_word_alone_may_name_a_kind() -> None:
    assert CUES.names("MRN")
    assert not CUES.names("ORD")
    assert not CUES.names("invoice")


def test_a_number_may_be_written_short() -> None:
    assert named("Burgerservicenr") == [("Burgerservicenr", ["NL_BSN"])]


def test_two_short_words_are_not_a_longer_one() -> None:
    assert named("he said so") == []
    assert named("SA ID") == [("SA ID", ["ZA_ID_NUMBER"])]
