"""Sorted 64-bit hashes in, a bitmap in front of them out: what is not there is told by one look instead of twenty.

Bit n is set where a hash begins with n, in as many bits as make it at least eight times as long as there are hashes:
of those that are not there at most one in eight is looked for among the hashes themselves.
"""

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Bits = NDArray[np.uint8]


def sieve(keys: Words) -> Bits:
    """Return the bitmap of hashes."""
    size = max(3, (8 * max(len(keys), 1) - 1).bit_length())
    bits = np.zeros(1 << size, np.uint8)
    bits[keys >> np.uint64(64 - size)] = 1
    return np.packbits(bits, bitorder="little")


def known(asked: Words, keys: Words, bits: Bits) -> NDArray[np.int64]:
    """Return the numbers of those of `asked` that stand in `keys`, which are in order and have this bitmap."""
    if not len(keys) or not len(asked):
        return np.empty(0, np.int64)
    size = 8 * len(bits)
    place = asked >> np.uint64(65 - size.bit_length())
    maybe = np.flatnonzero(bits[place >> np.uint64(3)] >> (place & np.uint64(7)).astype(np.uint8) & 1)
    at = np.searchsorted(keys, asked[maybe], "left")
    found: NDArray[np.int64] = maybe[keys[np.minimum(at, len(keys) - 1)] == asked[maybe]]
    return found
