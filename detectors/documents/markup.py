"""HTML in, its words out: text, comments and the values of attributes, since a reader of the source sees them too."""

import html
import re

_TOKEN = re.compile(r"<!--(.*?)(?:-->|\Z)|<([/!?]?[A-Za-z][A-Za-z0-9:-]*+)([^<>]*+)>", re.DOTALL)
_VALUE = re.compile(
    r"(?:alt|title|content|value|href|placeholder|aria-label|summary|label|data-[\w-]{1,40})"
    r"""\s*+=\s*+(?:"([^"]*)"|'([^']*)')""",
    re.IGNORECASE,
)
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
     "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"]
)  # fmt: skip
_BLANK = re.compile(r"[ \t\r\f]+")
_LINES = re.compile(r"\s*\n\s*")


def words(source: str) -> str:
    """Return the words of a page, one line a block. Linear in its length."""
    pieces: list[str] = []
    position = 0
    behind: list[str] = []
    for token in _TOKEN.finditer(source):
        pieces.append(source[position : token.start()])
        position = token.end()
        if token[1] is not None:
            behind.append(token[1])
        elif token[2].lstrip("/").lower() not in _INLINE:
            pieces.append("\n")
        if token[3] and "=" in token[3]:
            behind.extend(double or single for double, single in _VALUE.findall(token[3]))
    pieces.append(source[position:])
    text = html.unescape("".join(pieces) + "\n" + "\n".join(behind))
    return _LINES.sub("\n", _BLANK.sub(" ", text)).strip()
