from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from detectors.pii.reader import Match, Reader
from detectors.pii.table import table

EXAMPLES = yaml.safe_load((Path(__file__).parents[2] / "vectors/pii/examples.yaml").read_text(encoding="utf-8"))
REFUTED = {entity: row for entity, row in EXAMPLES.items() if "refuted" in row}
READER = Reader(table())


def best(text: str, hint: str = "") -> Match | None:
    return max(READER.read(text, hint), key=lambda match: (match.score, match.end - match.start), default=None)


@pytest.mark.parametrize("entity", EXAMPLES)
@pytest.mark.parametrize(
    "line",
    [
        "{cue}: {value}",
        '{{"{cue}": "{value}"}}',
        "{cue}={value} status=ok",
        "Please update my {cue} to {value}, thanks.",
        "Is {value} a valid {cue}?",
        "city;{cue}\nRome;{value}\n",
        "INSERT INTO t (city, {cue}) VALUES (1, '{value}')",
        "assert lookup('{value}') == 'x'  # {cue}",
    ],
)
def test_a_labelled_value_is_found_whole(entity: str, line: str) -> None:
    text = line.format(**EXAMPLES[entity])
    start = text.index(EXAMPLES[entity]["value"])
    match = best(text)
    assert match is not None
    assert (match.entity, match.start, match.end) == (entity, start, start + len(EXAMPLES[entity]["value"]))
    assert match.score >= 0.7


@pytest.mark.parametrize("entity", REFUTED)
def test_a_broken_value_is_not_reported_under_its_label(entity: str) -> None:
    text = f"{REFUTED[entity]['cue']}: {REFUTED[entity]['refuted']}"
    assert entity not in {match.entity for match in READER.read(text)}


@pytest.mark.parametrize("entity", EXAMPLES)
def test_a_value_alone_is_never_taken_for_another_kind_with_certainty(entity: str) -> None:
    match = best(f"x {EXAMPLES[entity]['value']} y")
    assert match is None or match.entity == entity or match.score < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "order number: 563-10-8343 and nothing else",
        "tracking 4539068900308692",
        "transaction id = 4539068900308692",
        "build 81.169.145.94",
        "epoch ms 1742316374795",
        "ISBN 978-3-16-148410-0",
        "uuid 9c266725-0038-4a06-9832-13afc71ba44f",
        "commit 7239243ece6790959478537a17d601fd2ffd06f9",
        "pi is 3.14159265358979",
        "CVE-2019-85138, RFC 9278, arXiv 2502.15088, 2024-05-01T10:11:12.345678Z",
        "rows 742,370,031 of 1,024,000,000",
        "std::vector<int> a::b",
        "postgres://user:pa55word@db.example.com:5432/x",
        "https://user@host.example.com/",
        "127.0.0.1 ::1 10.0.0.8 0.0.0.0",
        "years 2008–2013 and 1716-1717",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert READER.read(text) == []


def test_a_cue_decides_between_kinds_of_the_same_shape() -> None:
    text = "the customer gave me 513 723 536 as SIN and 021939325 as routing number. The build was 9.2.1."
    by_place = {match.start: match.entity for match in sorted(READER.read(text), key=lambda match: match.score)}
    assert by_place == {21: "CA_SIN", 44: "ABA_ROUTING_NUMBER"}


def test_the_same_value_twice_is_the_same_thing_twice() -> None:
    assert READER.read("# order number: 47756832\nassert lookup('x1') == '47756832'  # driver's license") == []


def test_a_piece_of_something_longer_is_no_value() -> None:
    assert best("SSN 1-563-10-8343") is None
    assert best("SSN 563-10-8343-22") is None


def test_a_cue_and_a_dash_before_a_value_do_not_hide_it() -> None:
    match = best("MRN-12345678")
    assert match is not None
    assert (match.entity, match.start, match.end) == ("MEDICAL_RECORD", 4, 12)
    assert best("MRN of ORD-12345678") is None


