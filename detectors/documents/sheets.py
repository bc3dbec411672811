"""SpreadsheetML in (ECMA-376 part 1, 18.3), rows of text out: a line a row, a tab between cells."""

import re
from collections.abc import Mapping

from detectors.documents import xml
from detectors.documents.harvest import Harvest

_CODES = re.compile(r'&(?:[A-Z]|"[^"]*"|\d+)')  # fonts and places in a header or footer (18.3.1.39)
_WHOLE = 15  # digits that a number in a cell keeps


def shared_strings(data: bytes, harvest: Harvest) -> list[str]:
    """Return the table of strings that cells refer to. Raises Unreadable and Exhausted."""
    table: list[str] = []
    pieces: list[str] = []
    inside = 0

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal inside
        inside += name == "t"

    def end(name: str) -> None:
        nonlocal inside
        inside -= name == "t"
        if name == "si":
            table.append("".join(pieces))
            pieces.clear()

    if data:
        xml.parse(data, harvest, start=start, end=end, text=lambda text: pieces.append(text) if inside else None)
    return table


def read(data: bytes, strings: list[str], harvest: Harvest) -> None:
    """Take the rows of a sheet into `harvest`, with the text of its headers and footers."""
    sheet = _Sheet(strings, harvest)
    xml.parse(data, harvest, start=sheet.start, end=sheet.end, text=sheet.text)
    harvest.add("\n".join(sheet.lines))


class _Sheet:
    """Gathers cells row by row. A string used often costs its length each time, so the harvest counts as it grows."""

    def __init__(self, strings: list[str], harvest: Harvest) -> None:
        self.lines: list[str] = []
        self._strings = strings
        self._harvest = harvest
        self._row: list[str] = []
        self._pieces: list[str] = []
        self._runs: list[str] = []
        self._type = ""
        self._inside = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._type = attributes.get("t", "")
        elif name in ("v", "t", "f") or name.endswith(("Header", "Footer")):
            self._inside = name
            self._pieces.clear()

    def text(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if self._inside and name == self._inside:
            self._inside = ""
            said = "".join(self._pieces)
            if name == "v":
                self._row.append(self._value(said))
            elif name == "t":
                self._runs.append(said)
            elif name != "f":
                self._row.append(_CODES.sub(" ", said).strip())
            elif '"' in said:
                self._row.append(said)  # a formula with words in it
        elif name == "is":
            self._row.append("".join(self._runs))
            self._runs.clear()
        elif name in ("row", "headerFooter") and self._row:
            self.lines.append("\t".join(self._row))
            self._row.clear()
            if len(self.lines) >= 1000:
                self._harvest.add("\n".join(self.lines))
                self.lines.clear()

    def _value(self, said: str) -> str:
        if self._type == "s":
            number = int(said) if said.isdigit() and len(said) < 9 else -1
            return self._strings[number] if 0 <= number < len(self._strings) else ""
        if "E" in said or "." in said:
            try:
                number_ = float(said)
            except ValueError:
                return said
            return str(int(number_)) if number_.is_integer() and abs(number_) < 10**_WHOLE else said
        return said
