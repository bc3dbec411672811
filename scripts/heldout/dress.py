"""Lines of code in, the same lines as people paste them out: numbered, quoted, prompted, re-indented, shouted at."""

import random
from collections.abc import Callable

Lines = list[str]


def _numbered(r: random.Random, lines: Lines) -> Lines:
    first, shape = (
        r.choice([1, 1, 40, 118]),
        r.choice(["{:>4}  {}", "{}: {}", "{}| {}", "{:>5}\t{}", "{} {}", "{:>3} | {}", "L{} {}"]),
    )
    return [shape.format(first + number, line) for number, line in enumerate(lines)]


def _indented(r: random.Random, lines: Lines) -> Lines:
    pad = r.choice(["    ", "  ", "\t", "        "])
    return [pad + line if line else line for line in lines]


def _flush(r: random.Random, lines: Lines) -> Lines:
    del r
    return [line.strip() for line in lines]


def _quoted(r: random.Random, lines: Lines) -> Lines:
    mark = r.choice(["> ", ">", ">> ", "| "])
    return [mark + line for line in lines]


def _tight(r: random.Random, lines: Lines) -> Lines:
    del r
    return [line for line in lines if line.strip()]


def _airy(r: random.Random, lines: Lines) -> Lines:
    del r
    return [piece for line in lines for piece in (line, "")][:-1]


def _returned(r: random.Random, lines: Lines) -> Lines:
    del r
    return [line + "\r" for line in lines]


def _padded(r: random.Random, lines: Lines) -> Lines:
    del r
    return [line + " " * 3 for line in lines]


def _plain(r: random.Random, lines: Lines) -> Lines:
    del r
    return lines


DRESSES: dict[str, tuple[int, Callable[[random.Random, Lines], Lines]]] = {
    "plain": (12, _plain), "numbered": (2, _numbered), "indented": (3, _indented), "flush": (2, _flush), "quoted": (2, _quoted),
    "tight": (2, _tight), "airy": (1, _airy), "returned": (1, _returned), "padded": (1, _padded),
}  # fmt: skip
"""Name to how often, and how."""

FENCES = [("", "")] * 8 + [
    ("```{}", "```"), ("```", "```"), ("```{}", ""), ("", "```"), ("~~~", "~~~"), ("``", "``"), ("'''", "'''"), ("[code]", "[/code]"),
    ("<code>", "</code>"), ("-----", "-----"), ("-- snip --", "-- snap --"), ("{code:{}}", "{code}"), ("````{}", "````"),
]  # fmt: skip
"""What stands above and below: nothing, mostly; `{}` is the language."""


def dress(r: random.Random, lines: Lines) -> tuple[str, Lines]:
    """Return the name of a way to paste, and the lines pasted in it."""
    names = list(DRESSES)
    name = r.choices(names, [DRESSES[name][0] for name in names])[0]
    return name, DRESSES[name][1](r, list(lines))
