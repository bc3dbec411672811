"""Words: lists expanded, aliases resolved, typos named."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.entities import catalogue
from policies import reader, yaml_source
from policies.reader import Document
from policies.shape import Key, ListOf, Record, Text
from policies.vocabulary import Vocabulary, label_entity, moment

SHAPE = Record({"w": Key(ListOf(Text(), lists=True), "Words.")})
VOCABULARY = Vocabulary(
    catalogue(), {"keys": ("SECRET.*", "US_SSN"), "nets": ("10.0.0.0/8",)}, ("Internal", "Restricted")
)


def document(text: str) -> Document:
    return reader.read(yaml_source.read("t.yaml", f"w: {text}\n"), SHAPE)


def entities(text: str) -> tuple[tuple[str, ...], list[str]]:
    read = document(text)
    found = VOCABULARY.entities(read, read.data["w"], ("w",))
    return found, [f"{p.column} {p.message} | {p.help}" for p in read.problems]


def test_a_list_stands_for_its_words_alone_or_among_others() -> None:
    assert entities("$keys") == (("SECRET.*", "US_SSN"), [])
    assert entities("[IBAN_CODE, $keys, US_SSN]") == (("IBAN_CODE", "SECRET.*", "US_SSN"), [])


def test_aliases_become_the_entity() -> None:
    assert entities("[EMAIL, SSN]") == (("EMAIL_ADDRESS", "US_SSN"), [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[EMAIL_ADRESS]", '5 unknown entity "EMAIL_ADRESS" | did you mean "EMAIL_ADDRESS"?'),
        ("[a, us_ssn]", '5 unknown entity "a" | '),
        ("$kays", '4 unknown list "$kays" | did you mean "$keys"?'),
        ("[$zzzz]", '5 unknown list "$zzzz" | name it under `lists:`'),
    ],
)
def test_words_that_mean_nothing(text: str, problem: str) -> None:
    assert entities(text)[1][0] == problem


def test_networks() -> None:
    read = document("[10.0.0.0/8, $nets, 10.1.0.0/8, somewhere]")
    assert VOCABULARY.networks(read, read.data["w"], ("w",))[0] == "10.0.0.0/8"
    assert [(p.message, p.help) for p in read.problems] == [
        ('"10.1.0.0/8" is not a network', "did you mean 10.0.0.0/8?"),
        ('"somewhere" is not a network', "write a network such as 10.20.0.0/16"),
    ]


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("CONFIDENTIAL", "LABEL_CONFIDENTIAL"),
        ("TLP:AMBER+STRICT", "LABEL_TLP_AMBER_STRICT"),
        ("MIP/Confidential", "LABEL_MIP_CONFIDENTIAL"),
        ("LABEL_CONFIDENTIAL", "LABEL_CONFIDENTIAL"),
    ],
)
def test_markings_by_name(name: str, entity: str) -> None:
    assert label_entity(name) == entity


@given(st.text())
def test_any_text_makes_an_entity_of_the_label_family(name: str) -> None:
    entity = label_entity(name)
    assert entity.startswith("LABEL_")
    assert set(entity) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def test_a_marking_without_letters_is_a_problem() -> None:
    read = document('["///"]')
    VOCABULARY.labels(read, read.data["w"], ("w",))
    assert [p.message for p in read.problems] == ['"///" cannot be a marking']


def test_classes() -> None:
    read = document("[]")
    assert VOCABULARY.class_name(read, "Restricted", ("w",)) == "Restricted"
    assert read.problems == []
    VOCABULARY.class_name(read, "Restrictd", ("w",))
    Vocabulary(catalogue(), {}).class_name(read, "Restricted", ("w",))
    assert [p.help for p in read.problems] == [
        'did you mean "Restricted"?',
        "no file of this policy set holds `classes`",
    ]


def test_moments() -> None:
    read = document("[]")
    assert moment(read, "2026-12-31", ("w",)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert moment(read, "2026-12-31T17:00:00+01:00", ("w",)) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert read.problems == []
    moment(read, "2026-02-30", ("w",))
    assert [p.message for p in read.problems] == ['"2026-02-30" is not a date']
