r"""A text in, what a terminal obeys rather than shows out: control characters, colours, strokes over strokes.

Rules
1. Sequences of a terminal (ECMA-48, 5.4 and 8.3) count with and without their escape character, which copying loses:
   `\x1b[1;32m`, `[1;32m` right before a word.
2. A character struck over by itself or an underline by a character (manual pages) is that character.
3. Other control characters count where they touch a sign; tab and the ends of lines are layout.
"""

import re
from collections.abc import Iterator

from detectors.views.edit import Edit

OCCURS = (r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]", r"\[[0-9]{1,3}(?:;[0-9]{1,3}){0,6}m[\w\-]")

_CONTROL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,32}[ -/]{0,4}[@-~]"
    r"|\x1b\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)"
    r"|\x1b[ -/]{0,4}[0-Z\\^-~]"
    r"|\[\d{1,3}(?:;\d{1,3}){0,6}m(?=[\w-])"
    r"|([^\s\x08])\x08(?=\1)|_\x08(?=\S)"
    r"|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]++"
)


def controls(text: str) -> Iterator[Edit]:
    """Yield control characters and sequences, to be read as nothing."""
    for match in _CONTROL.finditer(text):
        if text[match.start() - 1 : match.start()].strip() or text[match.end() : match.end() + 1].strip():
            yield Edit(match.start(), match.end(), "", "control")
