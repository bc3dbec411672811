"""Texts with names in, the arrays of a document index out; and an index asked: which documents a text comes from.

Rules
1. A fingerprint that stands in more than `COMMON` documents is nobody's: licences, letterheads, tables of characters.
   One that stands in public packages is not ours either. Of code seen without its names, one that stands in several
   documents is a habit of whoever writes, and weighs the less the more there are.
2. A text comes from a document where enough of a stretch stands in fingerprints of the document: more than two
   neighbouring ones have, and more in long texts, where chance has more tries. What counts is how many kinds of three
   tokens in a row there are, so that tables, lists and lines that repeat each other weigh little.
3. A fingerprint that two documents share speaks for the one with more of them; the other one needs some of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.fingerprint.sieve import known, sieve
from detectors.fingerprint.store import Index
from detectors.fingerprint.tokens import Words
from detectors.fingerprint.winnowing import SCHEMES, Prints, Scheme, prints

COMMON = 20
_GAP = 150  # tokens between two hits of one stretch
_M = np.uint64(0x9E3779B97F4A7C15)
_MOST = 8  # documents that are named for one text
CODE = ("exact", "structure")
PROSE = ("prose",)


@dataclass(frozen=True, slots=True)
class Origin:
    """A document that a text comes from: where in the text (bytes of UTF-8), and which share of the text matched."""

    document: str
    scheme: str
    start: int
    end: int
    hits: int
    overlap: float


class Builder:
    """Gathers documents. Memory: 12 bytes a fingerprint, about 15 to 20 bytes a line of code."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._found: dict[str, list[tuple[Words, int]]] = {name: [] for name in SCHEMES}
        self._public: dict[str, list[Words]] = {name: [] for name in SCHEMES}
        self.names: list[str] = []

    def add(self, name: str, text: str, schemes: Iterable[str]) -> None:
        """Take in a document."""
        cuts = prints(_bytes(text), self._key, schemes := tuple(schemes))
        for scheme in schemes:
            self._found[scheme].append((np.unique(cuts[scheme].keys), len(self.names)))
        self.names.append(name)

    def subtract(self, text: str, schemes: Iterable[str]) -> None:
        """Take in a public text: what stands in it identifies nothing."""
        cuts = prints(_bytes(text), self._key, schemes := tuple(schemes))
        for scheme in schemes:
            self._public[scheme].append(np.unique(cuts[scheme].keys))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return three arrays a scheme: fingerprints in order, the number of the document of each, and their sieve."""
        result: dict[str, NDArray[Any]] = {}
        for scheme, found in self._found.items():
            keys = np.concatenate([k for k, _ in found]) if found else np.empty(0, np.uint64)
            owners = np.concatenate([np.full(len(k), n, np.uint32) for k, n in found] or [np.empty(0, np.uint32)])
            order = np.argsort(keys, kind="stable")
            keys, owners = keys[order], owners[order]
            _, count = np.unique(keys, return_counts=True)
            keep = np.repeat(count <= COMMON, count)
            if self._public[scheme]:
                keep &= ~np.isin(keys, np.unique(np.concatenate(self._public[scheme])))
            result[f"{scheme}.keys"], result[f"{scheme}.documents"] = keys[keep], owners[keep]
            result[f"{scheme}.sieve"] = sieve(keys[keep])
        return result


def origins(text: bytes, index: Index, key: bytes, cuts: dict[str, Prints] | None = None) -> list[Origin]:
    """Return the documents of `index` that UTF-8 text comes from, the surest first."""
    found: list[Origin] = []
    cuts = prints(text, key) if cuts is None else cuts
    for scheme, cut in cuts.items():
        if len(cut.keys) and len(index.arrays[f"{scheme}.keys"]):
            found.extend(_origins(cut, index, scheme))
    best: dict[str, Origin] = {}
    for origin in found:
        other = best.get(origin.document)
        if other is None or origin.hits > other.hits:
            best[origin.document] = origin
    return sorted(best.values(), key=lambda o: (-o.hits, o.document))[:_MOST]


def _origins(cut: Prints, index: Index, scheme: str) -> Iterator[Origin]:
    keys, owners = index.arrays[f"{scheme}.keys"], index.arrays[f"{scheme}.documents"]
    hits = known(cut.keys, keys, index.arrays[f"{scheme}.sieve"])
    if not len(hits):
        return
    left, right = (np.searchsorted(keys, cut.keys[hits], side).tolist() for side in ("left", "right"))
    shared = {number: last - first for number, first, last in zip(hits.tolist(), left, right, strict=True)}
    by_document: dict[int, list[int]] = {}
    for number, start in zip(shared, left, strict=True):
        for document in owners[start : start + shared[number]].tolist():
            by_document.setdefault(document, []).append(number)
    spoken: Counter[int] = Counter()
    names = index.note["documents"]
    kinds = _threes(cut.tokens)
    for document, numbers in sorted(by_document.items(), key=lambda item: (-len(item[1]), item[0])):
        if sum(not spoken[number] for number in numbers) * 2 < len(numbers):
            continue
        stretch = _stretch(numbers, cut, SCHEMES[scheme], kinds)
        if stretch is None or sum(1 / shared[number] for number in stretch) < SCHEMES[scheme].rarity:
            continue
        spoken.update(numbers)
        start, end = int(cut.starts[stretch[0]]), int(cut.ends[stretch[-1]])
        yield Origin(names[document], scheme, start, end, len(stretch), round(len(numbers) / len(cut.keys), 4))


def _stretch(numbers: list[int], cut: Prints, scheme: Scheme, kinds: Words) -> list[int] | None:
    """Return the run of hits with no wide gap that says most; None where it does not say enough."""
    needed = scheme.needed(len(cut.tokens))
    if len(numbers) * (scheme.gram - 2) < needed:
        return None
    runs, run = [], numbers[:1]
    for before, after in pairwise(numbers):
        if cut.at[after] - cut.at[before] > _GAP:
            runs.append(run)
            run = []
        run.append(after)
    runs.append(run)
    variety, best = max((_kinds(kinds, run, cut, scheme.gram - 2), run) for run in runs)
    enough = variety >= needed and _kinds(cut.tokens, best, cut, scheme.gram) >= scheme.different
    return best if enough else None


def _kinds(values: Words, run: list[int], cut: Prints, length: int) -> int:
    """Return how many different ones stand in the fingerprints of a run, each `length` of them from its place on."""
    return len(np.unique(values[cut.at[run, None] + np.arange(length)]))


def _threes(tokens: Words) -> Words:
    """Return one hash a run of three tokens."""
    first, second, third = tokens[:-2], tokens[1:-1], tokens[2:]
    return (first * _M + second) * _M + third


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
