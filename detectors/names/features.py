"""A word in, the numbers of its features out: what a model of names knows about a word before it looks around.

Rules
1. A feature is a row number of a table of embeddings. Only hashes of words are kept, never words.
2. A word that training saw seldom is row 0 of the vocabulary: affixes, shape, letters and the gazetteer speak for it.
3. The gazetteer looks words up without case and accents.
"""

import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

PREFIXES, SUFFIXES, SHAPES, GRAMS, BITS = 4096, 8192, 1024, 16384, 256
"""Rows of the hashed tables; `BITS` is every union of the eight kinds of word that a gazetteer knows."""

FIRST, LAST, RARE_LAST, PLACE, KNOWN_PLACE, COMMON, WORD, COMPANY = (1 << i for i in range(8))
"""What the gazetteer says of a word: a first name, a surname (seldom one), part of a place's name, a country or a large
city, one of the 6,000 commonest words of English, a word of English that is mostly written small, a word of companies.
"""

_LETTERS = 24
"""More letters of a word than these are not looked at."""

_KEPT = 4096
"""Words whose features are kept: 2 MB of an inspector."""


@dataclass(frozen=True, slots=True)
class Word:
    """Row numbers of one word: in the vocabulary, by prefix, suffix, shape and gazetteer, and of its letter n-grams."""

    vocabulary: int
    prefix: int
    suffix: int
    shape: int
    bits: int
    grams: tuple[int, ...]


class Lexicon:
    """Hashes of the words that training saw often, and a gazetteer of hashes with eight bits each."""

    def __init__(self, vocabulary: "array[int]", entries: "array[int]", bits: bytes) -> None:
        """Take sorted CRC-32 values; `bits` has one byte for each of `entries`."""
        self._vocabulary = vocabulary
        self._entries = entries
        self._bits = bits
        self.look = lru_cache(maxsize=_KEPT)(self._look)

    def _look(self, word: str) -> Word:
        """Return the features of `word` (cached: prose repeats its words)."""
        lower = word.lower()[:_LETTERS]
        framed = f"^{lower}$"
        return Word(
            self._row(lower),
            hashed(framed[:4]) % PREFIXES,
            hashed(framed[-4:]) % SUFFIXES,
            hashed(shape(word)) % SHAPES,
            self.kinds(word),
            tuple(hashed(framed[i : i + n]) % GRAMS for n in (3, 4) for i in range(max(len(framed) - n + 1, 1))),
        )

    def kinds(self, word: str) -> int:
        """Return the gazetteer's bits for `word`, 0 where it does not know it."""
        key = hashed(fold(word))
        at = bisect_left(self._entries, key)
        return self._bits[at] if at < len(self._entries) and self._entries[at] == key else 0

    def _row(self, lower: str) -> int:
        key = hashed(lower)
        at = bisect_left(self._vocabulary, key)
        return at + 1 if at < len(self._vocabulary) and self._vocabulary[at] == key else 0


def hashed(text: str) -> int:
    """Return the CRC-32 of the text's UTF-8 bytes."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def fold(word: str) -> str:
    """Return `word` in small letters and without accents: what the gazetteer is asked for."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in letters if not unicodedata.combining(char))


def shape(word: str) -> str:
    """Return the word's shape: X, x and d for capitals, small letters and digits, a run cut to four."""
    drawn: list[str] = []
    for char in word[:_LETTERS]:
        sign = "X" if char.isupper() else "x" if char.isalpha() else "d" if char.isdigit() else char
        if drawn[-4:] != [sign] * 4:
            drawn.append(sign)
    return "".join(drawn)
