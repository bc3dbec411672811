"""How much of a body is read, and the error that says why one is not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one exchange may make us do. What is over them is unread, with the reason `too_large`."""

    body_bytes: int = 16 * 2**20  # of the body, encoded and decoded
    ratio: int = 200  # decoded bytes for each encoded byte, once more than a mebibyte was decoded
    codings: int = 2  # content codings on top of each other
    leaves: int = 200_000  # scalar leaves and object keys of all the JSON texts of one body, fields and lines
    depth: int = 64  # arrays and objects inside each other, in one JSON text
    nested: int = 3  # JSON texts inside strings of JSON texts


class Unreadable(Exception):
    """Something could not be read. `reason` is a key of `on_unknown`: undecodable, too_large, media, protobuf."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
