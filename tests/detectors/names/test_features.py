from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.names.features import (
    BITS,
    COMMON,
    FIRST,
    GRAMS,
    PREFIXES,
    SHAPES,
    SUFFIXES,
    WORD,
    Lexicon,
    fold,
    hashed,
    shape,
)

VOCABULARY = sorted(hashed(word) for word in ("the", "ada"))
GAZETTEER = dict(sorted((hashed(word), bits) for word, bits in (("jose", FIRST), ("the", COMMON | WORD))))
LEXICON = Lexicon(array("I", VOCABULARY), array("I", GAZETTEER), bytes(GAZETTEER.values()))


def test_a_frequent_word_has_a_row_of_its_own_whatever_its_case():
    assert LEXICON.look("ADA").vocabulary == LEXICON.look("ada").vocabulary == VOCABULARY.index(hashed("ada")) + 1
    assert LEXICON.look("Lovelace").vocabulary == 0


def test_the_gazetteer_looks_past_case_and_accents():
    assert LEXICON.kinds("José") == LEXICON.kinds("JOSE\u0301") == FIRST
    assert LEXICON.kinds("The") == COMMON | WORD
    assert LEXICON.kinds("Lovelace") == 0


def test_words_with_one_end_share_a_row():
    assert LEXICON.look("Petrovic").suffix == LEXICON.look("Markovic").suffix
    assert LEXICON.look("McAdam").prefix == LEXICON.look("mcadoo").prefix


@pytest.mark.parametrize(
    ("word", "drawn"), [("Ada", "Xxx"), ("MacDonald", "XxxXxxxx"), ("NATO", "XXXX"), ("x2", "xd"), ("'", "'")]
)
def test_shapes(word, drawn):
    assert shape(word) == drawn


def test_runs_in_a_shape_are_cut():
    assert shape("Internationally") == "Xxxxx"


@given(st.text(min_size=1, max_size=60))
def test_every_word_has_rows_within_the_tables(word):
    looked = LEXICON.look(word)
    assert 0 <= looked.prefix < PREFIXES
    assert 0 <= looked.suffix < SUFFIXES
    assert 0 <= looked.shape < SHAPES
    assert 0 <= looked.bits < BITS
    assert looked.grams
    assert all(0 <= gram < GRAMS for gram in looked.grams)


def test_folding():
    assert fold("Ångström") == "angstrom"
