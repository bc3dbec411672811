"""The tables in dialects/ in, dialects out, by name and by what a request looks like."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from proxy.codecs.dialect import Dialect, Rule
from proxy.codecs.json_spans import Tree

_FOLDER = Path(__file__).parent / "dialects"
_BASE = "base.yaml"


class Dialects:
    """All dialects by name, each made when it is first asked for. An unknown name is `generic`."""

    def __init__(self, base: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._base = base
        self._entries = entries
        self._made: dict[str, Dialect] = {}
        self._lines = _choices(base["lines"])

    def get(self, name: str) -> Dialect:
        """Return a dialect. Raises ValueError, TypeError or KeyError where its table is wrong: the tests make each."""
        if name not in self._made:
            if name not in self._entries:
                return self.get("generic")
            made = self._made[name] = _dialect(self._base, name, self._entries[name])
            if unknown := made.refers - self._entries.keys():
                raise ValueError(f'dialect "{name}" names unknown dialects: {", ".join(sorted(unknown))}')
        return self._made[name]

    def of_line(self, tree: Tree) -> Dialect:
        """Return the dialect of one line of a batch or fine-tuning file, by the members that it has."""
        return self.get(_chosen(self._lines, tree, "generic"))

    def of_request(self, dialect: Dialect, tree: Tree) -> Dialect:
        """Return the dialect of a request whose endpoint speaks `dialect`: some take several, told apart by members."""
        return self.get(_chosen(dialect.choices, tree, dialect.name)) if dialect.choices else dialect


def _chosen(choices: Sequence[tuple[str, str]], tree: Tree, default: str) -> str:
    paths = {container.path for container in tree.containers} | {leaf.path for leaf in tree.leaves}
    return next((name for path, name in choices if path in paths), default)


def _choices(raw: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((choice["at"], choice["dialect"]) for choice in raw)


@cache
def load() -> Dialects:
    """Return the dialects of dialects/. Raises ValueError where two bear one name."""
    return Dialects(_read(_FOLDER / _BASE), _entries())


@cache
def names() -> frozenset[str]:
    """Return the names of all dialects."""
    return frozenset(_entries())


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    entries: dict[str, Mapping[str, Any]] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        table = _read(path)
        for name, entry in table["dialects"].items():
            if name in entries:
                raise ValueError(f'{path.name}: two dialects are called "{name}"')
            entries[name] = {**_parent(table, entry), **entry}
    return entries


@cache
def _read(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return table


def _parent(table: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the dialect of the same file that an entry is `like`."""
    parent: Mapping[str, Any] = table["dialects"][entry["like"]] if "like" in entry else {}
    return parent


_KEYS = frozenset(("like", "turns", "signed", "tools", "rules", "roots", "default_role", "indexed", "fields", "choose"))


def _dialect(base: Mapping[str, Any], name: str, entry: Mapping[str, Any]) -> Dialect:
    if unknown := entry.keys() - _KEYS:
        raise ValueError(f'dialect "{name}" has unknown keys: {", ".join(sorted(unknown))}')
    roots = [*base["roots"], *entry.get("roots", ())]
    root = "|".join(_pattern(path, r"\$") for path in sorted(roots, key=len, reverse=True))

    def compiled(paths: Sequence[str]) -> re.Pattern[str]:
        return re.compile("|".join(_pattern(path, f"(?:{root})") for path in paths) or r"(?!)")

    common = [(rule, False) for rule in base["first"]], [(rule, False) for rule in base["last"]]
    rules = [*common[0], *((rule, True) for rule in entry.get("rules", ())), *common[1]]
    return Dialect(
        name,
        tuple(Rule(**{key: value for key, value in rule.items() if key != "at"}, own=own) for rule, own in rules),
        re.compile("|".join(f"({compiled(rule['at']).pattern})" for rule, _ in rules), re.DOTALL),
        compiled(entry.get("turns", ())),
        compiled(entry.get("signed", ())),
        compiled(entry.get("tools", ())),
        compiled([path for rule in base["last"] if rule.get("media") for path in rule["at"]]),
        re.compile(f"({compiled(base['model']).pattern})|({compiled(base['stream']).pattern})"),
        frozenset(re.findall(r"\w+", " ".join(_patterns(base, roots, entry)))),
        entry.get("default_role", ""),
        entry.get("indexed", False),
        frozenset(entry.get("fields", ())),
        _choices(entry.get("choose", ())),
    )


def _patterns(base: Mapping[str, Any], roots: Sequence[str], entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield every pattern that a dialect reads with."""
    for rule in (*base["first"], *entry.get("rules", ()), *base["last"]):
        yield from rule["at"]
    for name in ("turns", "signed", "tools"):
        yield from entry.get(name, ())
    yield from roots
    for name in ("model", "stream"):
        yield from base[name]


_TOKEN = re.compile(
    r"(?P<root>\$)|(?P<below>\.\.\*\Z)|(?P<any>\.\*)|(?P<depth>\.\.)(?P<deep>\w+|\([\w|]+\))"
    r"|\.(?P<name>\w+|\([\w|]+\))|\[(?P<element>\*|[\w|]+)\]"
)


def _pattern(path: str, root: str) -> str:
    """Return a pattern of dialects/ as a regular expression over shapes. Raises ValueError for bad grammar."""
    result, position = "", 0
    while position < len(path):
        found = _TOKEN.match(path, position)
        if not found:
            raise ValueError(f"dialects: cannot read the pattern {path}")
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
