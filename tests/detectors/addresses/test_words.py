import pytest
import re2

from detectors.addresses.words import compile_words, words
from detectors.patterns.table import parse


def latin1():
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options


def test_every_road_word_is_found_by_the_anchor_in_any_case():
    table = words()
    expression = re2.compile(table.anchor.encode(), options=latin1())
    for word in {*table.back, *table.front, *table.tails}:
        for spelled in (word, word.upper(), word.capitalize()):
            if len(spelled) == len(word):  # `ß` has no capital of its own
                assert expression.search(f"{spelled} 5".encode()), spelled


def test_weak_words_are_road_words():
    table = words()
    assert table.weak <= {*table.back, *table.front, *table.tails}


@pytest.mark.parametrize("key", ["links", "counts", "joins", "units"])
def test_word_lists_hold_small_letters(key):
    assert all(word == word.lower() for word in getattr(words(), key))


def test_a_key_that_there_is_not_is_an_error():
    with pytest.raises(ValueError, match=r"roads.yaml:1:1: unknown key 'bakc', did you mean 'back'"):
        compile_words(parse(b"bakc: [street]", "roads.yaml"))
