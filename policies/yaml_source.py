"""YAML text in, a tree that knows where each value stands out.

Rules
1. Plain scalars follow the core schema of YAML 1.2 (section 10.3.2), not PyYAML's 1.1: `no`, `12:30`, `1_000` and
   `2026-12-31` are text, `014` is 14. A quoted scalar is always text.
2. Anchors, aliases, tags, duplicate keys, a second document and nesting beyond 32 levels are problems: each of them
   makes a file mean something else than it seems to say, or makes a small file large.
3. Everything that is wrong is reported at once; only a syntax error ends the reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from policies.problem import Problem

DEPTH = 32
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _Mark(Protocol):
    """Where the parser is; PyYAML has two such classes."""

    line: int
    column: int


_LIBYAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf. `line` and `column` count from 1."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def value(self) -> str | int | float | bool | None:
        """Return what the core schema makes of it."""
        if not self.plain:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INT.fullmatch(self.text) and len(self.text) <= 400:
            return int(self.text, 0) if self.text[1:2] in {"o", "x"} else int(self.text)
        if _FLOAT.fullmatch(self.text):
            return float(self.text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        return self.text


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys in the order of the file, each once."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int


Node = Scalar | Items | Table


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name as shown in messages, its lines, its tree (None: empty or not YAML) and what is wrong."""

    name: str
    lines: tuple[str, ...]
    root: Node | None
    problems: tuple[Problem, ...]

    def problem(self, line: int, column: int, message: str, help: str = "") -> Problem:
        """Return a problem at a place of this file, with the line at fault."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Problem(self.name, line, column, message, help, source)


def read(name: str, text: str) -> Source:
    """Read one YAML document. Raises nothing: what is wrong stands in `problems`."""
    lines = tuple(text.splitlines())
    composer = _Composer(Source(name, lines, None, ()))
    root = composer.compose(text)
    return Source(name, lines, root, tuple(composer.problems))


class _Composer:
    """Builds the tree from the parser's events: PyYAML's own composer drops anchors and keeps the last duplicate."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.problems: list[Problem] = []

    def compose(self, text: str) -> Node | None:
        root: Node | None = None
        try:
            events = yaml.parse(text, Loader=_LIBYAML)
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                    self._report(event.start_mark, "a second document", "write one document a file")
                    return root
                if isinstance(event, yaml.DocumentStartEvent):
                    root = self._node(next(events), events, 0)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            said = " ".join(filter(None, (error.context, error.problem)))
            self._report(mark, f"not valid YAML: {said}", "indent with spaces; quote text that holds any of {}[]:#,")
            return None
        except yaml.reader.ReaderError as error:
            before = text[: error.position if isinstance(error.position, int) else 0]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            self.problems.append(self._source.problem(line, column, "a character that YAML does not allow"))
            return None
        except _TooDeepError:
            return None
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        mark: Any = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if depth > DEPTH:
            self._report(mark, f"nested more than {DEPTH} levels deep")
            raise _TooDeepError
        if isinstance(event, yaml.AliasEvent):
            self._report(mark, "an alias is not allowed here", "name the words under `lists:` and write $name")
            return Scalar("", True, line, column)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self._refuse(event)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, event.implicit[0], line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._node(event, events, depth + 1))
            return Items(tuple(items), line, column)
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            self._enter(entries, key, value)
        return Table(tuple(entries.values()), line, column)

    def _enter(self, entries: dict[str, tuple[Scalar, Node]], key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self.problems.append(self._source.problem(key.line, key.column, "a key must be plain text"))
        elif key.text in entries:
            first = entries[key.text][0]
            self.problems.append(
                self._source.problem(
                    key.line, key.column, f'duplicate key "{key.text}"', f"it stands first in line {first.line}"
                )
            )
        else:
            entries[key.text] = (key, value)

    def _refuse(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._report(event.start_mark, "an anchor is not allowed here", "name the words under `lists:`")
        if event.tag is not None:
            self._report(event.start_mark, f'the tag "{event.tag}" is not allowed', "write the value without a tag")

    def _report(self, mark: _Mark | None, message: str, help: str = "") -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.problems.append(self._source.problem(line, column, message, help))


class _TooDeepError(Exception):
    """Ends the reading of a file that nests without end."""
