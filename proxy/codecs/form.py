"""A form or a query in, its names and values with their places out (WHATWG URL, application/x-www-form-urlencoded)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PAIR = re.compile(r"([^&=]*+)(=?)([^&]*+)(?:&|\Z)")


@dataclass(frozen=True, slots=True)
class Field:
    """One pair: where name and value are written, still percent-encoded. Without `=` the value is empty."""

    name: tuple[int, int]
    value: tuple[int, int]


def read_fields(text: str) -> Iterator[Field]:
    """Yield the pairs of `text` in order; empty ones are passed over."""
    position = 0
    while position < len(text):
        found = _PAIR.match(text, position)
        if found is None or found.end() == position:
            return
        position = found.end()
        if found[1] or found[3]:
            yield Field(found.span(1), found.span(3))
