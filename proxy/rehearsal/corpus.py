"""Files, CSV and SQLite in, texts with names and rows of records out: what `hushgate fingerprint build` indexes."""

import csv
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from detectors.base import File
from detectors.documents.reader import read

CODE_SUFFIXES = {
    ".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy", ".c",
    ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".go", ".rs", ".rb", ".php", ".swift", ".m", ".mm", ".sh",
    ".bash", ".zsh", ".ps1", ".pl", ".pm", ".lua", ".r", ".jl", ".sql", ".tf", ".hcl", ".dart", ".ex", ".exs",
    ".erl", ".hs", ".ml", ".fs", ".clj", ".vb", ".vue", ".svelte", ".sol", ".proto", ".graphql", ".cu", ".zig",
    ".nim",
}  # fmt: skip
_PASSED_OVER = {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"}
_LARGEST = 32 << 20  # bytes of one file
_SECONDS = 30.0  # of reading one file


@dataclass(frozen=True, slots=True)
class Text:
    """A document to index: its name, what stands in it, whether it is code. `problem` says why it is not whole."""

    name: str
    text: str = field(repr=False)
    code: bool
    problem: str = ""


def texts(paths: Iterable[Path]) -> Iterator[Text]:
    """Yield what is to be indexed below `paths`; names are relative to the folder that was named. Raises OSError."""
    for path in paths:
        for file in _files(path):
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            yield _text(name, file)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.is_symlink() or entry.name in _PASSED_OVER:
            continue
        if entry.is_dir():
            yield from _files(entry)
        elif entry.is_file():
            yield entry


def _text(name: str, path: Path) -> Text:
    code = path.suffix.lower() in CODE_SUFFIXES
    if path.stat().st_size > _LARGEST:
        return Text(name, "", code, "too_large")
    found = read(
        File(path.read_bytes(), "", "" if code else path.suffix[1:].lower()),
        time.monotonic() + _SECONDS,
        time.monotonic,
    )
    return Text(name, found.text, code, "timeout" if found.late else ", ".join(found.unread))


def csv_rows(path: Path, columns: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
    """Return the names of the wanted columns (all without names) and the rows of a CSV file with a head line.

    Raises ValueError where there is no such column, UnicodeDecodeError where it is not UTF-8, OSError.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        sample = file.read(1 << 16)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(sample, delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    head = next(csv.reader(sample.splitlines(), dialect), [])
    wanted, places = _places(head, columns)

    def rows() -> Iterator[list[str]]:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.reader(lines, dialect)
            next(reader, None)
            for row in reader:
                yield [row[place] if place < len(row) else "" for place in places]

    return wanted, rows()


def query_rows(database: Path, query: str, columns: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
    """Return the same of a query on a SQLite file, opened for reading only. Raises ValueError, sqlite3.Error."""
    if not database.is_file():
        raise ValueError(f"there is no database {database}")
    address = f"{database.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        head = [name for name, *_ in connection.execute(query).description or ()]
    wanted, places = _places(head, columns)

    def rows() -> Iterator[list[str]]:
        with closing(sqlite3.connect(address, uri=True)) as again:
            for row in again.execute(query):
                yield ["" if row[place] is None else str(row[place]) for place in places]

    return wanted, rows()


def _places(head: Sequence[str], columns: Sequence[str]) -> tuple[list[str], list[int]]:
    names = [name.strip() for name in head]
    for column in columns:
        if column not in names:
            raise ValueError(f"there is no column {column!r}; there are {', '.join(names)}")
    wanted = list(columns) or names
    return wanted, [names.index(name) for name in wanted]
