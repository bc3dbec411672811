"""What is known of a client before it says a word, and the question that may be put to it."""

import itertools
from dataclasses import dataclass, field

_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Peer:
    """One client connection.

    `address` is the socket's, or what a PROXY header said that was believed. `user` and `device` come from a client
    certificate that was verified. `number` tells connections apart.
    """

    address: str
    user: str = ""
    device: str = ""
    number: int = field(default_factory=lambda: next(_NUMBERS))


@dataclass(frozen=True, slots=True)
class Challenge:
    """A client has to say who it is: headers for the answer, and the key of `proxy.door.notice.NOTICES`."""

    headers: tuple[tuple[str, str], ...] = ()
    reason: str = "identity"
