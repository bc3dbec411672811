"""Two texts in, what they have in common word by word out: what tells a copy from a mistake, without any hash."""

import re
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\w+|[^\w\s]")


def longest(one: str, two: str) -> int:
    """Return how many words and signs in a row both texts have at most."""
    rows = _TOKEN.findall(two), _TOKEN.findall(one)
    return SequenceMatcher(None, *rows, autojunk=False).find_longest_match().size


def words(text: str) -> str:
    """Return a text as nothing but its words, in lower case, one blank before and after each."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "


def quotes(text: str, all_words: str, run: int) -> bool:
    """Tell whether a run of so many words of a text stands in `all_words`, made by `words`."""
    said = words(text).split()
    return any(f" {' '.join(said[at : at + run])} " in all_words for at in range(len(said) - run + 1))
