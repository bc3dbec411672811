"""The lines of a text in, the same lines without what a pager, an editor or a mail program put before them out.

Rules
1. Line numbers: at least three lines in a row that count up by one before the same sign (`12: `, `12 | `, `L12 `).
2. Marks of quotation: at least two lines in a row behind `>`, `>>` or `|`; rows of a table (`|` at both ends) stay, and
   so do prompts (`>>>`).
3. Lines stay lines: what stands on a line may go, a line may not. What indents all lines of a margin goes with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence

_NUMBER = re.compile(r"[ \t]{0,6}(L?)(\d{1,6})([ \t]{0,3}[:|│]|(?=[ \t]|\r?$))")
_QUOTE = re.compile(r"[ \t]{0,3}(>{1,2}|\|)(?![>|])")
_GAP = re.compile(r"[ \t]{0,2}")
_NUMBERS, _QUOTES = 3, 2

Margin = tuple[re.Match[str], str]
"""Where a margin stands, and its sign."""


def bare(lines: list[str]) -> list[str]:
    """Return the lines without their numbers and marks of quotation; the very list where none bears any."""
    return _without(_without(lines, _quoted, _alike, _QUOTES), _numbered, _next, _NUMBERS)


def _without(
    lines: list[str], read: Callable[[str], Margin | None], follows: Callable[[Margin, Margin], bool], least: int
) -> list[str]:
    cuts: dict[int, int] = {}
    run: list[Margin] = []
    for at, line in enumerate([*lines, ""]):
        margin = read(line)
        if run and (margin is None or not follows(run[-1], margin)):
            if len(run) >= least:
                cuts |= _cuts(at - len(run), run)
            run = []
        if margin is not None:
            run.append(margin)
    return [line[cuts[at] :] if at in cuts else line for at, line in enumerate(lines)] if cuts else lines


def _cuts(first: int, run: Sequence[Margin]) -> Iterator[tuple[int, int]]:
    """Yield the number of each line and how much of it goes."""
    gaps = [
        len(gap[0])
        for match, _ in run
        if (gap := _GAP.match(match.string, match.end())) and match.string[match.end() :].strip()
    ]
    for at, (match, _) in enumerate(run, first):
        yield at, min(match.end() + min(gaps, default=0), len(match.string))


def _quoted(line: str) -> Margin | None:
    match = _QUOTE.match(line)
    if match is None or (match[1] == "|" and line.rstrip().endswith("|") and line.strip() != "|"):
        return None
    return match, match[1]


def _alike(before: Margin, margin: Margin) -> bool:
    return before[1] == margin[1]


def _numbered(line: str) -> Margin | None:
    match = _NUMBER.match(line)
    return (match, match[1] + match[3].strip()) if match is not None else None


def _next(before: Margin, margin: Margin) -> bool:
    return before[1] == margin[1] and int(margin[0][2]) == int(before[0][2]) + 1
