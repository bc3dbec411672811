"""Tokens in, the fingerprints of a text out (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), keyed.

Of each `window` neighbouring runs of `gram` tokens the smallest hash is taken, so any run of gram + window - 1 tokens
that two texts share gives at least one fingerprint that they share. What is stored or looked up is BLAKE2b of it under
the index key (RFC 7693), cut to 64 bits: without the key nothing can be tested against an index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from detectors.fingerprint.tokens import Places, Tokens, Words, code, mixed, prose

_B = 0xD1342543DE82EF95
_INVERSE = pow(_B, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one way of seeing a text is cut: `gram` tokens, the least of `window`; and what a match needs.

    `needs` holds pairs (tokens of the text, tokens that have to match): in a text of up to so many tokens, so many;
    the last pair holds for any more, as chance has more tries there. Measured by `hushgate bench fingerprint`.
    """

    gram: int
    window: int
    needs: tuple[tuple[int, int], ...]

    def needed(self, tokens: int) -> int:
        """Return how many tokens have to match in a text of so many."""
        return next((need for most, need in self.needs if tokens <= most), self.needs[-1][1])


SCHEMES: Mapping[str, Scheme] = {
    "exact": Scheme(10, 4, ((100, 14), (200, 20), (500, 30), (10_000, 40))),
    "structure": Scheme(20, 4, ((120, 24), (200, 36), (500, 52), (10_000, 70))),
    "prose": Scheme(5, 4, ((60, 12), (300, 16), (2000, 22), (10_000, 28))),
}


@dataclass(frozen=True, slots=True)
class Prints:
    """Fingerprints in the order of the text, the number of the first token of each, and the stretch of bytes.

    `tokens` is how many tokens the text has.
    """

    keys: Words
    at: Places
    starts: Places
    ends: Places
    tokens: int


def prints(data: bytes, key: bytes) -> dict[str, Prints]:
    """Return the fingerprints of UTF-8 text by scheme."""
    exact, structure = code(data)
    seen = {"exact": exact, "structure": structure, "prose": prose(data)}
    return {name: cut(tokens, SCHEMES[name], key + name.encode()) for name, tokens in seen.items()}


def cut(tokens: Tokens, scheme: Scheme, key: bytes) -> Prints:
    """Return the fingerprints of tokens by one scheme."""
    hashes, at = _selected(_grams(tokens.hashes, scheme.gram), scheme.window)
    ends = tokens.ends[at + scheme.gram - 1]
    return Prints(keyed(hashes, key), at, tokens.starts[at], ends, len(tokens.hashes))


def keyed(hashes: Words, key: bytes) -> Words:
    """Return BLAKE2b-64 under `key` (at most 64 bytes) of each hash."""
    hasher = blake2b(key=key, digest_size=8)
    raw = hashes.astype("<u8").tobytes()
    found = bytearray()
    for position in range(0, len(raw), 8):
        one = hasher.copy()
        one.update(raw[position : position + 8])
        found += one.digest()
    return np.frombuffer(bytes(found), "<u8").astype(np.uint64)


def _grams(hashes: Words, size: int) -> Words:
    """Return one hash a run of `size` tokens, in time that does not depend on `size`."""
    count = len(hashes) - size + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    up, down = _progressions(len(hashes))
    sums = np.zeros(len(hashes) + 1, np.uint64)
    np.cumsum(hashes * up, out=sums[1:])
    return mixed((sums[size:] - sums[:count]) * down[:count])


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
