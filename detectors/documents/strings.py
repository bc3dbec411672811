"""Bytes of a format that nobody reads in, the words that stand in them plainly out."""

import re

_NARROW = re.compile(rb"[\x20-\x7e\t]{6,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\t]\x00){6,}")
_MOST = 1 << 20  # bytes looked at
_LONGEST = 1 << 18  # characters given back


def strings(data: bytes) -> str:
    """Return the runs of six or more printable characters, in ASCII and in UTF-16, one line each."""
    return gleaned(data)[0]


def gleaned(data: bytes) -> tuple[str, float]:
    """Return the same, and the share of the bytes that stand in such runs: of noise and sound it is small."""
    head = data[:_MOST]
    narrow, wide = _NARROW.findall(head), _WIDE.findall(head)
    found = [run.decode("ascii") for run in narrow]
    found += [run[::2].decode("ascii") for run in wide]
    return "\n".join(found)[:_LONGEST], sum(map(len, (*narrow, *wide))) / max(1, len(head))
