"""The words around a marking, read from words.yaml, as expressions."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detectors.patterns.table import read

PATH = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True, slots=True)
class Words:
    """`field` matches up to a marking (`Classification: `), `notice` from behind one (` - do not distribute`)."""

    field: re.Pattern[str]
    notice: re.Pattern[str]


@cache
def words() -> Words:
    """Return the shipped words."""
    record = read(PATH)
    record.only(("fields", "notices"))
    return Words(
        field=re.compile(
            r"(?:^|[|*\\#>\s_/(\[-])"
            + _any_of(record.texts("fields"))
            + r"(?:[ \t_-](?:level|label|status|class|stufe))?"
            r"[*_\s]{0,3}(?:[:=|]| as | is | als )[*_\s]{0,4}\Z",
            re.IGNORECASE,
        ),
        notice=re.compile(r"[ \t]*[-\u2013\u2014:|/,.;(]+[ \t]*" + _any_of(record.texts("notices")), re.IGNORECASE),
    )


def _any_of(phrases: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(phrase).replace(r"\ ", "[ \\t_-]") for phrase in phrases) + ")"
