"""A JSON text in, every scalar leaf and every object key with its place out.

Rules
1. The grammar is RFC 8259, strictly: no NaN, no trailing comma, no second value, no control character in a string.
2. Nothing is merged: of two members with one name both are leaves. A parser shows only the last of them, and which
   one the server takes is the server's secret.
3. Strings stay as they are written. Whoever wants the text unescapes the slice.
4. One regular expression finds one member or element, so the cost is per leaf, not per character. All repetition in
   it is possessive: it cannot backtrack, whatever the text. The end of a long string is found by the scanner of the
   standard library, which is in C: a tenth of the time.
"""

import re
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Literal

from proxy.codecs import styles
from proxy.codecs.limits import Limits, Unreadable

What = Literal["string", "number", "word", "key"]

_WS = r"[ \t\n\r]*+"
_STRING = r'"((?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+)"'
_NUMBER = r"(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)"
_SHORT = r'"((?:[^"\\\x00-\x1f]{1,100}+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){0,3}+)"'
_SCALAR = rf"(?:{_SHORT}|{_NUMBER}|(true|false|null)){_WS}"
# Groups of all three: 1 key, 2 string, 3 number, 4 word, 5 what follows a scalar, 6 what opens a container or, where it
# is not a short one, a string.
_MEMBER = re.compile(rf"{_WS}{_STRING}{_WS}:{_WS}(?:{_SCALAR}([,}}])|([{{\[\"]))")
_ELEMENT = re.compile(rf"{_WS}()(?:{_SCALAR}([,\]])|([{{\[\"]))")
_ROOT = re.compile(rf"{_WS}()(?:{_SCALAR}(\Z)|([{{\[\"]))")
_LONG = re.compile(_STRING)
_LAST = re.compile(rf"{_WS}(\Z)")
_EMPTY = re.compile(rf"{_WS}([}}\]])")
_AFTER = re.compile(rf"{_WS}([,}}\]])")
_END = re.compile(rf"{_WS}\Z")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NOT_PRINTED = re.compile("[\x00-\x1f'\\\\\x7f\ud800-\udfff]")
_LONGEST_PATH = 512

MARKS = frozenset(
    (
        "role",
        "type",
        "media_type",
        "mime_type",
        "mimeType",
        "format",
        "signature",
        "thoughtSignature",
        "thought_signature",
    )
)
"""Members that say something about their whole object; see `Tree.marks`."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar or object key: where it is written, `start` to `end`, the quotation marks of a string left out."""

    path: str = field(repr=False)
    name: str = field(repr=False)  # its own name, or that of the array it stands in
    container: int
    start: int
    end: int
    what: What


@dataclass(frozen=True, slots=True)
class Container:
    """One array or object. `name` is its own, or that of the array it stands in; `parent` is -1 at the top."""

    path: str = field(repr=False)
    name: str = field(repr=False)
    parent: int
    array: bool
    element: bool  # it stands in an array


@dataclass(frozen=True, slots=True)
class Tree:
    """All leaves of one JSON text in order, and what they stand in.

    `marks` holds, for each object that has any, its string members out of MARKS, as written; a name that occurs
    twice with different values is there with an empty one.
    """

    leaves: list[Leaf] = field(repr=False)
    containers: list[Container] = field(repr=False)
    marks: dict[int, dict[str, str]] = field(repr=False)


def read_json(text: str, limits: Limits, start: int = 0, end: int | None = None, leaves: int | None = None) -> Tree:
    """Return the leaves of the one JSON text that stands from `start` to `end`; `leaves` is the most there may be.

    A byte order mark at the start is passed over (RFC 8259, 8.1). Raises Unreadable: undecodable where it is not
    JSON, too_large where it is too deep or has too many leaves.
    """
    stop = len(text) if end is None else end
    if text.startswith("\ufeff", start, stop):
        start += 1
    walk = _Walk(text, stop, limits.depth, limits.leaves if leaves is None else leaves)
    after = walk.take(_ROOT.match(text, start, stop))  # what came last: an opening (""), a comma, or a closing bracket
    while walk.stack:
        if after in _CLOSERS:
            walk.close(after)
            found = (_AFTER if walk.stack else _END).match(text, walk.position, stop)
            if found is None:
                raise Unreadable("undecodable")
            after = found[1] if walk.stack else ""
            walk.position = found.end()
            continue
        found = None if after else _EMPTY.match(text, walk.position, stop)
        if found:
            after, walk.position = found[1], found.end()
        else:
            after = walk.take((_ELEMENT if walk.array else _MEMBER).match(text, walk.position, stop))
    return walk.tree


