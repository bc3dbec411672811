"""How the command line speaks: errors with a hint, colour only on a terminal.

Results go to standard output. Everything else goes to standard error, after `hushgate: `, without a capital letter at
the start and without a full stop at the end.
"""

import sys
from typing import TextIO

from proxy.config import colours_wanted


class Failure(Exception):
    """An error that a person can do something about: what is wrong, what to do, and the exit code."""

    def __init__(self, message: str, hint: str = "", code: int = 2) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


def complain(message: str, hint: str = "") -> None:
    """Print an error, and a hint where there is one."""
    print(f"hushgate: {paint('error', 'red', sys.stderr)}: {message}", file=sys.stderr)
    for line in hint.splitlines():
        print(f"hushgate: hint: {line}", file=sys.stderr)


def note(message: str) -> None:
    """Print a line about what goes on."""
    print(f"hushgate: {message}", file=sys.stderr, flush=True)


_COLOURS = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "dim": "2", "bold": "1"}


def paint(text: str, colour: str, stream: TextIO = sys.stdout) -> str:
    """Return `text` in a colour where `stream` is a terminal that wants it, else as it is."""
    if not stream.isatty() or not colours_wanted():
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"
