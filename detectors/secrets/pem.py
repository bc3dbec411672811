"""The header of a private key in, the span of the whole key out.

The body may be cut off, indented, quoted, commented out or on one line with `\\n` escapes. RFC 7468 (PEM), RFC 1421
(headers), RFC 9580 (OpenPGP armour).
"""

import re

from detectors.secrets.candidate import Candidate
from detectors.secrets.randomness import entropy

_GAP = r"(?:(?<=\n)(?:\| ?)?[\w.\- ]{1,40}[\t;,|]|\\[nrt]|[\s\"'>|+#,;*/]|\\(?=\s)){0,24}+"
"""Between the lines of a key: blanks, quotes, marks of comments, the cells of a table in front of a line."""
_HEADERS = re.compile(
    rf"(?:{_GAP}(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[ ][^\n\\]{{0,100}}+){{0,8}}+", re.ASCII
)
_BODY = re.compile(rf"(?:{_GAP}[A-Za-z0-9+/=]{{16,}}+)*+", re.ASCII)
_END = re.compile(
    rf"(?:{_GAP}[A-Za-z0-9+/=]{{1,76}}+)?+{_GAP}-----END[ _][A-Z0-9 _]{{1,40}}-----|{_GAP}=[A-Za-z0-9+/]{{4}}", re.ASCII
)
_FIRST_RUN = re.compile(r"[A-Za-z0-9+/=]{16,}")


def extend(candidate: Candidate) -> Candidate | None:
    """Return the candidate over header, body and end line; None where no key follows the header."""
    text, start = candidate.text, candidate.end
    after_headers = _end_of(_HEADERS, text, start)
    after_body = _end_of(_BODY, text, after_headers)
    run = _FIRST_RUN.search(text, after_headers, after_body)
    if run is None or entropy(run.group()[:64]) < 2.5:
        return None
    end = _end_of(_END, text, after_body)
    return candidate.spanning(candidate.start, end).confirmed("structure")


def _end_of(expression: re.Pattern[str], text: str, start: int) -> int:
    match = expression.match(text, start)
    return match.end() if match else start
