"""A text in, values out that are written in words: numbers digit by digit, addresses with `at` and `dot`."""

import re
from collections.abc import Iterator, Sequence

from detectors.views.edit import Edit
from detectors.views.spacing import number

_WORDS: Sequence[tuple[str, str]] = (
    ("0", "zero oh null nul zéro cero nulla"),
    ("1", "one eins ein un une uno um één een"),
    ("2", "two zwei zwo deux dos due dois twee"),
    ("3", "three drei trois tres tre três drie"),
    ("4", "four vier quatre cuatro quattro quatro"),
    ("5", "five fünf fuenf cinq cinco cinque vijf"),
    ("6", "six sechs seis sei zes"),
    ("7", "seven sieben sept siete sette sete zeven"),
    ("8", "eight acht huit ocho otto oito"),
    ("9", "nine niner neun neuf nueve nove negen"),
)
_VALUE = {word: digit for digit, words in _WORDS for word in words.split()}
_TIMES = {"double": 2, "doppel": 2, "triple": 3, "treble": 3}
_NAMES = "|".join(sorted((*_VALUE, *_TIMES), key=len, reverse=True))
_SPELLED = re.compile(
    rf"\b(?:{_NAMES}|plus|[A-Za-z0-9])\b"
    rf"(?:(?:[ \t]{{0,4}}[,./-]?[ \t]{{0,4}}\r?\n?[ \t]{{0,4}}(?:(?:dash|minus)[ \t]+)?)"
    rf"(?:{_NAMES}|[A-Za-z0-9])\b){{3,}}+",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"\b(?:{_NAMES}|plus|dash|minus|[A-Za-z0-9])\b", re.IGNORECASE)
_TLDS = "com|net|org|edu|gov|mil|int|info|biz|io|co|ai|dev|app|eu|de|ch|uk|fr|nl|pl|se|dk|fi|pt|ie|ca|au|nz|jp|cn|br|mx"
_SIGN_DOT = r"\s?[\[({<]\s?(?:dot|\.|punkt|point|punto)\s?[\])}>]\s?"
_LABEL = r"[A-Za-z0-9-]{1,63}"
_AT = re.compile(
    r"\b([A-Za-z0-9][\w.+-]{0,63})\s?[\[({<]\s?(?:at|@|arroba|ät)\s?[\])}>]\s?"
    rf"({_LABEL}(?:(?:{_SIGN_DOT}|[ _](?:dot|punkt|point|punto)[ _]|\.){_LABEL}){{1,6}})"
    rf"|\b([A-Za-z0-9][\w.+-]{{0,63}}(?: (?:dot|punkt|punto) {_LABEL}){{0,3}})[ _](?:at|ät|arroba)[ _]"
    rf"({_LABEL}(?:(?:[ _](?:dot|punkt|punto)[ _]|\.){_LABEL}){{0,4}}[ _](?:dot|punkt|punto)[ _](?:{_TLDS}))\b",
    re.IGNORECASE,
)
_DOT = re.compile(rf"{_SIGN_DOT}|[ _](?:dot|punkt|point|punto)[ _]", re.IGNORECASE)
_BRACKETED_DOT = re.compile(r"(?<=\w)\s?[\[({<]\s?(?:dot|DOT|\.)\s?[\])}>]\s?(?=\w)")


_NO_NAMES = frozenset(
    [
        "a",
        "all",
        "am",
        "an",
        "and",
        "any",
        "are",
        "at",
        "available",
        "bought",
        "buy",
        "buying",
        "check",
        "deals",
        "found",
        "from",
        "get",
        "go",
        "had",
        "have",
        "hello",
        "her",
        "his",
        "host",
        "hosted",
        "in",
        "is",
        "it",
        "its",
        "just",
        "listed",
        "live",
        "lives",
        "look",
        "looked",
        "looking",
        "looks",
        "me",
        "meet",
        "my",
        "now",
        "of",
        "off",
        "on",
        "online",
        "only",
        "order",
        "ordered",
        "our",
        "out",
        "over",
        "page",
        "posted",
        "prices",
        "published",
        "register",
        "registered",
        "run",
        "running",
        "sale",
        "see",
        "seen",
        "sell",
        "selling",
        "shop",
        "shopping",
        "sign",
        "site",
        "sold",
        "staring",
        "started",
        "store",
        "than",
        "that",
        "the",
        "their",
        "them",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "today",
        "up",
        "us",
        "visit",
        "was",
        "we",
        "were",
        "what",
        "will",
        "with",
        "work",
        "worked",
        "working",
        "works",
        "you",
        "your",
    ]
)
"""Words that stand before `at` or after it where no address is meant."""


def spelled(text: str) -> Iterator[Edit]:
    """Yield numbers that are written in words, digit by digit (English, German, French, Spanish, …)."""
    for match in _SPELLED.finditer(text):
        words = _PIECE.findall(match[0].lower())
        if sum(word in _VALUE for word in words) < 4:
            continue
        read, times = "", 1
        for word in words:
            if word in _TIMES:
                times = _TIMES[word]
                continue
            read += {"plus": "+", "dash": "-", "minus": "-"}.get(word, _VALUE.get(word, word.upper())) * times
            times = 1
        yield number(match.start(), match.end(), read, "spelled")


def addresses(text: str) -> Iterator[Edit]:
    """Yield e-mail addresses written with `[at]` and `(dot)`, or in words."""
    for match in _AT.finditer(text):
        local, domain = (match[1], match[2]) if match[1] else (match[3], match[4])
        if match[3] and not _NO_NAMES.isdisjoint((local.lower(), _DOT.split(domain)[0].lower())):
            continue  # "look at example dot com", "meet at the dot com bar"
        yield Edit(match.start(), match.end(), f"{_DOT.sub('.', local)}@{_DOT.sub('.', domain)}", "address")
    for dot in _BRACKETED_DOT.finditer(text):
        yield Edit(dot.start(), dot.end(), ".", "address")
