"""A block of code in, the name of its language out: by the marks of a table, in the first lines only."""

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

READ = 2048
"""Characters of a block that are looked at."""

LEAST = 3.0
"""Points that a name needs: one sure mark."""

_POINTS = {"sure": 3.0, "often": 1.0, "not": -3.0}
_TOKEN = re.compile(
    r"""(?x)
    \#!\S+(?:[ ]\w+)?               # shebang
  | "[^"\n]{0,200}"|'[^'\n]{0,200}' # a string: passed over, but for its quote
  | [@$%&.\\\#]?[A-Za-z_][\w-]*\b[!?]?  # a word, with its sigil
  | -[a-z]\b | \d+                  # a flag, a number
  | [^\w\s()\[\]{},;"']+            # a run of operators
  | \S
    """
)

_DIFF = re.compile(r"^(?:@@ -\d|diff --git |--- \S[^\n]*\n\+\+\+ )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the table has it: its id and what kind of text it is (code, shell, sql, diff, config, …)."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Table:
    languages: dict[str, Language]
    names: dict[str, Language]
    marks: dict[str, tuple[tuple[str, float], ...]]
    prose: frozenset[str]


@functools.cache
def _table() -> _Table:
    raw: dict[str, Any] = yaml.load(files("detectors.code").joinpath("languages.yaml").read_bytes(), yaml.CSafeLoader)
    languages = {entry["id"]: Language(entry["id"], entry["kind"]) for entry in raw["languages"]}
    names: dict[str, Language] = {}
    marks: dict[str, dict[str, float]] = {}
    for entry in raw["languages"]:
        for name in (entry["id"], *entry["names"]):
            names[str(name)] = languages[entry["id"]]
        for key, points in _POINTS.items():
            for mark in entry.get(key, ()):
                marks.setdefault(_key(str(mark)), {})[entry["id"]] = points
    weighed = {mark: _weigh(points) for mark, points in marks.items()}
    return _Table(languages, names, weighed, frozenset(raw["prose"]))


def _key(mark: str) -> str:
    """Return a mark of the table in the form that `_marks` yields. Raises ValueError where it has three tokens."""
    head = "^" if mark.startswith("^") and len(mark) > 1 else ""
    tail = "$" if mark.endswith("$") and len(mark) > 1 else ""
    tokens = _tokens(mark[len(head) : len(mark) - len(tail)])
    if not 1 <= len(tokens) <= 2 or (tail and len(tokens) > 1):
        raise ValueError(f"languages.yaml: the mark {mark!r} is {len(tokens)} tokens; write one, or two without $")
    return head + " ".join(tokens) + tail


def _tokens(line: str) -> list[str]:
    return [token[0] if token[0] in "\"'" else token for token in _TOKEN.findall(line)]


def _weigh(points: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """Weigh a mark: the more languages claim it, the less it says for each."""
    claims = sum(value > 0 for value in points.values())
    return tuple((name, value / claims**0.5 if value > 0 else value) for name, value in points.items())


def named(name: str) -> Language | None:
    """Return the language that `name` (lower case, as after a fence) stands for, or None."""
    return _table().names.get(name)


def is_prose_name(name: str) -> bool:
    """Tell whether a fence of this name holds plain text."""
    return name in _table().prose


def recognise(block: str) -> Language | None:
    """Return the language of a block of code, or None where nothing speaks for one. Reads `READ` characters."""
    table = _table()
    if _DIFF.search(block[:READ]):
        return table.languages["diff"]
    scores: dict[str, float] = {}
    for mark, count in Counter(filter(table.marks.__contains__, _marks(block[:READ]))).items():
        for name, weight in table.marks[mark]:
            scores[name] = scores.get(name, 0.0) + weight * min(count, 4) ** 0.5
    best = max(scores, key=lambda name: (scores[name], name), default=None)
    return table.languages[best] if best is not None and scores[best] >= LEAST else None


def _marks(block: str) -> list[str]:
    marks: list[str] = []
    for line in block.split("\n"):
        tokens = _tokens(line)
        if tokens:
            pairs = [f"{before} {after}" for before, after in itertools.pairwise(tokens)]
            marks += tokens
            marks += pairs
            marks += ("^" + tokens[0], tokens[-1] + "$", "^" + pairs[0] if pairs else "")
    return marks
