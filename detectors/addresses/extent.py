"""A road and house number in, the whole address out: flat, postcode, town, as they follow; and boxes without a road."""

import re
from dataclasses import dataclass

from detectors.addresses.words import Words

_WINDOW = 96
_PIECES = 4

_GAP = r"[ \t]{0,4}(?:[,;|]|\n[>|? \t]{0,8})?[ \t]{0,4}"
_CAP = r"[^\W\d_a-zà-ÿ][\w'’.]{1,24}"
_CITY = rf"{_CAP}(?:(?:[ -]|[ -](?:of|am|an der|de|del|la|le|do|sur|upon|on|den|bei|i|nad)[ -]){_CAP}){{0,3}}"
_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
_CODE = r"(?:[A-Z]{1,2}-)?(?:\d{4,6}|\d{3} \d{2}|\d{2}-\d{3}|\d{4} ?[A-Z]{2}|\d{5}-\d{3,4})\b"
_TOWN = re.compile(
    rf"{_GAP}(?:{_CODE},? {_CITY}"
    rf"|{_CITY}(?:,? [A-Z]{{2,3}}\.?)?{_GAP}(?:\d{{5}}(?:-\d{{4}})?\b|{_UK}|[A-Z]\d[A-Z] ?\d[A-Z]\d\b|\d{{4,6}}\b)"
    rf"|{_CITY}, ?[A-Z]{{2}}\b(?!\w)|{_UK})"
)
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th|\.|er|º|ª|e)? ?(?:floor|og|obergeschoss|stock|etage|étage|piso|andar|fl)\b\.?"

BOX = (
    r"(?i)(p\. ?o\. ?box #?\d{1,6}|p\.?o\.? box #?\d{1,6}|post ?box \d{1,6}|postfach \d{2,3}(?: ?\d{2,3}){0,2}"
    r"|postbus \d{1,6}|postboks \d{1,6}|casella postale \d{1,5}|apartado(?: de correos| postal)? \d{1,6}"
    r"|caixa postal \d{1,6}|skrytka pocztowa \d{1,5}|[adf]po,? (?:aa|ae|ap),? \d{5})(?:[^0-9A-Za-z]|$)"
)
"""A box or a military post office, in RE2 syntax. Source: USPS Publication 28, sections 238 and 295."""

_UNIT_OF_FORCES = re.compile(
    r"(?:(?:PSC|UNIT|CMR) \d{1,5}(?:,? BOX \d{1,5})?|US(?:S|NS|CGC|NV) [^\W\d_][\w' -]{0,30}),?[ \n>]{1,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the address ends, and whether a flat and a town are part of it."""

    end: int
    unit: bool
    town: bool


class Grower:
    """Follows an address over what comes behind its road."""

    def __init__(self, words: Words) -> None:
        names = "|".join(sorted(map(re.escape, words.units), key=lambda name: (-len(name), name)))
        self._unit = re.compile(
            rf"{_GAP}(?:(?:{names})\b\.? ?#?(?:[A-Z]?\d{{1,5}}[A-Z]?|[A-Z])\b|#\d{{1,5}}\b|{_ORDINAL})", re.IGNORECASE
        )

    def grow(self, text: str, end: int) -> Extent:
        """Return how far the address reaches whose road ends at `end`."""
        unit = town = False
        for _ in range(_PIECES):
            limit = end + _WINDOW
            match = self._unit.match(text, end, limit)
            if match is not None:
                unit, end = True, match.end()
                continue
            match = None if town else _TOWN.match(text, end, limit)
            if match is None:
                break
            town, end = True, match.end() - match[0].endswith(".")
        return Extent(end, unit, town)


def before_box(text: str, start: int) -> int:
    """Return where the address begins whose military post office begins at `start`: with its unit or ship, if named."""
    match = _UNIT_OF_FORCES.search(text, max(0, start - _WINDOW), start)
    return match.start() if match is not None else start
