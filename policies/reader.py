"""A YAML tree and the grammar in, plain data with the place of every value out; what does not fit is a problem."""

import re
from dataclasses import dataclass, field
from typing import Any

from policies.abilities import THIS_BUILD, Abilities, lacking
from policies.problem import Path, Problem, suggest
from policies.shape import Flag, ListOf, Named, Number, Record, Shape, Text, WordOr
from policies.yaml_source import Items, Node, Scalar, Source, Table

_MISSING = object()
_LIST = re.compile(r"\$[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Document:
    """One file as plain data: dict, list, str, int, float, bool. What did not fit the grammar is left out."""

    source: Source
    data: dict[str, Any]
    places: dict[Path, tuple[int, int]] = field(repr=False)
    problems: list[Problem] = field(repr=False)
    spoilt: set[Path] = field(default_factory=set, repr=False)

    @property
    def name(self) -> str:
        """Return the file's name as shown in messages."""
        return self.source.name

    def report(self, path: Path, message: str, help: str = "") -> None:
        """Add a problem at `path`, or at the nearest place above it."""
        line, column = self.place(path)
        self.problems.append(self.source.problem(line, column, message, help))

    def report_lack(self, path: Path, message: str, help: str = "") -> None:
        """Add the problem that something is missing at `path`, unless it is there and did not fit the grammar."""
        if path not in self.spoilt:
            self.report(path, message, help)

    def place(self, path: Path) -> tuple[int, int]:
        """Return line and column of `path`, or of the nearest place above it."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def where(self, path: Path) -> str:
        """Return `file:line:column` of `path`."""
        line, column = self.place(path)
        return f"{self.name}:{line}:{column}"


def read(source: Source, shape: Record, abilities: Abilities = THIS_BUILD) -> Document:
    """Read a whole file. Raises nothing: what is wrong stands in `problems` of the document.

    What needs an ability that is off in `abilities` is a problem too.
    """
    document = Document(source, {}, {}, list(source.problems))
    if source.root is None:
        if not source.problems:
            document.problems.append(source.problem(0, 0, "the file is empty", "begin it with `schema: policy/v1`"))
        return document
    data = _Reader(document, abilities).value(source.root, shape, ())
    if isinstance(data, dict):
        document.data.update(data)
    return document


class _Reader:
    """Walks tree and grammar side by side."""

    def __init__(self, document: Document, abilities: Abilities) -> None:
        self._document = document
        self._abilities = abilities

    def value(self, node: Node, shape: Shape, path: Path) -> Any:
        self._document.places[path] = (node.line, node.column)
        before = len(self._document.problems)
        value = self._shaped(node, shape, path)
        if len(self._document.problems) > before:
            self._document.spoilt.add(path)
        return value

    def _shaped(self, node: Node, shape: Shape, path: Path) -> Any:
        match shape:
            case Record():
                return self._record(node, shape, path)
            case ListOf():
                return self._list(node, shape, path)
            case Named():
                return self._named(node, shape, path)
            case WordOr():
                inner = shape.record if isinstance(node, Table) else shape.word
                return self.value(node, inner, path)
            case Text():
                return self._text(node, shape)
            case Number():
                return self._number(node, shape)
            case Flag():
                return self._flag(node)

    def _report(self, node: Node, message: str, help: str = "") -> Any:
        if any(
            (problem.line, problem.column) == (node.line, node.column) for problem in self._document.source.problems
        ):
            return _MISSING  # an alias, say: it is reported already, and what it stands for is not known
        self._document.problems.append(self._document.source.problem(node.line, node.column, message, help))
        return _MISSING

    def _record(self, node: Node, shape: Record, path: Path) -> Any:
        if not isinstance(node, Table):
            return self._report(node, f"expected keys, found {_kind(node)}", f"its keys are {_listed(shape.keys)}")
        data: dict[str, Any] = {}
        for key, value in node.entries:
            known = shape.keys.get(key.text)
            if known is None:
                help_ = suggest(key.text, shape.keys) or f"its keys are {_listed(shape.keys)}"
                self._report(key, f'unknown key "{key.text}"', help_)
            elif instead := lacking(known.needs, self._abilities):
                self._report(key, f'"{key.text}" is not carried out by this build', instead)
            elif (read := self.value(value, known.shape, (*path, key.text))) is not _MISSING:
                data[key.text] = read
        written = {key.text for key, _ in node.entries}
        for name, known in shape.keys.items():
            if known.required and name not in written:
                self._report(node, f'the key "{name}" is missing', known.doc)
        return data

    def _named(self, node: Node, shape: Named, path: Path) -> Any:
        if not isinstance(node, Table):
            return self._report(node, f"expected names with values, found {_kind(node)}")
        data: dict[str, Any] = {}
        for key, value in node.entries:
            if not re.fullmatch(shape.pattern, key.text):
                self._report(key, f'"{key.text}" cannot be a name', "use small letters, digits and _")
            elif (read := self.value(value, shape.value, (*path, key.text))) is not _MISSING:
                data[key.text] = read
        return data

    def _list(self, node: Node, shape: ListOf, path: Path) -> Any:
        if isinstance(node, Scalar):
            if shape.lists and _LIST.fullmatch(node.text):
                return node.text
            help_ = f"write [{node.text}]" if node.text else "write at least one item, or leave the key out"
            return self._report(node, f"expected a list, found {_kind(node)}", help_)
        if isinstance(node, Table):
            return self._report(node, "expected a list, found keys", "begin each item with a dash")
        if len(node.items) < shape.shortest:
            return self._report(node, "an empty list asks nothing", "write at least one item, or leave the key out")
        items = [self.value(item, shape.item, (*path, i)) for i, item in enumerate(node.items)]
        # A hole keeps its number, so that later problems name the right item.
        return [None if item is _MISSING else item for item in items]

    def _text(self, node: Node, shape: Text) -> Any:
        choices = [word for word in shape.choices if not lacking(shape.needs.get(word, ""), self._abilities)]
        wants = f"one of {_listed(choices)}" if choices else shape.wants
        if not isinstance(node, Scalar):
            return self._report(node, f"expected {wants}, found {_kind(node)}")
        value = node.value
        if not isinstance(value, str):
            return self._report(node, f"expected {wants}, found {_kind(node)}", f'write "{node.text}" in quotes')
        if shape.choices and value not in shape.choices:
            help_ = suggest(value, choices) or f"use one of {_listed(choices)}"
            return self._report(node, f'unknown word "{value}"', help_)
        if instead := lacking(shape.needs.get(value, ""), self._abilities):
            return self._report(node, f'"{value}" is not carried out by this build', instead)
        if shape.pattern and not re.fullmatch(shape.pattern, value):
            return self._report(node, f'expected {shape.wants}, found "{value}"')
        return value

    def _number(self, node: Node, shape: Number) -> Any:
        what = "a whole number" if shape.whole else "a number"
        bounds = f"{shape.minimum:g} to {shape.maximum:g}"
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._report(node, f"expected {what}, found {_kind(node)}", f"write a number from {bounds}")
        if shape.whole and not isinstance(value, int):
            return self._report(node, f"expected {what}, found {value}", f"write a number from {bounds}")
        if not shape.minimum <= value <= shape.maximum:
            return self._report(node, f"{value} is out of range", f"write a number from {bounds}")
        return value

    def _flag(self, node: Node) -> Any:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool):
            return value
        return self._report(node, f"expected true or false, found {_kind(node)}", "write true or false, without quotes")


def _listed(words: object) -> str:
    return ", ".join(str(word) for word in words)  # type: ignore[attr-defined]


def _kind(node: Node) -> str:
    """Say in words what stands at `node`."""
    if isinstance(node, Table):
        return "keys"
    if isinstance(node, Items):
        return "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{value}".lower()
    return f'text "{_short(value)}"' if isinstance(value, str) else f"the number {node.text}"


def _short(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 40 else line[:39] + "…"
