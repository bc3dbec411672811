import re2

from detectors.views.readers import READERS


def test_names_are_given_once():
    names = [reader.name for reader in READERS]
    assert len(names) == len(set(names))


def test_every_sign_is_an_expression_that_a_linear_engine_takes():
    for reader in READERS:
        assert reader.occurs
        for expression in reader.occurs:
            re2.compile(expression)


def test_nobody_finds_anything_in_an_empty_text():
    for reader in READERS:
        assert list(reader.edits("")) == []
