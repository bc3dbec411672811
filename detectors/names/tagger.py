"""Stretches of prose in, the names in each out: the shipped model, numpy only.

Rules
1. A stretch is read on its own: its names do not depend on what else is asked, so they may be remembered.
2. What is remembered is a keyed hash of a stretch and where its names stand, never a text; `REMEMBERED` at most.
3. A stretch that can hold no name is not read: one whose only capitals begin sentences with words of English, or one in
   small letters without a first name or a country.
4. Stretches of like length are read together, at most `_TOKENS` tokens at a time: time and memory are linear.
"""

import hashlib
import secrets
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from detectors.names import chain
from detectors.names.features import FIRST, KNOWN_PLACE, LAST, PLACE, WORD, Lexicon
from detectors.names.network import Network
from detectors.names.reader import Name
from detectors.names.tokens import Tokens, tokenise

REMEMBERED = 20_000
_TOKENS = 2000
_NAMES = FIRST | LAST | PLACE | KNOWN_PLACE
_SURE = FIRST | KNOWN_PLACE
_STOPS = frozenset(".!?:;•*-–—\"'“”‘’()[]|>#")
"""A word behind one of these may have its capital from there."""


LEAST = {"PERSON": (0.6, 0.8), "LOCATION": (0.7, 0.7), "ORGANIZATION": (0.9, 0.6)}
"""By kind: the least probability of a name, and the score of a certain one. Of organisations the model knows least."""

_SMALL = 0.8
"""The least probability of a name in small letters, whatever its kind."""


class Tagger:
    """The model of names: a lexicon, a network, a chain. It is a `detectors.names.reader.Reader`."""

    name = "hushgate_en@1"
    entities = frozenset(chain.KINDS)

    def __init__(self, lexicon: Lexicon, network: Network, transitions: chain.Floats) -> None:
        self._lexicon, self._network, self._transitions = lexicon, network, transitions
        self._known: OrderedDict[bytes, tuple[Name, ...]] = OrderedDict()
        self._key = secrets.token_bytes(16)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the model that `scripts/train_names.py` stored. Raises OSError and KeyError where it is not one."""
        with np.load(path, allow_pickle=False) as stored:
            lexicon = Lexicon(
                array("I", stored["vocabulary"].tolist()),
                array("I", stored["gazetteer"].tolist()),
                stored["gazetteer_bits"].tobytes(),
            )
            return cls(lexicon, Network.of(stored), stored["transitions"].astype(np.float32))

    def read(self, stretches: Sequence[str]) -> list[tuple[Name, ...]]:
        """Return the names of each stretch, in order. Raises nothing for any text."""
        keys = [self._hash(stretch) for stretch in stretches]
        found = {key: self._known[key] for key in keys if key in self._known}
        fresh = {key: stretch for key, stretch in zip(keys, stretches, strict=True) if key not in found}
        found.update(zip(fresh, self._ask(list(fresh.values())), strict=True))
        for key in keys:
            self._known[key] = found[key]
            self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return [found[key] for key in keys]

    def _hash(self, stretch: str) -> bytes:
        return hashlib.blake2b(stretch.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()

    def _ask(self, stretches: Sequence[str]) -> list[tuple[Name, ...]]:
        tokens = [tokenise(stretch) for stretch in stretches]
        tokens = [t if self._may_hold_a_name(t) else _NOTHING for t in tokens]
        found: list[tuple[Name, ...]] = [()] * len(stretches)
        for group in _groups(tokens):
            for number, names in zip(group, self._tag([tokens[i] for i in group]), strict=True):
                found[number] = names
        return found

    def _may_hold_a_name(self, line: Tokens) -> bool:
        before = "."
        for word in line.words:
            if word[0].isalpha():
                bits = self._lexicon.look(word).bits
                if word[0].islower():
                    if bits & _SURE and not bits & WORD:
                        return True
                elif bits & _NAMES or not bits & WORD or before not in _STOPS:
                    return True
            before = word
        return False

    def _tag(self, lines: Sequence[Tokens]) -> Iterator[tuple[Name, ...]]:
        numbers: dict[str, int] = {}
        places, situations = [0], [0]
        for line in lines:
            places += [numbers.setdefault(word, len(numbers)) for word in line.words]
            places.append(0)
            situations += [*line.situations, 0]
        lengths = np.array([len(line.words) for line in lines])
        inside = np.ones(len(places), np.float32)
        inside[np.concatenate([[0], np.cumsum(lengths + 1)])] = 0
        words = [self._lexicon.look(word) for word in numbers]
        scores = self._network.scores(words, np.array(places), np.array(situations), inside)[inside > 0]
        time = np.concatenate([np.arange(length) for length in lengths])
        row = np.repeat(np.arange(len(lines)), lengths)
        padded = np.zeros((lengths.max(), len(lines), scores.shape[1]), np.float32)
        padded[time, row] = scores
        marginals = chain.run(padded, lengths, self._transitions).marginals
        for i, line in enumerate(lines):
            spans = chain.spans(marginals[: lengths[i], i])
            yield tuple(name for span in spans if (name := _name(line, *span)) is not None)


def _name(line: Tokens, first: int, last: int, kind: int, chance: float) -> Name | None:
    entity = chain.KINDS[kind]
    least, certain = LEAST[entity]
    small = all(word.islower() or not word[0].isalpha() for word in line.words[first : last + 1])
    if chance < (max(least, _SMALL) if small else least):
        return None
    return Name(line.starts[first], line.ends[last], entity, round(certain * chance, 3))


_NOTHING = Tokens([], [], [], [])


def _groups(tokens: Sequence[Tokens]) -> Iterator[list[int]]:
    """Yield the numbers of stretches to read together: by length, empty ones left out."""
    group: list[int] = []
    for number in sorted((i for i, t in enumerate(tokens) if t.words), key=lambda i: len(tokens[i].words)):
        if group and (len(group) + 1) * len(tokens[number].words) > _TOKENS:
            yield group
            group = []
        group.append(number)
    if group:
        yield group
