"""The fixed words: each once."""

import pytest

from policies import words


@pytest.mark.parametrize("name", ["STATUSES", "APP_CATEGORIES", "ACTIVITIES", "PLACES", "DAYS", "ACCOUNTS", "SCOPES"])
def test_no_word_stands_twice(name: str) -> None:
    found = getattr(words, name)
    assert len(found) == len(set(found))