def test_a_kind_without_check_needs_its_cue_at_the_value() -> None:
    assert best("passport 483920175") is not None
    assert best("passport and so on, then much later in the same line 483920175") is None


def test_a_number_without_check_digit_counts_less() -> None:
    checked, unchecked = best("RRN 850730-2593553"), best("RRN 850730-2593554")
    assert checked is not None
    assert unchecked is not None
    assert unchecked.score < checked.score
    assert unchecked.evidence == ("cue:rrn",)


def test_the_number_of_every_example_counts_only_where_it_is_called_one() -> None:
    match = best("My SSN is 123-45-6789")
    assert match is not None
    assert (match.entity, match.score) == ("US_SSN", 0.8)
    assert best("the range 123-45-6789") is None


def test_a_long_id_that_passes_luhn_needs_a_cue_to_be_a_card() -> None:
    assert best("user 350000000000000009") is None
    assert best("JCB card 350000000000000009") is not None


def test_two_ibans_in_a_row_are_two() -> None:
    text = "GB82 WEST 1234 5698 7654 32 GB82 WEST 1234 5698 7654 32"
    assert [(match.start, match.end) for match in READER.read(text)] == [(0, 27), (28, 55)]


def test_offsets_count_characters_whatever_stands_before() -> None:
    text = "😀 Größe – 身份证号：110101199003074434"
    match = best(text)
    assert match is not None
    assert text[match.start : match.end] == "110101199003074434"


def test_languages_without_blanks_are_read() -> None:
    text = "我的手机号是13812345678，身份证号110101199003074434。"
    assert [(m.entity, text[m.start : m.end]) for m in sorted(READER.read(text), key=lambda m: m.start)] == [
        ("PHONE_NUMBER", "13812345678"),
        ("CN_ID", "110101199003074434"),
    ]


def test_the_key_of_a_leaf_is_a_cue() -> None:
    assert best("563108343") is None
    match = best("563108343", hint="employeeSsn prompt")
    assert match is not None
    assert match.entity == "US_SSN"
    assert match.evidence == ("checksum", "cue:ssn")


def test_a_cue_makes_it_surer() -> None:
    alone, far, near = (best(f"{text}563-10-8343") for text in ("x ", "SSN of the new colleague there ", "SSN "))
    assert alone is not None
    assert far is not None
    assert near is not None
    assert alone.score < far.score < near.score


@given(st.text(alphabet="0123456789ABXYZabxsn -./:@()+;,|\n'\"=é身\ud83d", max_size=120))
def test_any_text_is_read_and_matches_lie_inside_it(text: str) -> None:
    for match in READER.read(text, hint=text[:20]):
        assert 0 <= match.start < match.end <= len(text)
        assert 0 < match.score <= 1


def test_a_blank_to_write_on_is_no_part_of_the_value() -> None:
    found = best("TFN____123 456 782____")
    assert found is not None
    assert (found.entity, found.start, found.end) == ("AU_TFN", 7, 18)


@pytest.mark.parametrize(
    "text",
    ["released on 2024-05-01. The form then asks for your date of birth", "dob unknown; seen again on 2024-05-01 at the clinic",
     "last backup 2024-05-01; born to run", '{"dob": null, "visited_at": "2024-05-01"}'],
)  # fmt: skip
def test_a_date_is_a_birthday_only_where_that_is_said_right_at_it(text: str) -> None:
    assert [match.entity for match in READER.read(text)] == []


@pytest.mark.parametrize(
    "text",
    ["DOB 14/03/1952", "Geburtsdatum: 5. März 1970", '"date_of_birth": "1990-01-01"', "née le 03/05/1948", "birthDate=19.7.84",
     "Born on: March 3rd, 1961", "| name | dob |\n|---|---|\n| Ann | 1980-02-03 |"],
)  # fmt: skip
def test_a_date_of_birth(text: str) -> None:
    assert [match.entity for match in READER.read(text)] == ["DATE_OF_BIRTH"]
