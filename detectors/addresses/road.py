"""A road word in a text in, the road and house number around it out, with what speaks for them.

Only a window of `_WINDOW` characters on each side is looked at, so the cost of a text is linear in its road words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from detectors.addresses.words import Words

_WINDOW = 64
_LONGEST_WORD = 40

_NUMBER = r"\d{1,5}(?:[-–/]\d{1,4})?(?: ?[A-Za-z])?(?![\w%€$£]|[.,:]\d)"
_BEFORE_NUMBER = r"(?:^|(?<=[\s(>\"'\[:;,*|]))"
_NAMES = r"(?:[ \t]{1,2}(?:[^\W\d_][\w'’.-]{0,24}|\d+(?:st|nd|rd|th))){1,4}+"
_NUMBER_AND_NAME = re.compile(rf"{_BEFORE_NUMBER}({_NUMBER}),?({_NAMES})[ \t]{{1,2}}$")
_NUMBER_BEFORE = re.compile(rf"{_BEFORE_NUMBER}({_NUMBER})(?:,| bis| ter)?[ ]$")
_NUMBER_AFTER = re.compile(rf"\.?(,)?[ ](?:n[°ºr]?\.? ?|no\.? )?({_NUMBER})")
_NAME = re.compile(r"\.? ?((?:[^\W_][\w.]{0,24}(?:['’-]|[ ](?=[^\W\d_])|))+)")
_NAME_WORD = re.compile(r"[^\W\d_][\w.]*|\d+(?:st|nd|rd|th)?")
_NEXT_WORD = re.compile(r"[ ]([a-zà-ÿ]+)")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.?[ ]?$")
_LEAD = re.compile(r"((?:[A-ZÀ-Þ][\w.'’-]{1,20} ){1,2})$")
_SAINT = re.compile(r"[Ss]t\.? [^\W\d_a-zà-ÿ]")

STRONG, WEAK = 0.55, 0.25
_COMMA, _YEAR, _SMALL, _COUNTED = 0.1, -0.3, -0.25, -0.2
_ARTICLES = frozenset(
    (
        *("the", "a", "an", "this", "that", "our", "my", "your", "in", "on", "at", "of"),
        *("die", "der", "das", "le", "la", "el", "il"),
    )
)


@dataclass(frozen=True, slots=True)
class Road:
    """`text[start:end]` is road and house number; `score` is what speaks for that, as far as the words go."""

    start: int
    end: int
    score: float


def roads(text: str, start: int, end: int, words: Words) -> Iterator[Road]:
    """Yield what `text[start:end]`, a road word, may be part of."""
    begin = start
    while begin and start - begin < _LONGEST_WORD and (text[begin - 1].isalpha() or text[begin - 1] in "-'’"):
        begin -= 1
    word = text[start:end].lower()
    left, right = text[max(0, begin - _WINDOW) : begin], text[end : end + _WINDOW]
    if begin < start or word in words.tails:
        yield from _tail(text, begin, end, right, words)
    if begin == start:
        base = WEAK if word in words.weak else STRONG
        if word in words.back:
            yield from _back(text, start, end, left, right, base, words)
        if word in words.front:
            yield from _front(text, start, end, left, right, base, words)


def _back(text: str, start: int, end: int, left: str, right: str, base: float, words: Words) -> Iterator[Road]:
    """12 Baker Street"""
    match = _NUMBER_AND_NAME.search(left)
    if match is None:
        return
    names = match[2].split()
    small = text[start].islower()
    if not _are_names(names, words, small=small) or _counted(left[: match.start()], words):
        return
    if right[:1] == "." and right[1:2] != "\n":
        end += 1
        right = right[1:]
    if _SAINT.match(text[start:end] + right):
        base = WEAK
    score = base + _year(match[1]) + (_SMALL if small else 0) + _followed(right, words)
    yield Road(start - len(left) + match.start(1), end, score)


def _front(text: str, start: int, end: int, left: str, right: str, base: float, words: Words) -> Iterator[Road]:
    """12 rue Cler, Via Roma 12"""
    name = _NAME.match(right)
    if name is None or (text[end - 1] != "/" and right[:1] not in (" ", ".")):
        return
    length = _length_of_name(right, name.start(1), name.end(1), words)
    if not length:
        return
    small = text[start].islower()
    before = _NUMBER_BEFORE.search(left)
    if before is not None and not _counted(left[: before.start()], words):
        at = start - len(left) + before.start(1)
        yield Road(at, end + length, base + _year(before[1]) + _followed(right[length:], words))
    after = _NUMBER_AFTER.match(right, length)
    if after is not None and not (small and text[start:end] in ("via", "place")):
        yield Road(start, end + after.end(), base + _year(after[2]) + (_COMMA if after[1] else 0))


def _tail(text: str, begin: int, end: int, right: str, words: Words) -> Iterator[Road]:
    """Hauptstraße 12, Lange Straße 12"""
    after = _NUMBER_AFTER.match(right)
    whole = text[begin:end].lower()
    ending = next((tail for tail in words.tails if whole.endswith(tail)), "")
    if after is None or not ending:
        return
    lead = _LEAD.search(text[max(0, begin - _WINDOW) : begin])
    names = [name for name in lead[1].split() if name.lower() not in _ARTICLES] if lead else []
    if whole == ending and not names:
        return
    score = WEAK if ending in words.weak else STRONG
    score += _year(after[2]) + (_SMALL if text[begin].islower() and whole != ending else 0)
    if whole == ending and names and lead:
        begin = text.index(names[0], begin - len(lead[1]), begin)
    yield Road(begin, end + after.end(), score)


def _are_names(names: list[str], words: Words, *, small: bool) -> bool:
    if names[0].lower() in _ARTICLES or all(name.lower() in words.links for name in names):
        return False
    if small:
        return not any(name.lower() in words.links or name.lower() in words.joins for name in names)
    return all(not name[0].islower() or name.lower() in words.links for name in names)


def _length_of_name(right: str, start: int, end: int, words: Words) -> int:
    """Return where the name that starts at `right[start]` ends: its last capital word; 0 where there is none."""
    length = 0
    for number, match in enumerate(_NAME_WORD.finditer(right, start, end)):
        word = match[0]
        if number > 6 or (word[0].islower() and word.lower() not in words.links and len(word) > 2):
            break
        if word[0].isupper():
            length = match.end()
    return length


def _counted(before: str, words: Words) -> bool:
    last = _LAST_WORD.search(before)
    return last is not None and last[1].lower() in words.counts


def _followed(right: str, words: Words) -> float:
    match = _NEXT_WORD.match(right)
    return _COUNTED if match is not None and match[1] not in words.joins and match[1] not in words.units else 0.0


def _year(number: str) -> float:
    return _YEAR if number.isdigit() and 1900 <= int(number) <= 2035 else 0.0
