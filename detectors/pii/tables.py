"""Folded text and the cues in it in, the cues at the head of a value's column out.

Four shapes are tables
1. Lines with equally many `;`, tabs, `|`, `,`, `│` or LaTeX's `&` under a line of titles of which one holds a cue. What
   leads to the table may stand before its titles (`Translate this: name,ssn`); marks in quotes divide nothing, and
   a line of rules (`---+---`) ends nothing.
2. Lines whose cells stand under titles that two blanks or more divide, as terminals print them.
3. `(title, …) values (value, …), (value, …)` as SQL writes it, where one title holds a cue.
4. `<tr>` and `<td>` or `<th>` of HTML, under a first row of titles of which one holds a cue.

A cell that holds a cue of its own is no value of a column.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from detectors.pii.cues import Hit
from detectors.pii.folding import octets
from detectors.pii.patterns import compile_pattern

_FEWEST = 2
_CELL = 48
_WORDS = 6
_COLUMNS = 256
_MARKS = (";", "\t", "|", "│", "┃", "║", ",")
_LATEX = "\\\\"
_SPACED = "  "
_RULE = frozenset("-=+|:─━═┼┿╋├┤╞╡╪┌┐└┘╔╗╚╝╠╣╬┬┴│┃║ \t~*")

_VALUES = compile_pattern(r"\(([^()]*)\)\s*values\s*\(")
_HTML = compile_pattern(r"<(?:table|tr|td|th)\b[^<>]*>|</(?:table|tr|td|th)>")
_WIDE = re.compile(r"\S+(?: \S+)*")
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
        self._wide: dict[int, list[tuple[int, int]]] = {}  # where the titles of a spaced table stand in their line
        self._read_lines()
        if hits and "values" in lower:
            self._read_sql()
        if hits and "<t" in lower:
            self._read_html()

    def __bool__(self) -> bool:
        """Tell whether there is any table."""
        return bool(self._columns or self._cells)

    def column(self, start: int) -> Column | None:
        """Return the cues in the head of the column of the value at `start`, None outside tables."""
        row = bisect_right(self._lines, start) - 1
        head = self._heads[row]
        if head in self._wide and head != row:
            return self._under(head, row, start)
        if head >= 0 and head != row:
            if self._row != row:
                self._row = row
                line = self._line(row)
                self._marks = _marks(line, _mark(line))
            cell = bisect_right(self._marks, start - self._lines[row])
            first = self._lines[row] + (self._marks[cell - 1] + 1 if cell else 0)
            return None if self._cues(first, start) else self._columns[head][cell]
        cell = bisect_right(self._cells, start) - 1
        return self._cell_heads[cell] if cell >= 0 and start < self._cell_ends[cell] else None

    def _under(self, head: int, row: int, start: int) -> Column | None:
        """Return the cues in the title that stands over the value; None where the line has a cue of its own."""
        first = self._lines[row]
        if self._cues(first, start):
            return None
        end = start + _WIDE.match(self._lower, start).end() - start  # type: ignore[union-attr]
        for column, (left, right) in zip(self._columns[head], self._wide[head], strict=True):
            if left < end - first and start - first < right:
                return column
        return None

    def _cues(self, start: int, end: int) -> Column:
        return tuple(self._hits[bisect_left(self._starts, start) : bisect_left(self._starts, end)])

    def _titles(self, line: str, mark: str, at: int) -> tuple[Column, ...]:
        """Return the cues in each cell of a line of titles; empty where it is no such line."""
        if not self._cues(at, at + len(line)) or line.count(mark) > _COLUMNS:
            return ()
        lead = _lead(line, mark)
        if _is_sentence(line[lead:], mark):
            return ()
        cells = line[lead:].split(mark)
        if not all(_is_title(cell) for cell in cells) or (lead and not all(map(_has_letter, cells))):
            return ()
        at += lead
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
        starts, past = self._starts, 0
        for row, line in enumerate(self._lower.split("\n")):
            end = at + len(line) + 1
            first = past
            while past < len(starts) and starts[past] < end:
                past += 1
            if head < 0 and past == first:  # a line without a cue heads nothing
                self._lines.append(at)
                self._heads.append(-1)
                at = end
                continue
            mark = _mark(line)
            this = (mark, _count(line, mark))
            if (head < 0 or this != shape) and not (head >= 0 and _is_rule(line)):
                head = row if self._is_head(row, line, mark, at) else -1
                shape = this
            self._lines.append(at)
            self._heads.append(head)
            at = end

    def _is_head(self, row: int, line: str, mark: str, at: int) -> bool:
        """Tell whether a line heads a table, and note its columns."""
        if mark == _SPACED:
            spans = [match.span() for match in _WIDE.finditer(line)]
            if len(spans) < _FEWEST or not self._cues(at, at + len(line)):
                return False
            if not all(_is_title(line[left:right]) for left, right in spans):
                return False
            self._wide[row] = spans
            self._columns[row] = tuple(self._cues(at + left, at + right) for left, right in spans)
            return True
        titles = self._titles(line, mark, at) if mark else ()
        if titles:
            self._columns[row] = titles
        return bool(titles)

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

    # --- HTML -------------------------------------------------------------------------------------------------------

    def _read_html(self) -> None:
        """Note each cell below the first row of a table, if that holds titles."""
        titles: list[Column] = []
        valid = True
        row = column = 0
        start = -1
        cells: list[tuple[int, int, Column]] = list(zip(self._cells, self._cell_ends, self._cell_heads, strict=True))
        for match in _HTML.finditer(octets(self._lower)):
            at, end = match.span()
            tag = self._lower[at : at + 4]
            if start >= 0:
                cell = self._lower[start:at]
                if row == 1:
                    valid = valid and _is_title(cell)
                    titles.append(self._cues(start, at))
                elif valid and column <= len(titles) and any(titles) and not self._cues(start, at):
                    cells.append((start, at, titles[column - 1]))
                start = -1
            if tag == "<tab":
                titles, valid, row, column = [], True, 0, 0
            elif tag.startswith("<tr"):
                row, column = row + 1, 0
            elif tag.startswith(("<td", "<th")):
                column, start = column + 1, end
        cells.sort(key=lambda cell: cell[0])
        self._cells = [cell[0] for cell in cells]
        self._cell_ends = [cell[1] for cell in cells]
        self._cell_heads = [cell[2] for cell in cells]


def _lead(line: str, mark: str) -> int:
    """Return where the titles start behind what leads to them, 0 without."""
    first = line.partition(mark)[0]
    return max(first.rfind(": "), first.rfind("> ")) + 1


def _has_letter(cell: str) -> bool:
    return not cell.strip() or any(char.isalpha() for char in cell)


def _is_title(cell: str) -> bool:
    return (
        len(cell) <= _CELL
        and len(cell.split()) <= _WORDS
        and not any(char in ":=?!" for char in cell)
        and ". " not in cell.strip()
        and sum(char.isdigit() for char in cell) < 4
    )


def _marks(line: str, mark: str) -> list[int]:
    """Return where the cells of a line end; a mark inside double quotes ends none (RFC 4180)."""
    marks = []
    quoted = False
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == mark and not quoted:
            marks.append(at)
    return marks


def _is_sentence(line: str, mark: str) -> bool:
    """Tell whether a line with commas is prose rather than titles."""
    return mark == "," and line.count(",") < 2 and any(len(cell.split()) > 3 for cell in line.split(","))


def _mark(line: str) -> str:
    """Return what divides the cells of a line, "" for a line of one cell."""
    for mark in _MARKS:
        if mark in line:
            return mark
    if line.endswith(_LATEX) and "&" in line:
        return "&"
    return _SPACED if _SPACED in line.strip() else ""


def _count(line: str, mark: str) -> int:
    """Return how many cells end in a line: what lines of one table have in common."""
    if not mark or mark == _SPACED:
        return 0
    return len(_marks(line, mark)) if '"' in line else line.count(mark)


def _is_rule(line: str) -> bool:
    return bool(line) and _RULE.issuperset(line)
