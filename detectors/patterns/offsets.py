"""Byte positions in, character positions out."""

from collections.abc import Iterable


def encode(text: str) -> bytes:
    """Return `text` as UTF-8; a lone surrogate becomes its three bytes."""
    return text.encode("utf-8", "surrogatepass")


def characters(data: bytes, positions: Iterable[int]) -> dict[int, int]:
    """Return the character position of each byte position in `data`, in one pass.

    A position inside a character counts as that character's start.
    """
    mapped: dict[int, int] = {}
    byte = character = 0
    for position in sorted(set(positions)):
        edge = _floor(data, position)
        character += _count(data[byte:edge])
        byte = edge
        mapped[position] = character
    return mapped


def ceiling(data: bytes, position: int) -> int:
    """Return `position`, or the next start of a character if it lies inside one."""
    while position < len(data) and data[position] & 0xC0 == 0x80:
        position += 1
    return position


def _floor(data: bytes, position: int) -> int:
    while 0 < position < len(data) and data[position] & 0xC0 == 0x80:
        position -= 1
    return position


def _count(data: bytes) -> int:
    return len(data.decode("utf-8", "surrogatepass"))
