"""Leaves in, roots and proofs of a Merkle tree out, as RFC 6962 section 2.1 and RFC 9162 section 2.1 have them.

Leaves are given as their hashes (32 bytes): `leaf(record)`. Trees grow at the right; a `Frontier` keeps what is needed
for that, one hash for each bit of the size.
"""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only its right edge is known of: the roots of its full subtrees, from the largest."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Raises ValueError where there is not one hash for each bit of `size`."""
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} full subtrees, not {len(hashes)}")
        self.size = size
        self.hashes = list(hashes)

    def push(self, hashed: bytes) -> None:
        """Add a leaf."""
        position = self.size
        while position & 1:
            hashed = node(self.hashes.pop(), hashed)
            position >>= 1
        self.hashes.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """Return the root."""
        if not self.hashes:
            return EMPTY
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node(left, result)
        return result


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over `leaves`."""
    tree = Frontier()
    for hashed in leaves:
        tree.push(hashed)
    return tree.root()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the inclusion proof of a leaf, from the leaf upwards. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves has none at {index}")
    if len(leaves) == 1:
        return []
    middle = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below the size
    if index < middle:
        return [*path(index, leaves[:middle]), root(leaves[middle:])]
    return [*path(index - middle, leaves[middle:]), root(leaves[:middle])]


def included(hashed: bytes, index: int, size: int, proof: Sequence[bytes], wanted: bytes) -> bool:
    """Tell whether `proof` shows that a leaf stands at `index` of the tree with root `wanted` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, result = index, size - 1, hashed
    for other in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            result = node(other, result)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            result = node(result, other)
        number >>= 1
        last >>= 1
    return last == 0 and result == wanted
