"""Something wrong in a policy file: where, what, and what to do about it."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where in a document: keys and indices from the root."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `line` and `column` count from 1; 0 = the file as a whole. `source` is the line at fault."""

    file: str
    line: int
    column: int
    message: str
    help: str = ""
    source: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        lines = [f"{place}: {self.message}"]
        if self.source.strip():
            number = str(self.line)
            # The caret stands under the column whatever the line is indented with.
            lead = "".join("\t" if char == "\t" else " " for char in self.source[: self.column - 1])
            lines.append(f"  {number} | {_shown(self.source)}")
            lines.append(f"  {' ' * len(number)} | {lead}^")
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, str | int]:
        """Return the problem for a machine."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "help": self.help,
        }


def _shown(line: str) -> str:
    """Return a line of a file as a terminal may show it: control characters would be obeyed."""
    return "".join(char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in line)


class PolicyError(ValueError):
    """A policy cannot be loaded. `problems` holds everything that is wrong; `unreadable`: a file could not be read."""

    def __init__(self, problems: Sequence[Problem], unreadable: bool = False) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))
        self.unreadable = unreadable
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggest(word: str, words: Iterable[str]) -> str:
    """Return `did you mean "X"?` for the nearest of `words`, or nothing. Letter case does not count."""
    by_fold = {candidate.casefold(): candidate for candidate in words}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    if not near:
        prefixed = sorted(fold for fold in by_fold if len(word) >= 3 and fold.startswith(word.casefold()))
        near = prefixed[:1]
    return f'did you mean "{by_fold[near[0]]}"?' if near else ""
