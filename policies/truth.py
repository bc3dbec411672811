"""Three-valued logic: true, false, or unknown for named reasons.

Source: S. C. Kleene, Introduction to Metamathematics (1952), section 64, strong connectives. An unknown is the
non-empty set of reasons (out of `policies.facts.REASONS`) for which it is not known.
"""

from collections.abc import Iterable

Truth = bool | frozenset[str]


def every(values: Iterable[Truth]) -> Truth:
    """Return the conjunction: false if one is false, else unknown if one is unknown; true of nothing."""
    unknown: frozenset[str] = frozenset()
    for value in values:
        if value is False:
            return False
        if value is not True:
            unknown |= value
    return unknown or True


def some(values: Iterable[Truth]) -> Truth:
    """Return the disjunction: true if one is true, else unknown if one is unknown; false of nothing."""
    unknown: frozenset[str] = frozenset()
    for value in values:
        if value is True:
            return True
        if value is not False:
            unknown |= value
    return unknown or False


def negated(value: Truth) -> Truth:
    """Return the negation; unknown stays unknown."""
    return not value if isinstance(value, bool) else value
