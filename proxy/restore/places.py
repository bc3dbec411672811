"""One event of an answer in, its texts out: each with the name of the text that it is a piece of, signed ones left out.

The tables are in answers.yaml.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from proxy.codecs import styles
from proxy.codecs.json_spans import Container, Leaf, Tree, read_json
from proxy.codecs.limits import Limits, Unreadable
from proxy.codecs.spans import Document, Span

_LIMITS = Limits(leaves=100_000)
_NUMBERED = re.compile(r"/\d+\Z")  # patches append a new element for each piece
_EMPTY = ("", "false", "null")
_LONGEST_NAME = 200
_LONG_NUMBER = 9  # digits: the shortest number that stands for a person or an account


@dataclass(frozen=True, slots=True)
class Place:
    """One text of an event. `name` is the same for the pieces of one text; None where it is whole (a key, a kind).

    `writable`: no signature covers it.
    """

    span: Span
    text: str = field(repr=False)
    name: Hashable
    writable: bool = True


@dataclass(frozen=True, slots=True)
class _Table:
    tells_apart: frozenset[str]
    calls: tuple[str, str]
    patches: tuple[tuple[str, str], ...]
    types: frozenset[str]
    type_begins: tuple[str, ...]
    members: frozenset[str]
    names: frozenset[str]
    opaque: frozenset[str]
    whole: frozenset[str]
    whole_ends: tuple[str, ...]


@cache
def _table() -> _Table:
    raw = yaml.load(Path(__file__).with_name("answers.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    signed = raw["signed"]
    return _Table(
        frozenset(raw["tells_apart"]),
        (raw["calls"][0], raw["calls"][1]),
        tuple((patch["at"], patch["text"]) for patch in raw["patches"]),
        frozenset(signed["types"]),
        tuple(signed["type_begins"]),
        frozenset(signed["members"]),
        frozenset(signed["names"]),
        frozenset(raw["opaque"]),
        frozenset(raw["whole"]["names"]),
        tuple(raw["whole"]["ends"]),
    )


def aside(text: bytes) -> Place:
    """Return a text that stands outside an event's payload. Raises UnicodeDecodeError."""
    shown = text.decode()
    return Place(Span(Document(shown), 0, len(shown), "plain"), shown, None, writable=False)


class Places:
    """Finds the texts of the events of one answer: it remembers where the last patch was."""

    def __init__(self) -> None:
        self._sticky = ""

    def of(self, payload: bytes, *, plain: bool = False, whole: bool = False, signed: bool = False) -> list[Place]:
        """Return the texts of an event, in order. What is not JSON, or `plain`, is one text; `whole`: one of its own.

        `signed`: what is signed as well, as texts that are not writable, and numbers that could be somebody's. Raises
        UnicodeDecodeError, and Unreadable where it is too large.
        """
        text = payload.decode()
        document = Document(text, 0, len(payload))
        if not plain and text.lstrip(" \t\r\n\ufeff").startswith(("{", "[", '"')):
            try:
                return list(self._read(read_json(text, _LIMITS), document, signed))
            except Unreadable as error:
                if error.reason != "undecodable":
                    raise
        return [Place(Span(document, 0, len(text), "plain"), text, None if whole else "plain")] if text else []

    def _read(self, tree: Tree, document: Document, all_of_it: bool) -> Iterator[Place]:
        found = [leaf for leaf in tree.leaves if _speaks(leaf, document.text, all_of_it)]
        if not found:
            return
        marks = _marks(tree, document.text)
        names, signed = _where(tree.containers, marks), _signed(tree.containers, marks)
        told: set[str] = set()
        for leaf in found:
            if leaf.what == "number":
                span = Span(document, leaf.start, leaf.end, "number")
                yield Place(span, span.raw, None)
                continue
            covered = (leaf.container >= 0 and signed[leaf.container]) or (
                leaf.name in _table().names and not _in_array(leaf, tree)
            )
            if covered and (not all_of_it or leaf.name in _table().opaque):
                continue
            span = Span(document, leaf.start, leaf.end, "json")
            text = styles.unescaped(span.raw, "json")
            if _is_whole(leaf):
                yield Place(span, text, None, not covered)
            elif text:
                again = leaf.path in told  # a key that stands twice in one object: two texts
                told.add(leaf.path)
                yield Place(span, text, None if again else self._name(leaf, tree, names, marks), not covered)

    def _name(self, leaf: Leaf, tree: Tree, names: Sequence[Hashable], marks: Sequence[dict[str, str]]) -> Hashable:
        if leaf.container < 0:
            return "root"
        if not tree.containers[leaf.container].array:
            own = marks[leaf.container]
            for at, text in _table().patches:
                if leaf.name == text and (at in own or (leaf.path == "$.v" and self._sticky)):
                    place = own.get(at, self._sticky)
                    if at == "p" and leaf.container == 0:
                        self._sticky = place
                    return "patch", _NUMBERED.sub("/#", place)
        return names[leaf.container], leaf.path.rpartition("[")[2] if leaf.path.endswith("]") else leaf.name


