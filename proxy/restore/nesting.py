"""A text that arrives in pieces in, how many JSON strings one stands in out.

A tool call's arguments are JSON in a JSON string, and may hold JSON in a string of their own. What is put into such a
text has to be escaped once for each string around it, or the client cannot parse it any more. A text counts as JSON
while it reads like it: `{` or `[`, and outside its strings nothing but JSON's own characters.
"""

import json
import re

_SPACE = re.compile(r"[ \t\r\n\ufeff]*+")
_OUTSIDE = re.compile(r"[ \t\r\n{}\[\],:0-9+\-.eEaflnrstu]*+")
_INSIDE = re.compile(r'[^"\\]++')
_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])')
_ESCAPE_BEGUN = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_DEEPEST = 4


class Nest:
    """Reads a text piece by piece."""

    __slots__ = ("_child", "_kept", "_level", "_plain", "_started")

    def __init__(self, level: int = 0) -> None:
        self._level = level
        self._started = False
        self._plain = level >= _DEEPEST
        self._child: Nest | None = None  # the content of the string that is open
        self._kept = ""  # the beginning of an escape

    @property
    def depth(self) -> int:
        """Return how many strings are open at the end of what was read."""
        return 0 if self._plain or self._child is None else 1 + self._child.depth

    def feed(self, text: str) -> None:
        """Read on. Linear in `text`."""
        if self._plain or not text:
            return
        text, position = self._kept + text, 0
        self._kept = ""
        if not self._started:
            position = _matched(_SPACE, text, 0)
            if position == len(text):
                return
            self._started = True
            self._plain = text[position] not in "{["
        while position < len(text) and not self._plain:
            position = self._inside(text, position) if self._child is not None else self._outside(text, position)

    def _outside(self, text: str, position: int) -> int:
        position = _matched(_OUTSIDE, text, position)
        if position < len(text):
            if text[position] == '"':
                self._child = Nest(self._level + 1)
                return position + 1
            self._plain = True
        return position

    def _inside(self, text: str, position: int) -> int:
        child = self._child
        if child is None:
            return position
        end = _matched(_INSIDE, text, position)
        child.feed(text[position:end])
        if end == len(text):
            return end
        if text[end] == '"':
            self._child = None
            return end + 1
        escape = _ESCAPE.match(text, end)
        if escape:
            child.feed(json.loads(f'"{escape[0]}"'))
            return escape.end()
        if _ESCAPE_BEGUN.match(text, end):
            self._kept = text[end:]
            return len(text)
        self._plain = True  # no JSON after all
        return end


def _matched(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def escaped(value: str, depth: int) -> str:
    """Return `value` as it is written inside `depth` JSON strings (RFC 8259, 7)."""
    for _ in range(depth):
        value = json.dumps(value, ensure_ascii=False)[1:-1]
    return value
