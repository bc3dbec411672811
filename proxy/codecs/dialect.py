"""The leaves of a JSON text in, what each is for out: role, kind and rights, by the tables in dialects.yaml."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from proxy.codecs.json_spans import Container, Leaf, Tree

_ROLES = {"developer": "system", "function": "tool", "model": "assistant", "chatbot": "assistant", "ai": "assistant"}
_KIND_OF_ROLE = {"system": "system", "tool": "tool_result"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_SIGNATURES = ("signature", "thoughtSignature", "thought_signature")
_LONGEST_SHAPE = 200
_NO_MARKS: Mapping[str, str] = {}
_MODEL, _STREAM = 1, 2
_PIECES = frozenset({"text", "refusal", "transcript"})  # members by which an element of an array is text


@dataclass(frozen=True, slots=True)
class Label:
    """What a leaf is for. `group` tells leaves that are read as one text: None, or what they have in common."""

    role: str = ""
    kind: str = "prompt"
    writable: bool = True
    decided: bool = False
    media: bool = False
    tokens: bool = False
    group: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A JSON text whose leaves are labelled, and what it says of itself: the model's name as written, …"""

    labels: list[Label] = field(repr=False)
    model: str = ""
    stream: bool = False
    tools: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str = ""
    role: str | None = None
    writable: bool = True
    decided: bool = False
    join: bool = False
    media: bool = False
    tokens: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """One wire form. Made by `load`."""

    name: str
    _rules: tuple[_Rule, ...] = field(repr=False)
    _leaf: re.Pattern[str] = field(repr=False)  # one group a rule
    _turn: re.Pattern[str] = field(repr=False)
    _signed: re.Pattern[str] = field(repr=False)
    _tools: re.Pattern[str] = field(repr=False)
    _facts: re.Pattern[str] = field(repr=False)  # groups: model, stream
    _words: frozenset[str] = field(repr=False)  # all that the patterns name
    _default_role: str = ""

    def read(self, tree: Tree, text: str) -> Labelled:
        """Return one label a leaf, in order, and what the request says of itself; `text` is what `tree` is of."""
        places, numbers = self._places(tree)
        known: dict[tuple[int, str, str], tuple[Label, int, int]] = {}
        of_shape: dict[tuple[str, str, bool, str], tuple[Label, int, int]] = {}
        labels: list[Label] = []
        model, stream = "", False
        for leaf in tree.leaves:
            key = (numbers[leaf.container], leaf.name, leaf.what)
            if key not in known:
                place = places[key[0]]
                shaped = (self._leaf_shape(place.shape, leaf, tree), place.role, place.signed, _what(leaf))
                if shaped not in of_shape:
                    of_shape[shaped] = (*self._label(*shaped), self._fact(shaped[0]))
                known[key] = of_shape[shaped]
            label, joined, fact = known[key]
            if joined >= 0 and leaf.what == "string":
                label = replace(label, group=(_owner(leaf, tree), joined))
            if fact == _MODEL and leaf.what == "string":
                model = text[leaf.start : leaf.end]
            elif fact == _STREAM:
                stream = text[leaf.start : leaf.end] == "true"
            labels.append(label)
        return Labelled(labels, model, stream, any(self._tools.fullmatch(place.shape) for place in places))

    def _fact(self, shape: str) -> int:
        found = self._facts.fullmatch(shape)
        return found.lastindex or 0 if found else 0

    def _places(self, tree: Tree) -> tuple[list["_Place"], list[int]]:
        """Return the places that there are, and the number of its place for each container; the last is for none."""
        places = [_Place("", "", False)]
        known: dict[tuple[int, str, str, bool], int] = {}
        numbers: list[int] = []
        for container, inner in enumerate(tree.containers):
            above = numbers[inner.parent] if inner.parent >= 0 else 0
            marks = tree.marks.get(container, _NO_MARKS)
            signed = bool(marks) and any(marks.get(name) for name in _SIGNATURES)
            key = (above, self._step(inner, marks), marks.get("role", self._default_role), signed)
            if key not in known:
                known[key] = len(places)
                places.append(self._place(places[above], *key[1:]))
            numbers.append(known[key])
        return places, [*numbers, 0]

    def _place(self, above: "_Place", step: str, role: str, signed: bool) -> "_Place":
        shape = above.shape + step if len(above.shape) <= _LONGEST_SHAPE else above.shape
        if self._turn.fullmatch(shape):
            role = role.lower()
            role = _ROLES.get(role, role if role in ("user", "assistant", "system", "tool") else "")
        else:
            role = above.role
        return _Place(shape, role, above.signed or (signed and bool(self._signed.fullmatch(shape))))

    def _step(self, container: Container, marks: Mapping[str, str]) -> str:
        """Return what a container adds to the shape of the one it stands in. A word of no pattern is any word: `*`."""
        if container.parent < 0:
            return "$"
        if container.element:
            kind = marks.get("type", "")
            return f"[{kind if kind in self._words else '*'}]"
        return f".{container.name if container.name in self._words else '*'}"

    def _leaf_shape(self, above: str, leaf: Leaf, tree: Tree) -> str:
        """Return the path of a leaf with types instead of numbers; `~` at the end of a key's."""
        if leaf.container < 0:
            return "$"
        if tree.containers[leaf.container].array:
            return above + "[*]"
        return f"{above}.{leaf.name if leaf.name in self._words else '*'}{'~' if leaf.what == 'key' else ''}"

    def _label(self, shape: str, role: str, signed: bool, what: str) -> tuple[Label, int]:
        """Return the label of a leaf, and the rule that joins it to its neighbours (or -1)."""
        found = self._leaf.fullmatch(shape)
        if found is None or found.lastindex is None:
            plain = "prompt" if what in ("string", "number", "text key") else "metadata"
            kind = _KIND_OF_ROLE.get(role, plain) if plain == "prompt" else plain
            return Label(role, kind, not signed, role == "assistant"), -1
        number = found.lastindex - 1
        rule = self._rules[number]
        role = role if rule.role is None else rule.role
        label = Label(
            role,
            rule.kind or _KIND_OF_ROLE.get(role, "prompt"),
            rule.writable and not signed,
            rule.decided or role == "assistant",
            rule.media,
            rule.tokens,
        )
        return label, number if rule.join else -1


