"""What the verbs of `hushgate policy` share: loading a policy set, and how problems and results are printed."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proxy.cli.voice import Failure, complain

if TYPE_CHECKING:
    from policies.model import Policy
    from policies.problem import PolicyError

OK, FAILED, USAGE = 0, 1, 2


class Unloadable(Exception):
    """A policy that cannot be loaded; its problems are printed already."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def paths(parser: argparse.ArgumentParser) -> None:
    """Add PATH… to a verb."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or pack:NAME")


def load(names: Sequence[str], output: str = "text") -> "Policy":
    """Return the policy set. Raises Unloadable, after the problems were printed in the form `output`."""
    from policies import load as policy_load
    from policies.problem import PolicyError

    try:
        return policy_load.load(names)
    except PolicyError as error:
        problems(error, output)
        raise Unloadable(USAGE if error.unreadable else FAILED) from None


def problems(error: "PolicyError", output: str) -> None:
    """Print what is wrong with a policy set: as text, JSON or SARIF."""
    if output == "sarif":
        from policies import sarif

        show(sarif.report([sarif.Result("error", problem) for problem in error.problems]))
        return
    if output == "json":
        show({"ok": False, "problems": [problem.as_json() for problem in error.problems]})
        return
    for problem in error.problems:
        print(problem, file=sys.stderr)
    count = len(error.problems)
    hint = "name a file, a folder or pack:NAME" if error.unreadable else "mend what stands above; nothing was loaded"
    complain(f"{count} {plural('problem', count)} in the policy", hint)


def trail(folder: Path, since: str) -> tuple[Path, str]:
    """Return the folder of an audit trail and the time that `--since` names. Raises Failure."""
    from proxy.audit.search import moment

    if not folder.is_dir():
        raise Failure(f"there is no audit trail in {folder}", "name the folder with --audit DIR: STATE/audit")
    try:
        return folder, moment(since) if since else ""
    except ValueError:
        raise Failure(f"{since!r} is not a time", "write 90m, 24h, 30d or 2026-03-01T08:00") from None


def plural(word: str, count: int) -> str:
    """Return the word for so many of them."""
    return word if count == 1 else f"{word}s"


def show(value: object) -> None:
    """Print JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def table(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return rows as lines, the columns under each other; numbers to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in texts) for n in range(len(texts[0]))] if texts else []
    lines = []
    for row, raw in zip(texts, rows, strict=True):
        cells = [
            cell.rjust(width) if isinstance(value, int) else cell.ljust(width)
            for cell, width, value in zip(row, widths, raw, strict=True)
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
