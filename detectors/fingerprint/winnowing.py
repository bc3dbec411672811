"""Tokens in, the fingerprints of a text out (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), keyed.

Of each `window` neighbouring runs of `gram` tokens the smallest hash is taken, so any run of gram + window - 1 tokens
that two texts share gives at least one fingerprint that they share. What is stored or looked up is its AES-256 block
under a key derived from the index key, cut to 64 bits (FIPS 197; a permutation under a key is a keyed hash of what fits
a block): without the key nothing can be tested against an index.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from detectors.fingerprint.store import subkey
from detectors.fingerprint.tokens import Places, Tokens, Words, code, mixed, prose

_B = 0xD1342543DE82EF95
_INVERSE = pow(_B, -1, 1 << 64)
_DISTANCES = mixed(np.arange(1, 65, dtype=np.uint64))


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one way of seeing a text is cut: `gram` tokens, the least of `window`; and what a match needs.

    `needs` holds pairs (tokens of the text, kinds of three tokens in a row that have to match): in a text of up to so
    many tokens, so many; the last pair holds for any more, as chance has more tries there. `different` is how many
    different tokens have to match, `rarity` what the fingerprints that match have to weigh, each the less the more
    documents have it. Measured by `hushgate bench fingerprint`.
    """

    gram: int
    window: int
    needs: tuple[tuple[int, int], ...]
    different: int = 0
    rarity: float = 0.0

    def needed(self, tokens: int) -> int:
        """Return how many kinds of three tokens in a row have to match in a text of so many tokens."""
        return next((need for most, need in self.needs if tokens <= most), self.needs[-1][1])


SCHEMES: Mapping[str, Scheme] = {
    "exact": Scheme(10, 4, ((100, 12), (200, 16), (500, 22), (10_000, 32)), different=10),
    "structure": Scheme(16, 4, ((120, 16), (200, 20), (500, 26), (10_000, 40)), rarity=3.0),
    "prose": Scheme(5, 4, ((40, 9), (60, 10), (300, 14), (2000, 20), (10_000, 26))),
}


@dataclass(frozen=True, slots=True)
class Prints:
    """Fingerprints in the order of the text, the number of the first token of each, and the stretch of bytes.

    `tokens` are the hashes of the text's tokens.
    """

    keys: Words
    at: Places
    starts: Places
    ends: Places
    tokens: Words


def prints(data: bytes, key: bytes, schemes: Iterable[str] = SCHEMES) -> dict[str, Prints]:
    """Return the fingerprints of UTF-8 text by scheme."""
    wanted = [name for name in SCHEMES if name in schemes]
    seen: dict[str, Tokens] = {}
    if "exact" in wanted or "structure" in wanted:
        seen["exact"], seen["structure"] = code(data)
    if "prose" in wanted:
        seen["prose"] = prose(data)
    return {name: cut(seen[name], name, key) for name in wanted}


def cut(tokens: Tokens, name: str, key: bytes) -> Prints:
    """Return the fingerprints of tokens by one scheme."""
    scheme = SCHEMES[name]
    hashes, at = _selected(_grams(tokens, scheme.gram), scheme.window)
    ends = tokens.ends[at + scheme.gram - 1]
    return Prints(keyed(hashes, subkey(key, name)), at, tokens.starts[at], ends, tokens.hashes)


def keyed(hashes: Words, key: bytes, beside: Words | int = 0) -> Words:
    """Return each hash, with what stands `beside` it, under `key`, 32 bytes: one way for whoever does not have it."""
    blocks = np.empty((len(hashes), 2), "<u8")
    blocks[:, 0], blocks[:, 1] = hashes, beside
    cipher = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - each block is one hash
    found = np.frombuffer(cipher.update(blocks.tobytes()), "<u8")
    return found[::2].astype(np.uint64)


def _grams(tokens: Tokens, size: int) -> Words:
    """Return one hash a run of `size` tokens, in time that does not depend on `size`."""
    length = len(tokens.hashes)
    count = length - size + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    up, down = _progressions(length)
    sums = np.zeros(length + 1, np.uint64)
    np.cumsum(tokens.hashes * up, out=sums[1:])
    runs = sums[size:] - sums[:count]
    if tokens.names is not None:
        runs += _repeats(tokens.names, size, up)[:count]
    return mixed(runs * down[:count])


def _repeats(names: Words, size: int, up: Words) -> Words:
    """Return for each run what tells which of its names are the same: how far in front each stands the last time.

    A name and the one before it are both in the runs that begin in a stretch of places, so each pair is added where the
    stretch begins and taken away where it ends. A name that is followed by another begins one pair: no place ends two.
    """
    at = np.flatnonzero(names)
    order = at[np.argsort(names[at], kind="stable")]
    again = names[order[1:]] == names[order[:-1]]
    here, before = order[1:][again], order[:-1][again]
    near = here - before < size
    here, before = here[near], before[near]
    value = _DISTANCES[here - before] * up[here]
    first = here - size + 1
    inner = first > 0
    steps = np.zeros(len(names) + 1, np.uint64)
    steps[first[inner]] = value[inner]
    steps[0] = value[~inner].sum(dtype=np.uint64)
    steps[before + 1] -= value
    found: Words = np.cumsum(steps)
    return found


_known = (np.empty(0, np.uint64), np.empty(0, np.uint64))


def _progressions(count: int) -> tuple[Words, Words]:
    """Return the powers of a base and of its inverse, modulo 2 to the 64."""
    global _known  # noqa: PLW0603 - grown as texts grow
    if len(_known[0]) < count:
        size = max(1 << 14, 1 << (count - 1).bit_length())
        up = np.full(size, _B, np.uint64)
        down = np.full(size, _INVERSE, np.uint64)
        up[0] = down[0] = 1
        _known = (np.multiply.accumulate(up), np.multiply.accumulate(down))
    return _known[0][:count], _known[1][:count]


def _selected(grams: Words, window: int) -> tuple[Words, Places]:
    """Return the smallest gram of each window, the last of equals, and their numbers."""
    count = len(grams)
    if count <= window:
        at = np.array([int(grams.argmin())] if count else [], np.int64)
        return grams[at], at
    views = np.lib.stride_tricks.sliding_window_view(grams, window)
    last = window - 1 - views[:, ::-1].argmin(1)
    found = last + np.arange(count - window + 1)
    at = found[np.concatenate(([True], found[1:] != found[:-1]))]
    return grams[at], at
