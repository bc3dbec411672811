"""Plain values in, RFC 8785 canonical JSON out: what `rfc8785` writes, several times as fast for records like ours.

orjson writes the same bytes for text, whole numbers and sorted ASCII keys. Where the two differ (numbers that
ECMAScript writes otherwise, keys beyond ASCII, whatever is no JSON) the whole value goes to `rfc8785`.
"""

from typing import Any

import orjson
import rfc8785

_MOST = 2**53 - 1  # RFC 8785, 3.2.2.3: integers beyond are no interoperable numbers
_LEAST = 1e-4  # orjson and ECMAScript write both without an exponent from here
_LARGEST = 1e15  # to here


class _Odd(Exception):
    """A value that orjson may write in another way."""


def dumps(value: Any) -> bytes:
    """Return the canonical form. Raises what `rfc8785.dumps` raises: ValueError, or its subclasses."""
    try:
        return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)
    except (_Odd, TypeError, RecursionError):
        return rfc8785.dumps(value)


def of_plain(value: dict[str, Any]) -> bytes:
    """Return the canonical form of an object with ASCII keys whose numbers all passed `number`. Raises TypeError."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def number(value: float) -> float:
    """Return a number as both write it. Raises ValueError for one that they write in two ways, or not at all."""
    if type(value) is int and -_MOST <= value <= _MOST:
        return value
    if -_MOST <= value <= _MOST and value == int(value):
        return int(value)
    if _LEAST <= abs(value) < _LARGEST:
        return value
    raise ValueError("a number that has no plain form")


def _plain(value: Any) -> Any:
    """Return `value` with floats that are whole as integers. Raises _Odd."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        if -_MOST <= value <= _MOST:
            return value
    elif kind is float:
        if value.is_integer() and -_MOST <= value <= _MOST:
            return int(value)
        if _LEAST <= abs(value) < _LARGEST:
            return value
    elif kind is dict:
        if all(type(key) is str and key.isascii() for key in value):
            return {key: _plain(inner) for key, inner in value.items()}
    elif kind is list or kind is tuple:
        return [_plain(inner) for inner in value]
    raise _Odd