_CLOSERS = ("]", "}")


class _Walk:
    """The containers that are open, the tree so far, and the position of what comes next."""

    def __init__(self, text: str, stop: int, depth: int, leaves: int) -> None:
        self.tree = Tree([], [], {})
        self.position = 0
        self._text = text
        self._stop = stop
        self.stack: list[int] = []
        self.array = False
        self._depth = depth
        self._leaves = leaves
        self._counts: list[int] = []
        self._names: dict[str, tuple[str, str]] = {}

    def take(self, found: re.Match[str] | None) -> str:
        """Add one member or element; return the comma or bracket after it, or nothing where it opens a container."""
        if found is None:
            raise Unreadable("undecodable")
        container = self.stack[-1] if self.stack else -1
        path, name = ("$", "") if container < 0 else self._place(container, found)
        self.position = found.end()
        if found[6] == '"':
            return self._long(path, name, container)
        if found[6]:
            self._enter(path, name, container, found[6] == "[")
            return ""
        what: What = "string" if found.start(2) >= 0 else "number" if found.start(3) >= 0 else "word"
        start, end = found.span(2 if what == "string" else 3 if what == "number" else 4)
        if name in MARKS and what == "string" and not self.array:
            self._mark(container, name, found[2])
        self._add(Leaf(path, name, container, start, end, what))
        return found[5]

    def _long(self, path: str, name: str, container: int) -> str:
        """Add the string that begins here; return the comma or bracket after it."""
        start, end = self.position, self._end_of_string()
        follows = _LAST if container < 0 else _AFTER
        found = follows.match(self._text, end + 1, self._stop)
        if found is None or found[1] == ("}" if self.array else "]"):
            raise Unreadable("undecodable")
        self.position = found.end()
        if name in MARKS and not self.array:
            self._mark(container, name, self._text[start:end])
        self._add(Leaf(path, name, container, start, end, "string"))
        return found[1]

    def _end_of_string(self) -> int:
        if self._stop == len(self._text):
            try:
                return int(scanstring(self._text, self.position, True)[1]) - 1
            except ValueError:
                raise Unreadable("undecodable") from None
        found = _LONG.match(self._text, self.position - 1, self._stop)  # the scanner knows no other end than the text's
        if found is None:
            raise Unreadable("undecodable")
        return found.end() - 1

    def _mark(self, container: int, name: str, raw: str) -> None:
        marks = self.tree.marks.setdefault(container, {})
        value = styles.unescaped(raw, "json")
        marks[name] = value if marks.get(name, value) == value else ""

    def _place(self, container: int, found: re.Match[str]) -> tuple[str, str]:
        """Return path and name of the next member or element; a member's key becomes a leaf."""
        owner = self.tree.containers[container]
        if self.array:
            self._counts[-1] += 1
            return f"{owner.path}[{self._counts[-1]}]", owner.name
        key = found[1]
        if key not in self._names:
            name = styles.unescaped(key, "json")
            self._names[key] = name[:64], _segment(name)
        name, segment = self._names[key]
        path = owner.path + segment
        self._add(Leaf(path + "~", name, container, *found.span(1), "key"))
        return path, name

    def _add(self, leaf: Leaf) -> None:
        if len(self.tree.leaves) >= self._leaves:
            raise Unreadable("too_large")
        self.tree.leaves.append(leaf)

    def _enter(self, path: str, name: str, parent: int, array: bool) -> None:
        if len(self.stack) >= self._depth or len(self.tree.containers) > self._leaves:
            raise Unreadable("too_large")
        if len(path) > _LONGEST_PATH:
            path = f"{path[:200]}…{path[-200:]}"
        self.stack.append(len(self.tree.containers))
        self._counts.append(-1)
        self.tree.containers.append(Container(path, name, parent, array, element=self.array))
        self.array = array

    def close(self, bracket: str) -> None:
        """Leave the innermost container. Raises Unreadable where the bracket is not its own."""
        if self.array != (bracket == "]"):
            raise Unreadable("undecodable")
        self.stack.pop()
        self._counts.pop()
        self.array = bool(self.stack) and self.tree.containers[self.stack[-1]].array


def _segment(name: str) -> str:
    """Return `.name`, or the name in brackets and quotation marks, cut after 64 characters (RFC 9535, 2.7)."""
    if _PLAIN_NAME.fullmatch(name):
        return "." + name
    shown = _NOT_PRINTED.sub(
        lambda found: "\\" + (found[0] if found[0] in "'\\" else f"u{ord(found[0]):04x}"), name[:64]
    )
    return f"['{shown}…']" if len(name) > 64 else f"['{shown}']"