def _speaks(leaf: Leaf, text: str, all_of_it: bool) -> bool:
    """Tell whether a leaf has to be looked at; where values are put back, not one that is whole and has no bracket."""
    if leaf.what == "number":
        return all_of_it and leaf.end - leaf.start >= _LONG_NUMBER
    if leaf.what == "word":
        return False
    if all_of_it or not _is_whole(leaf):
        return True
    raw = text[leaf.start : leaf.end]
    return "[" in raw or "\\" in raw


def _is_whole(leaf: Leaf) -> bool:
    table = _table()
    return leaf.what == "key" or (
        (leaf.name in table.whole or leaf.name.endswith(table.whole_ends)) and not leaf.path.endswith("]")
    )


def _in_array(leaf: Leaf, tree: Tree) -> bool:
    return leaf.container >= 0 and tree.containers[leaf.container].array


def _marks(tree: Tree, text: str) -> list[dict[str, str]]:
    """Return, for each container, those of its members that say something about it."""
    table = _table()
    wanted = {"type", *table.tells_apart, *table.calls, *table.members, *(at for at, _ in table.patches)}
    found: list[dict[str, str]] = [{} for _ in tree.containers]
    for leaf in tree.leaves:
        if leaf.what != "key" and leaf.name in wanted and leaf.container >= 0 and not _in_array(leaf, tree):
            found[leaf.container][leaf.name] = text[leaf.start : leaf.end][:_LONGEST_NAME]
    return found


def _where(containers: Sequence[Container], marks: Sequence[dict[str, str]]) -> list[Hashable]:
    """Return a name for each container that is the same from event to event."""
    names: list[Hashable] = []
    apart, (call, number) = _table().tells_apart, _table().calls
    for container, own in zip(containers, marks, strict=True):
        step = container.path[len(containers[container.parent].path) :] if container.parent >= 0 else "$"
        if container.element and "index" in own:
            step = "[]"
        told = tuple(sorted((name, value) for name, value in own.items() if name in apart))
        if call in own:
            told = (*told, (call, own.get(number, "")))
        names.append((names[container.parent] if container.parent >= 0 else None, step, told))
    return names


def _signed(containers: Sequence[Container], marks: Sequence[dict[str, str]]) -> list[bool]:
    """Tell for each container whether a signature covers it."""
    table = _table()
    found: list[bool] = []
    for container, own in zip(containers, marks, strict=True):
        kind = own.get("type", "")
        found.append(
            (container.parent >= 0 and found[container.parent])
            or kind in table.types
            or kind.startswith(table.type_begins)
            or (container.name in table.names and not container.element)
            or any(own.get(name, "") not in _EMPTY for name in table.members)
        )
    return found
