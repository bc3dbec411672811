"""A date as people write it in, whether it can be somebody's birthday out."""

import re
from datetime import date

from detectors.pii.folding import fold

_FIRST, _LAST = 1900, 2099
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_MONTHS = (
    ("jan", "gen", "ene", "sty", "oca"),
    ("feb", "fev", "lut", "sub"),
    ("mar", "mrt", "maa"),
    ("apr", "avr", "abr", "kwi", "nis"),
    ("may", "mai", "mag", "mei", "maj", "mayo"),
    ("jun", "juin", "giu", "cze", "haz"),
    ("jul", "juil", "lug", "lip", "tem"),
    ("aug", "aou", "ago", "sie", "agu"),
    ("sep", "set", "wrz", "eyl"),
    ("oct", "okt", "ott", "out", "paz", "eki"),
    ("nov", "lis", "kas"),
    ("dec", "dez", "dic", "des", "gru", "ara"),
)
"""How months begin in English, German, French, Spanish, Italian, Portuguese, Dutch, Nordic, Polish and Turkish."""
_BY_START = {start: month for month, starts in enumerate(_MONTHS, 1) for start in starts}


def birth(value: str) -> bool:
    """Tell whether a date exists, and lies in 1900 or later; day and month are taken in either order.

    Years of two digits count as any year. A month may be a word.
    """
    words = _WORDS.findall(fold(value).lower())
    numbers = [int(word) for word in words if word.isdigit()]
    named = [month for word in words if (month := _BY_START.get(word[:4]) or _BY_START.get(word[:3]))]
    if named and len(numbers) == 2:
        return _exists(numbers[1], named[0], numbers[0])
    if named or len(numbers) != 3:
        return False
    if len(words[0]) == 4:
        return _exists(*numbers)
    year = numbers[2] if len(words[2]) == 4 else 2000  # a leap year: of two digits the century is unknown
    return _exists(year, numbers[1], numbers[0]) or _exists(year, numbers[0], numbers[1])


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return _FIRST <= year <= _LAST
