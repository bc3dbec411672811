"""Folded text and the cues in it in, the cues at the head of a value's column out.

Two shapes are tables
1. Lines with equally many `;`, tabs, `|` or `,` under a line of titles of which one holds a cue (CSV, TSV, Markdown).
2. `(title, …) values (value, …), (value, …)` as SQL writes it, where one title holds a cue.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from detectors.pii.cues import Hit
from detectors.pii.folding import octets
from detectors.pii.patterns import compile_pattern

_CELL = 48
_WORDS = 6
_COLUMNS = 256
_MARKS = (";", "\t", "|", ",")

_VALUES = compile_pattern(r"\(([^()]*)\)\s*values\s*\(")
_SQL = compile_pattern(r"'(?:[^'\\]|\\.|'')*'|[(),;]")

Column = Sequence[Hit]


class Tables:
    """The tables of one text. What a table says of a value goes before everything that stands near it."""

    def __init__(self, lower: str, hits: Sequence[Hit]) -> None:
        self._lower = lower
        self._hits = hits
        self._starts = [hit.start for hit in hits]
        self._lines: list[int] = []  # where each line starts
        self._heads: list[int] = []  # the line that heads the table of each line, -1 outside tables
        self._columns: dict[int, tuple[Column, ...]] = {}  # by head line
        self._row = -1  # the line whose marks are at hand
        self._marks: list[int] = []
        self._cells: list[int] = []  # where each SQL value starts
        self._cell_ends: list[int] = []
        self._cell_heads: list[Column] = []
        self._read_lines()
        if "values" in lower and hits:
            self._read_sql()

    def column(self, start: int) -> Column | None:
        """Return the cues in the head of the column of the value at `start`, None outside tables."""
        row = bisect_right(self._lines, start) - 1
        head = self._heads[row]
        if head >= 0 and head != row:
            if self._row != row:
                self._row = row
                line = self._line(row)
                mark = _mark(line)
                self._marks = [at for at, char in enumerate(line) if char == mark]
            return self._columns[head][bisect_right(self._marks, start - self._lines[row])]
        cell = bisect_right(self._cells, start) - 1
        return self._cell_heads[cell] if cell >= 0 and start < self._cell_ends[cell] else None

    def _cues(self, start: int, end: int) -> Column:
        return tuple(self._hits[bisect_left(self._starts, start) : bisect_left(self._starts, end)])

    def _titles(self, line: str, mark: str, at: int) -> tuple[Column, ...]:
        """Return the cues in each cell of a line of titles; empty where it is no such line."""
        if not self._cues(at, at + len(line)) or line.count(mark) > _COLUMNS:
            return ()
        cells = line.split(mark)
        if not all(_is_title(cell) for cell in cells):
            return ()
        columns = []
        for cell in cells:
            columns.append(self._cues(at, at + len(cell)))
            at += len(cell) + 1
        return tuple(columns)

    # --- lines ------------------------------------------------------------------------------------------------------

    def _line(self, row: int) -> str:
        end = self._lines[row + 1] - 1 if row + 1 < len(self._lines) else len(self._lower)
        return self._lower[self._lines[row] : end]

    def _read_lines(self) -> None:
        at = 0
        head = -1
        shape = ("", 0)
        for row, line in enumerate(self._lower.split("\n")):
            mark = _mark(line)
            this = (mark, line.count(mark) if mark else 0)
            if head < 0 or this != shape:
                titles = self._titles(line, mark, at) if mark and not _is_sentence(line, mark) else ()
                head = row if titles else -1
                shape = this
                if titles:
                    self._columns[row] = titles
            self._lines.append(at)
            self._heads.append(head)
            at += len(line) + 1

    # --- SQL --------------------------------------------------------------------------------------------------------

    def _read_sql(self) -> None:
        data = octets(self._lower)
        done = 0
        for match in _VALUES.finditer(data):
            start, end = match.span()
            if start >= done:
                titles = self._titles(self._lower[start + 1 : self._lower.index(")", start)], ",", start + 1)
                done = self._read_rows(data, titles, end) if titles else end

    def _read_rows(self, data: bytes, titles: tuple[Column, ...], start: int) -> int:
        """Note each value of the rows from `start`, just inside the first bracket. Return where they end."""
        depth, column = 1, 0
        at = start
        for token in _SQL.finditer(data, start):
            at, end = token.span()
            char = data[at:end]
            if char == b";" and not depth:
                break
            if depth == 1 and char in (b",", b")") and column < len(titles):
                self._cells.append(start)
                self._cell_ends.append(at)
                self._cell_heads.append(titles[column])
            depth += (char == b"(") - (char == b")")
            if char == b"," and depth == 1:
                start, column = end, column + 1
            elif char == b"(" and depth == 1:
                start, column = end, 0
        return at


def _is_title(cell: str) -> bool:
    return (
        len(cell) <= _CELL
        and len(cell.split()) <= _WORDS
        and not any(char in ":=?!" for char in cell)
        and ". " not in cell.strip()
        and sum(char.isdigit() for char in cell) < 4
    )


def _is_sentence(line: str, mark: str) -> bool:
    """Tell whether a line with commas is prose rather than titles."""
    return mark == "," and line.count(",") < 2 and any(len(cell.split()) > 3 for cell in line.split(","))


def _mark(line: str) -> str:
    return next((mark for mark in _MARKS if mark in line), "")
