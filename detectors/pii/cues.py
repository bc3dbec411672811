"""Folded text in, the cue words in it out: which words name which kind of value, and where they stand."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from detectors.pii.folding import fold, lowered, octets
from detectors.pii.patterns import compile_pattern
from detectors.pii.table import Table

NEUTRAL = ""
"""The entity of a label that says that its value is no personal datum."""


class Hit(NamedTuple):
    """A cue in a text: where it stands, what it names (`NEUTRAL` among them), and its own words without blanks."""

    start: int
    end: int
    entities: frozenset[str]
    code: str


_SEPARATOR = r"[ \-./':]{0,2}"
_BETWEEN = r"[ \-./':]{1,2}"
_SHORT = 2
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SUFFIX = r"(?:s|(?:[ \-.]?(?:no|nr|num|number|id|value)))?"
_END = re.compile(r"(?:s|no|nr|num|number|id|value)$")
_NOT_ALNUM = re.compile(r"[\W_]+")


class Cues:
    """The cue words of a table, compiled: finds them as whole words in one linear pass.

    Case, accents, blanks and `_-./'` inside a cue do not count; a final s, `no`, `number` or `id` is free. camelCase
    words are read as their parts. Cues in scripts that write no blanks are found inside words.
    """

    def __init__(self, table: Table) -> None:
        self.fillers = frozenset(table.fillers)
        named: dict[str, set[str]] = {}
        for word in table.neutral:
            named.setdefault(lowered(fold(word)), set()).add(NEUTRAL)
        for kind in table.kinds:
            for cue in kind.cues:
                plain = lowered(fold(cue))
                named.setdefault(plain, set()).add(kind.entity)
                if plain.endswith("nummer"):
                    named.setdefault(plain.removesuffix("nummer").rstrip() + "nr", set()).add(kind.entity)
        latin = [cue for cue in named if cue.isascii()]
        others = sorted((cue for cue in named if not cue.isascii()), key=len, reverse=True)
        self._unspaced = tuple((cue, frozenset(named[cue])) for cue in others)
        self._named: dict[str, frozenset[str]] = {}
        for cue in latin:
            key = _NOT_ALNUM.sub("", cue)
            self._named[key] = self._named.get(key, frozenset()) | named[cue]
        self._latin = compile_pattern(
            r"\b(?:" + "|".join(map(_pattern, sorted(latin))) + r")" + _SUFFIX + r"\b", longest=True
        )
        self._camel = compile_pattern(r"\b[A-Za-z]*[a-z][A-Z][A-Za-z]*")

    def find(self, folded: str) -> list[Hit]:
        """Return the cues in a folded text, by position."""
        lower = lowered(folded)
        hits = list(self._find_latin(octets(lower)))
        if not folded.isascii():
            hits.extend(self._find_unspaced(lower))
        hits.extend(self._find_camel(folded))
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return hits

    def names(self, word: str) -> bool:
        """Tell whether the word alone names a kind of value."""
        return any(self._named.get(word.lower(), ()))

    def _find_latin(self, data: bytes) -> Iterator[Hit]:
        known: dict[bytes, tuple[frozenset[str], str]] = {}
        for match in self._latin.finditer(data):
            start, end = match.span()
            words = data[start:end]
            named = known.get(words)
            if named is None:
                named = known[words] = self._meaning(words.decode("latin-1"))
            if named[0]:
                yield Hit(start, end, *named)

    def _meaning(self, words: str) -> tuple[frozenset[str], str]:
        """Return what the words of a match name, nothing where they are no cue, and their letters."""
        key = _NOT_ALNUM.sub("", words)
        return self._named.get(key) or self._named.get(_END.sub("", key)) or frozenset(), key

    def _find_unspaced(self, lower: str) -> Iterator[Hit]:
        taken: set[int] = set()
        for cue, entities in self._unspaced:
            at = lower.find(cue)
            while at >= 0:
                if at not in taken:
                    taken.update(range(at, at + len(cue)))
                    yield Hit(at, at + len(cue), entities, "".join(f"u{ord(c):x}" for c in cue))
                at = lower.find(cue, at + len(cue))

    def _find_camel(self, folded: str) -> Iterator[Hit]:
        data = octets(folded)
        for match in self._camel.finditer(data):
            start, end = match.span()
            spaced = " ".join(part.lower() for part in _HUMPS.findall(data[start:end].decode("latin-1")))
            for hit in self._find_latin(spaced.encode()):
                yield Hit(start, end, hit.entities, hit.code)


def _pattern(cue: str) -> str:
    """Return the pattern of a cue. Two short words need a mark between them: `sa id` is not `said`."""
    words = [re.escape(word) for word in re.split(r"[^a-z0-9]+", cue) if word]
    if len(words) > 1 and len(words[0]) <= _SHORT and len(words[1]) <= _SHORT:
        words[:2] = [_BETWEEN.join(words[:2])]
    return _SEPARATOR.join(words)


def union(hits: Iterable[Hit]) -> frozenset[str]:
    """Return every entity that one of the hits names."""
    return frozenset().union(*(hit.entities for hit in hits))
