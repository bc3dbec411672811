"""A YAML file in, records that know where they stand out, so that an error can say file, line and column.

Rules
1. Scalars are text: an unquoted `no` or `1e3` is what was typed. Numbers are read where a field asks for one.
2. Every error is a ValueError `file:line:column: what is wrong`, with `did you mean` where a name is near.
3. Duplicate keys are errors.
"""

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """One mapping of a file."""

    file: str
    node: yaml.MappingNode

    def only(self, allowed: Collection[str]) -> None:
        """Raise ValueError at the first key that is not in `allowed`."""
        for key in self.node.value:
            name = key[0].value
            if name not in allowed:
                raise ValueError(f"{_at(self.file, key[0])}: unknown key '{name}'{suggest(name, allowed)}")

    def has(self, key: str) -> bool:
        """Tell whether `key` is given."""
        return self._find(key) is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the keys in the order of the file."""
        return tuple(key.value for key, _ in self.node.value)

    def error(self, message: str, key: str = "") -> ValueError:
        """Return a ValueError that points at `key`'s value, or at the record."""
        return ValueError(f"{_at(self.file, self._find(key) or self.node)}: {message}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text. Raises ValueError where it is missing (and has no default) or not a text."""
        node = self._find(key)
        if node is None:
            if default is None:
                raise self.error(f"'{key}' is missing")
            return default
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(f"'{key}' must be a text", key)
        return str(node.value)

    def number(self, key: str, default: float, lowest: float, highest: float) -> float:
        """Return a number from `lowest` to `highest`. Raises ValueError otherwise."""
        if not self.has(key):
            return default
        try:
            value = float(self.text(key))
        except ValueError:
            raise self.error(f"'{key}' must be a number", key) from None
        if not lowest <= value <= highest:
            raise self.error(f"'{key}' must be from {lowest:g} to {highest:g}", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, each either a text or a list of pieces that are joined."""
        return tuple(_joined(self.file, node) for node in self._sequence(key))

    def records(self, key: str) -> Iterator["Record"]:
        """Return the mappings in the list under `key`."""
        for node in self._sequence(key):
            yield _record(self.file, node)

    def mapping(self, key: str) -> dict[str, str]:
        """Return the mapping of texts under `key`."""
        node = self._find(key)
        if node is None:
            return {}
        inner = _record(self.file, node)
        return {name: inner.text(name) for name in inner.names}

    def _sequence(self, key: str) -> list[yaml.Node]:
        node = self._find(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(f"'{key}' must be a list", key)
        return list(node.value)

    def _find(self, key: str) -> yaml.Node | None:
        return next((value for name, value in self.node.value if name.value == key), None)


def read(path: Path) -> Record:
    """Return the mapping that the YAML file `path` holds; an empty file is an empty mapping.

    Raises ValueError where it cannot be read, is not UTF-8 YAML or not a mapping.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise ValueError(f"{name}:1:1: cannot be read: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise ValueError(f"{name}:1:1: larger than {_LARGEST} bytes")
    return parse(data, name)


def parse(data: bytes, name: str) -> Record:
    """Return the mapping in `data`; `name` stands for the file in errors. Raises ValueError as `read` does."""
    try:
        node = yaml.compose(data, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise ValueError(f"{name}:{place}: not valid yaml: {error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeError, RecursionError):
        raise ValueError(f"{name}:1:1: not valid yaml") from None
    if node is None:
        node = yaml.MappingNode("tag:yaml.org,2002:map", [])
    return _record(name, node)


def expand(paths: Sequence[Path]) -> list[Path]:
    """Return the YAML files that `paths` name: files as they are, folders by what lies in them, sorted."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files.extend(sorted(entry for entry in path.iterdir() if entry.suffix in {".yaml", ".yml"}))
        else:
            files.append(path)
    return files


def refuse_near_misses(record: Record, keys: Collection[str]) -> None:
    """Raise ValueError at a key that nearly is one of `keys`; quite other keys belong to other readers of the file."""
    for name in record.names:
        near = difflib.get_close_matches(name, sorted(keys), n=1, cutoff=0.75)
        if near and name not in keys:
            raise record.error(f"unknown key '{name}', did you mean '{near[0]}'?", name)


def suggest(name: str, known: Collection[str]) -> str:
    """Return `, did you mean 'x'?` for the nearest of `known`, or nothing."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f", did you mean '{near[0]}'?" if near else ""


def _record(file: str, node: yaml.Node) -> Record:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError(f"{_at(file, node)}: must be a mapping")  # noqa: TRY004 - one kind of error for a bad file
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ValueError(f"{_at(file, key)}: a key must be a text")  # noqa: TRY004 - as above
        if key.value in seen:
            raise ValueError(f"{_at(file, key)}: '{key.value}' is given twice")
        seen.add(key.value)
    return Record(file, node)


def _joined(file: str, node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(piece, yaml.ScalarNode) for piece in node.value):
        return "".join(piece.value for piece in node.value)
    raise ValueError(f"{_at(file, node)}: must be a text or a list of texts")


def _at(file: str, node: yaml.Node) -> str:
    mark = node.start_mark
    return f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"
