"""One expression to look for, and one place where it was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression in RE2 syntax, matched on UTF-8 bytes.

    Classes and counts are of bytes: write a letter beyond ASCII as an alternative (`(?:ä|Ä)`), not in a class.
    The group `secret`, else the first group, else the whole match is what is reported. At least one of `keywords`
    (any case) stands in every text that matches; none means that the expression is always tried. `gate` matches
    somewhere in every text that `expression` matches, for one that Hyperscan takes only loosely; empty: itself.
    """

    id: str
    expression: str
    keywords: tuple[str, ...] = ()
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: the number of its pattern, the span reported, and the span of the whole match.

    All positions count Python characters of the text.
    """

    pattern: int
    start: int
    end: int
    left: int
    right: int
