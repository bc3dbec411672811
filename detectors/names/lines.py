"""A text in, the stretches of it that read as prose out: what a name model is asked about.

Rules
1. One line at a time: a small model glues signatures and lists together over line breaks. A long line is cut at a
   sentence's end or a blank into pieces of at most 1,000 characters.
2. A half of a surrogate pair, which no tokenizer takes, is read as U+FFFD.
3. A line that is code, markup, data or in another script is left out: names found there are false (`DevTools`,
   `aria-labelledby`).
"""

import re
from collections.abc import Container, Iterator

PIECE = 1000

_SURROGATE = re.compile("[\ud800-\udfff]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:[<@}\])]|//|/\*|#include|#!|\$ |>>> |\+\+\+ |--- |@@ )"
    r"|=>|->|::|==|!=|&&|\|\||\+=|</|/>|\(\)|\w\(\w*\)|\w\[\w*\]|\s=\s"
    r"|^\s*(?:import|from|def|class|return|public|private|static|const|let|var|func|fn|select|insert|update)\s"
    r"|^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|FROM|WHERE)\s"
)
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def prose(text: str, program: Container[int] = ()) -> Iterator[tuple[int, str]]:
    """Yield where each stretch of prose starts, and the stretch; lines whose numbers `program` holds are left out."""
    at = 0
    for number, line in enumerate(_SURROGATE.sub("\ufffd", text).split("\n")):
        if number not in program:
            for start, piece in _pieces(line):
                if _reads_as_prose(piece):
                    yield at + start, piece
        at += len(line) + 1


def _pieces(line: str) -> Iterator[tuple[int, str]]:
    at = 0
    while len(line) - at > PIECE:
        cut = max(line.rfind(". ", at + 1, at + PIECE), line.rfind("\t", at + 1, at + PIECE))
        if cut < 0:
            cut = line.rfind(" ", at + 1, at + PIECE)
        end = cut + 1 if cut > at else at + PIECE
        yield at, line[at:end]
        at = end
    yield at, line[at:]


def _reads_as_prose(piece: str) -> bool:
    if not _WORD.search(piece) or _CODE.search(piece) or _BLOB.search(piece):
        return False
    letters = len(_LETTER.findall(piece))
    signs = sum(not (char.isalnum() or char.isspace() or char in ".,'’-:;!?()\"“”") for char in piece)
    return len(_LATIN.findall(piece)) * 2 > letters and signs * 4 <= len(piece)
