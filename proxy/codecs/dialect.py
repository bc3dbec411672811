"""The leaves of a JSON text in, what each is for out: role, kind and rights, by a table of dialects/."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from proxy.codecs.json_spans import Container, Leaf, Tree

_ROLES = {"developer": "system", "function": "tool", "model": "assistant", "chatbot": "assistant", "ai": "assistant"}
_KIND_OF_ROLE = {"system": "system", "tool": "tool_result"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_SIGNATURES = ("signature", "thoughtSignature", "thought_signature")
_LONGEST_SHAPE = 200
_MEMO = 4096
_NO_MARKS: Mapping[str, str] = {}
_MODEL, _STREAM = 1, 2
_PIECES = frozenset({"text", "refusal", "transcript"})  # members by which an element of an array is text


@dataclass(frozen=True, slots=True)
class Label:
    """What a leaf is for. `group` tells leaves that are read as one text: None, or what they have in common.

    `inside` names the dialect of the JSON text that a string holds; `mapped` tells that the dialect's own table knows
    the leaf.
    """

    role: str = ""
    kind: str = "prompt"
    writable: bool = True
    decided: bool = False
    media: bool = False
    tokens: bool = False
    group: tuple[int, int] | None = None
    inside: str = ""
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """A JSON text whose leaves are labelled, and what it says of itself: the model's name as written, …"""

    labels: list[Label] = field(repr=False)
    model: str = ""
    stream: bool = False
    tools: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What the leaves of some patterns are for, as dialects/base.yaml explains."""

    kind: str = ""
    role: str | None = None
    writable: bool = True
    decided: bool | None = None  # by role, where it is not said
    join: bool = False
    media: bool = False
    tokens: bool = False
    inside: str = ""
    own: bool = True  # of the dialect's own table, not of the rules that all have in common


@dataclass(frozen=True, slots=True)
class Dialect:
    """One wire form. Made by `dialect_table.load`."""

    name: str
    _rules: tuple[Rule, ...] = field(repr=False)
    _leaf: re.Pattern[str] = field(repr=False)  # one group a rule
    _turn: re.Pattern[str] = field(repr=False)
    _signed: re.Pattern[str] = field(repr=False)
    _tools: re.Pattern[str] = field(repr=False)
    _files: re.Pattern[str] = field(repr=False)  # where base64 of a file may stand, whatever rule says what it is for
    _facts: re.Pattern[str] = field(repr=False)  # groups: model, stream
    _words: frozenset[str] = field(repr=False)  # all that the patterns name
    _default_role: str = ""
    _indexed: bool = False  # elements are told apart by their number, not by their type
    fields: frozenset[str] = frozenset()  # fields of a form that hold a request of this dialect as JSON
    choices: tuple[tuple[str, str], ...] = ()  # (path, dialect): a request that has this member is of that dialect
    # What the patterns said of shapes, which are made of their own words: nothing of a request is kept.
    _labelled: dict[tuple[str, str, bool, str], tuple[Label, int, int]] = field(default_factory=dict, repr=False)
    _placed: dict[str, tuple[bool, bool, bool]] = field(default_factory=dict, repr=False)

    @property
    def refers(self) -> frozenset[str]:
        """Return the names of other dialects that this one speaks of."""
        return frozenset((*(rule.inside for rule in self._rules if rule.inside), *(name for _, name in self.choices)))

    def read(self, tree: Tree, text: str) -> Labelled:
        """Return one label a leaf, in order, and what the request says of itself; `text` is what `tree` is of."""
        places, numbers = self._places(tree)
        known: dict[tuple[int, str, str], tuple[Label, int, int]] = {}
        labels: list[Label] = []
        model, stream = "", False
        for leaf in tree.leaves:
            key = (numbers[leaf.container], leaf.path if self._indexed else leaf.name, leaf.what)
            if key not in known:
                place = places[key[0]]
                shaped = (self._leaf_shape(place.shape, leaf, tree), place.role, place.signed, _what(leaf))
                if shaped not in self._labelled:
                    _remember(self._labelled, shaped, (*self._label(*shaped), self._fact(shaped[0])))
                known[key] = self._labelled[shaped]
            label, joined, fact = known[key]
            if joined >= 0 and leaf.what == "string":
                label = replace(label, group=(_owner(leaf, tree), joined))
            if fact == _MODEL and leaf.what == "string":
                model = text[leaf.start : leaf.end]
            elif fact == _STREAM:
                stream = text[leaf.start : leaf.end] == "true"
            labels.append(label)
        return Labelled(labels, model, stream, any(self._kind(place.shape)[2] for place in places))

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
        turn, covered, _ = self._kind(shape)
        if turn:
            role = role.lower()
            role = _ROLES.get(role, role if role in ("user", "assistant", "system", "tool") else "")
        else:
            role = above.role
        return _Place(shape, role, above.signed or (signed and covered))

    def _kind(self, shape: str) -> tuple[bool, bool, bool]:
        """Tell whether a container is somebody's turn, may be covered by a signature, declares or answers tools."""
        if shape not in self._placed:
            patterns = (self._turn, self._signed, self._tools)
            turn, signed, tools = (pattern.fullmatch(shape) is not None for pattern in patterns)
            _remember(self._placed, shape, (turn, signed, tools))
        return self._placed[shape]

    def _step(self, container: Container, marks: Mapping[str, str]) -> str:
        """Return what a container adds to the shape of the one it stands in. A word of no pattern is any word: `*`."""
        if container.parent < 0:
            return "$"
        if container.element:
            kind = _index(container.path) if self._indexed else marks.get("type", "")
            return f"[{kind if kind in self._words else '*'}]"
        return f".{container.name if container.name in self._words else '*'}"

    def _leaf_shape(self, above: str, leaf: Leaf, tree: Tree) -> str:
        """Return the path of a leaf with types instead of numbers; `~` at the end of a key's."""
        if leaf.container < 0:
            return "$"
        if tree.containers[leaf.container].array:
            index = _index(leaf.path) if self._indexed else ""
            return f"{above}[{index if index in self._words else '*'}]"
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
            role == "assistant" if rule.decided is None else rule.decided,
            rule.media or self._files.fullmatch(shape) is not None,
            rule.tokens,
            inside=rule.inside,
            mapped=rule.own,
        )
        return label, number if rule.join else -1


@dataclass(frozen=True, slots=True)
class _Place:
    """A container: the shape of its path, whose turn it is in, whether a signature covers it."""

    shape: str
    role: str
    signed: bool


def _remember[K, V](memo: dict[K, V], key: K, value: V) -> None:
    """Keep a value; forget all when there are too many."""
    if len(memo) >= _MEMO:
        memo.clear()
    memo[key] = value


def _index(path: str) -> str:
    """Return the number of the element that a path ends in."""
    return path[path.rfind("[") + 1 : -1]


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