@dataclass(frozen=True, slots=True)
class _Place:
    """A container: the shape of its path, whose turn it is in, whether a signature covers it."""

    shape: str
    role: str
    signed: bool


def _what(leaf: Leaf) -> str:
    """Return what a leaf is; a key that is no plain name is a `text key`, for it may be anybody's words."""
    return "text key" if leaf.what == "key" and not _NAME.fullmatch(leaf.name) else leaf.what


def _owner(leaf: Leaf, tree: Tree) -> int:
    """Return the container that texts side by side have in common: for pieces of an array, the one that holds it."""
    container = tree.containers[leaf.container]
    if container.element and leaf.name in _PIECES:
        container = tree.containers[container.parent]
        return container.parent
    return container.parent if container.array else leaf.container


@dataclass(frozen=True, slots=True)
class Dialects:
    """All dialects by name. An unknown name is `generic`."""

    _known: Mapping[str, Dialect] = field(repr=False)
    _lines: Sequence[tuple[str, str]]

    def get(self, name: str) -> Dialect:
        """Return a dialect."""
        return self._known.get(name) or self._known["generic"]

    def of_line(self, tree: Tree) -> Dialect:
        """Return the dialect of one line of a batch or fine-tuning file, by the members that it has."""
        paths = {container.path for container in tree.containers} | {leaf.path for leaf in tree.leaves}
        return next((self.get(name) for path, name in self._lines if path in paths), self.get("generic"))


@cache
def load() -> Dialects:
    """Return the dialects of dialects.yaml. Raises ValueError or KeyError where that file is wrong."""
    source = Path(__file__).with_name("dialects.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    root = "|".join(_pattern(path, r"\$") for path in sorted(table["roots"], key=len, reverse=True))

    def compiled(paths: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(_pattern(path, f"(?:{root})") for path in paths) or r"(?!)")

    def dialect(name: str, entry: Mapping[str, Any]) -> Dialect:
        rules = [*table["first"], *entry["rules"], *table["last"]]
        return Dialect(
            name,
            tuple(_Rule(**{key: value for key, value in rule.items() if key != "at"}) for rule in rules),
            re.compile("|".join(f"({compiled(rule['at']).pattern})" for rule in rules), re.DOTALL),
            compiled(entry.get("turns", ())),
            compiled(entry.get("signed", ())),
            compiled(entry.get("tools", ())),
            facts,
            frozenset(re.findall(r"\w+", " ".join(_patterns(table, entry)))),
            entry.get("default_role", ""),
        )

    facts = re.compile(f"({compiled(table['model']).pattern})|({compiled(table['stream']).pattern})")
    known = {name: dialect(name, entry) for name, entry in table["dialects"].items()}
    return Dialects(known, [(line["at"], line["dialect"]) for line in table["lines"]])


def _patterns(table: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield every pattern that a dialect reads with."""
    for rule in (*table["first"], *entry["rules"], *table["last"]):
        yield from rule["at"]
    for name in ("turns", "signed", "tools"):
        yield from entry.get(name, ())
    for name in ("roots", "model", "stream"):
        yield from table[name]


_TOKEN = re.compile(
    r"(?P<root>\$)|(?P<below>\.\.\*\Z)|(?P<any>\.\*)|(?P<depth>\.\.)(?P<deep>\w+|\([\w|]+\))"
    r"|\.(?P<name>\w+|\([\w|]+\))|\[(?P<element>\*|[\w|]+)\]"
)


def _pattern(path: str, root: str) -> str:
    """Return a pattern of dialects.yaml as a regular expression over shapes. Raises ValueError for bad grammar."""
    result, position = "", 0
    while position < len(path):
        found = _TOKEN.match(path, position)
        if not found:
            raise ValueError(f"dialects.yaml: cannot read the pattern {path}")
        position = found.end()
        if found["root"]:
            result += root
        elif found["below"]:
            result += r"(?:[.\[].*)?"
        elif found["any"]:
            result += r"\.[^.\[]+"
        elif found["deep"]:
            result += r"(?:[.\[].*)?\." + found["deep"].replace("(", "(?:")
        elif found["name"]:
            result += r"\." + found["name"].replace("(", "(?:")
        else:
            result += r"\[[^\]]*\]" if found["element"] == "*" else rf"\[(?:{found['element']})\]"
    return result
