"""A text in, stretches of its prose out: what a language is told from, in pieces of some hundred characters.

Fenced code, addresses of the web and mail, and long runs of signs are no prose in any language. A text of more than
`MOST` pieces is sampled evenly, first and last among them, so that the time is bounded.
"""

import re
from collections.abc import Iterator

LENGTH = 300
MOST = 200
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_NOISE = re.compile(r"https?://\S+|[^\s@]{1,64}@\S{1,255}|[^\w\s]{4,}|[!-~]{60,}")


def windows(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield `(start, end, prose)`: where in `text` a piece stands, and its words."""
    bare = _blanked(text, _FENCE, _NOISE)
    cuts = list(_cuts(bare))
    step = max(1.0, (len(cuts) - 1) / max(1, MOST - 1))
    chosen = dict.fromkeys(round(number * step) for number in range(min(MOST, len(cuts))))
    for number in chosen:
        start, end = cuts[number]
        prose = " ".join(bare[start:end].split())
        if prose:
            yield start, end, prose


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield pieces of about LENGTH characters that end at a blank where there is one."""
    start = 0
    while start < len(text):
        end = start + LENGTH
        if end < len(text):
            blank = max(text.rfind(" ", start + LENGTH // 2, end), text.rfind("\n", start + LENGTH // 2, end))
            end = blank if blank > 0 else end
        end = min(end, len(text))
        yield start, end
        start = end


def _blanked(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text
