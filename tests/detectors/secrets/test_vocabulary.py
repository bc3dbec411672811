from detectors.patterns.table import read
from detectors.secrets.vocabulary import PATH, vocabulary


def test_every_list_is_read() -> None:
    assert len(vocabulary().bigrams) == 240
    assert all(len(pair) == 2 for pair in vocabulary().bigrams)
    assert "changeme" in vocabulary().dummies
    assert "example" in vocabulary().placeholders


def test_words_are_lower_case() -> None:
    for name in read(PATH).names:
        assert all(word == word.lower() for word in getattr(vocabulary(), name)), name


def test_no_word_is_secret_and_harmless() -> None:
    table = vocabulary()
    assert not (table.sensitive | table.passwords | table.strong) & table.harmless
