"""The table holds every key of the grammar, and says of each what it means or why it has to wait."""

from collections.abc import Iterator

import pytest

from policies import grammar
from policies.abilities import THIS_BUILD
from policies.facts import REASONS
from policies.shape import Key, ListOf, Named, Record, Shape, Text, WordOr
from policies.words import PLACES
from proxy.exchange import KINDS


def keys(shape: Shape) -> Iterator[Key]:
    match shape:
        case Record():
            for key in shape.keys.values():
                yield key
                yield from keys(key.shape)
        case ListOf():
            yield from keys(shape.item)
        case Named():
            yield from keys(shape.value)
        case WordOr():
            yield from keys(shape.record)
        case _:
            return


def test_every_key_is_described_in_a_sentence() -> None:
    for key in keys(grammar.FILE):
        assert key.doc.endswith((".", "`none`: no such rule matched.")), key


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (
            grammar.FILE,
            "schema policy owner description defaults classes lists inspection rules adjust exceptions tests",
        ),
        (grammar.RULE, "id description mode rollout severity floor match action notify tags tests"),
        (grammar.MATCH, "who app activity direction when content condition tools"),
        (
            grammar.CLAUSE,
            "entities groups categories documents labels class_at_least in decided min_confidence min_count "
            "min_distinct min_overlap min_lines languages code_languages",
        ),
        (grammar.ACTION, "type message with alternative justification remember restore unwritable to"),
        (grammar.EXCEPTION, "id rules match reason owner approved_by ticket expires max_action"),
        (grammar.INSPECTION, "hosts groups networks do reason owner expires"),
        (grammar.TEST, "name given prompt body findings unknown expect todo"),
    ],
)
def test_the_keys_of_the_contract_and_our_additions(record: Record, names: str) -> None:
    assert set(record.keys) == set(names.split())


def test_what_not_every_build_carries_out_is_in_the_table() -> None:
    named = {key.needs for key in keys(grammar.FILE)} | {
        need for key in keys(grammar.FILE) for text in texts(key.shape) for need in text.needs.values()
    }
    assert named - {""} == set(THIS_BUILD)


def texts(shape: Shape) -> Iterator[Text]:
    match shape:
        case Text():
            yield shape
        case ListOf():
            yield from texts(shape.item)
        case WordOr():
            yield shape.word
        case _:
            return


def test_the_words_are_those_of_the_core() -> None:
    assert PLACES == KINDS
    assert len(REASONS) == 11
