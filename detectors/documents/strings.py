"""Bytes of a format that nobody reads in, the words that stand in them plainly out."""

import re

_NARROW = re.compile(rb"[\x20-\x7e\t]{6,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\t]\x00){6,}")
_MOST = 1 << 20  # bytes looked at
_LONGEST = 1 << 18  # characters given back


def strings(data: bytes) -> str:
    """Return the runs of six or more printable characters, in ASCII and in UTF-16, one line each."""
    head = data[:_MOST]
    found = [run.decode("ascii") for run in _NARROW.findall(head)]
    found += [run[::2].decode("ascii") for run in _WIDE.findall(head)]
    return "\n".join(found)[:_LONGEST]
