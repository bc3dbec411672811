"""The clock and randomness in, an event id out: a ULID, which sorts by time and is short enough to read aloud."""

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32


def new_id(nanoseconds: int | None = None) -> str:
    """Return 26 characters: 48 bits of milliseconds since 1970, then 80 bits (github.com/ulid/spec).

    The first 20 of the 80 are the rest of the time, in nanoseconds, so that ids of one process sort as they were made;
    60 are random.
    """
    now = time.time_ns() if nanoseconds is None else nanoseconds
    milliseconds, rest = divmod(now, 1_000_000)
    number = (milliseconds & (2**48 - 1)) << 80 | rest << 60 | secrets.randbits(60)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
