"""A text with tables in, the passwords in columns whose title says so out."""

import re
from collections.abc import Iterator

from detectors.pii.cues import Hit
from detectors.pii.folding import fold, lowered, octets
from detectors.pii.patterns import compile_pattern
from detectors.pii.tables import Tables
from detectors.secrets import assignment, password
from detectors.secrets.candidate import Candidate, whole

ENTITY = "SECRET_PASSWORD"
SCORE = 0.75
_TITLE = frozenset({ENTITY})
_WORD = compile_pattern(
    r"passw|passphrase|passcode|kennwort|\bpass\b|\bpwd?\b|contrasen|\bclave\b|senha|mot de passe|\bmdp\b|wachtwoord"
    r"|haslo|losenord|adgangskode|kodeord|salasana|\bsifre\b|\bheslo\b|jelszo|\bparola\b"
)
_CELL = re.compile(r"[^;|,\t\n<>│┃║&\"']*")
_BEFORE = re.compile(r"[^;|,\t\n<>│┃║&\"']*\Z")
_VALUE = re.compile(
    r"(?:(?m:^)|[;|,\t>│┃║&]|[ ]{2})[ ]{0,40}[\"'`]?([^\s\"'`|;,<>│┃║]{5,128})[\"'`]?"
    r"(?=[ ]{0,40}(?:[;|,\t<│┃║&]|\\\\|(?m:$)|[ ]{2}))"
)
"""What fills a cell by itself."""
_MOST = 4
_REACH = 64


def judge(text: str) -> Iterator[Candidate]:
    """Yield the password in each cell under a title that names passwords."""
    if "\n" not in text and "<t" not in text:
        return
    lower = lowered(fold(text))
    hits = [Hit(start, end, _TITLE, "") for start, end in _titles(lower)]
    if not hits:
        return
    tables = Tables(lower, hits)
    if not tables:
        return
    for match in _VALUE.finditer(text, hits[0].end):
        if tables.column(match.start(1)):
            shaped = password.without_tail(whole(text, *match.span(1)))
            if password.reads_like_password(shaped.value):
                yield shaped


def _titles(lower: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand that name a password as the whole title of a cell."""
    for match in _WORD.finditer(octets(lower)):
        start, end = match.span()
        before = _BEFORE.search(lower, max(0, start - _REACH), start)
        after = _CELL.match(lower, end, end + _REACH)
        title = (before[0] if before else "") + lower[start:end] + (after[0] if after else "")
        if len(title.split()) <= _MOST and assignment.names_password(title):
            yield start, end
