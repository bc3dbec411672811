"""Text in, hashes of its tokens with their places out, in numpy: three ways to see a text.

`exact`      source code: words, numbers, operators; no quotes, commas, blanks
`structure`  the same without comments, with every name alike and every number alike: survives renaming. Which names are
             the same is kept beside it, so that a run can be told from one that only has the same shape
             (parameterised matching; Baker: A Theory of Parameterized Pattern Matching, STOC 1993)
`prose`      words in lower case

Every rule looks at one line at a time: what was pasted starts anywhere, so nothing may depend on what stood before it.
"""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.int64]

WAYS = ("exact", "structure", "prose")
_COMMENT = re.compile(
    rb"(?:#(?<![^ \t\n]#)(?!include|define|if|endif|else|pragma)|//(?<![^ \t\n]//)|--(?<![^ \t\n]--)[ \t])[^\n]*"
    rb"|/\*[^\n]{0,1000}?\*/"
)
_STARRED = re.compile(rb"\n[ \t]*+\*(?!\w)[^\n]*")
_STARRED_FIRST = re.compile(rb"[ \t]*+\*(?!\w)[^\n]*")
_KEYWORDS = frozenset(
    b"class def import from function return const let var public private protected static void unsigned struct enum "
    b"union typedef impl trait namespace using include if else elif for while do switch case break continue try except "
    b"catch finally throw raise with as in is not and or new this self extends implements override async await yield "
    b"lambda nil null None true false True False then fi pass global nonlocal assert pub defer".split()
)
"""Words that hardly any language lets a program use as a name: what renaming leaves as it is."""
_GAP, _WORD, _OPERATOR, _SINGLE = 0, 1, 2, 3
_LONGEST = 64  # bytes of a token that count towards its hash
_M = 0x9E3779B97F4A7C15 | 1
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The hashes of a text's tokens in order, and where each begins and ends, in bytes of UTF-8.

    `names` are the hashes of the names that `hashes` makes alike, 0 for any other token; None where none are.
    """

    hashes: Words
    starts: Places
    ends: Places
    names: Words | None = None


def mixed(values: Words) -> Words:
    """Return values whose bits all depend on all bits (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed_: Words = values ^ (values >> np.uint64(31))
    return mixed_


def code(data: bytes) -> tuple[Tokens, Tokens]:
    """Return the tokens of source code, `exact` and as `structure`."""
    array = np.frombuffer(data, np.uint8)
    exact = _tokens(array, _code_classes())
    said = _said(data, exact)
    plain = exact if said is None else Tokens(exact.hashes[said], exact.starts[said], exact.ends[said])
    first = array[plain.starts]
    number = (first >= 48) & (first <= 57)
    known = _keywords()
    at = np.minimum(np.searchsorted(known, plain.hashes), len(known) - 1)
    named = _NAMES[first] & (known[at] != plain.hashes)
    hashes = np.where(named, np.uint64(1), plain.hashes)
    hashes[number] = np.uint64(2)
    names = np.where(named, plain.hashes, np.uint64(0))
    return exact, Tokens(hashes, plain.starts, plain.ends, names)


def _said(data: bytes, tokens: Tokens) -> NDArray[np.bool_] | None:
    """Return which tokens stand outside comments; None where all do."""
    spans = [found.span() for pattern in (_COMMENT, _STARRED) for found in pattern.finditer(data)]
    first = _STARRED_FIRST.match(data)
    spans += [first.span()] if first else []
    if not spans or not len(tokens.starts):
        return None
    edges = np.zeros(len(tokens.starts) + 1, np.int64)
    starts, ends = np.array(spans).T
    np.add.at(edges, np.searchsorted(tokens.starts, starts), 1)
    np.add.at(edges, np.searchsorted(tokens.starts, ends), -1)
    outside: NDArray[np.bool_] = np.cumsum(edges[:-1]) == 0
    return outside


def prose(data: bytes) -> Tokens:
    """Return the words of a text."""
    return _tokens(np.frombuffer(data.lower(), np.uint8), _prose_classes())


def _tokens(array: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Tokens:
    if not len(array):
        empty = np.empty(0, np.int64)
        return Tokens(np.empty(0, np.uint64), empty, empty)
    kinds = classes[array]
    begins = np.empty(len(array), bool)
    begins[0] = True
    np.not_equal(kinds[1:], kinds[:-1], out=begins[1:])
    begins |= kinds == _SINGLE
    runs = np.flatnonzero(begins)
    ends = np.append(runs[1:], len(array))
    inside = np.minimum(np.arange(len(array)) - np.repeat(runs, ends - runs), _LONGEST - 1)
    sums = np.add.reduceat(_BYTES[array] * _POWERS[inside], runs)
    real = kinds[runs] != _GAP
    lengths = (ends - runs).astype(np.uint64)
    return Tokens(mixed(sums + lengths)[real], runs[real], ends[real])


def _table(words: bytes, operators: bytes = b"", single: bytes = b"") -> NDArray[np.uint8]:
    classes = np.zeros(256, np.uint8)
    classes[0x80:] = _WORD
    for kind, members in ((_WORD, words), (_OPERATOR, operators), (_SINGLE, single)):
        classes[list(members)] = kind
    return classes


_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123))
_DIGITS = b"0123456789"


@cache
def _code_classes() -> NDArray[np.uint8]:
    return _table(_LETTERS + _DIGITS + b"_$", b"-+*/%=<>!&|^~?:", b"()[]{}.@\\")


@cache
def _prose_classes() -> NDArray[np.uint8]:
    return _table(_LETTERS + _DIGITS)


def _powers() -> Words:
    values = [1]
    for _ in range(_LONGEST - 1):
        values.append(values[-1] * _M & _MASK)
    return np.array(values, np.uint64)


_POWERS = _powers()
_BYTES = mixed(np.arange(1, 257, dtype=np.uint64) * np.uint64(_M))
_NAMES = np.zeros(256, bool)
_NAMES[list(_LETTERS + b"_$")] = True
_NAMES[0x80:] = True


@cache
def _keywords() -> Words:
    return np.sort(_tokens(np.frombuffer(b" ".join(sorted(_KEYWORDS)), np.uint8), _code_classes()).hashes)
