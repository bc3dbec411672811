"""Seed and folders in, prompts out that mix real code with talk, and some that only look like it.

usage: python -m scripts.heldout.code [SEED [ROWS [FOLDER…]]] > code-heldout.jsonl

What a file is comes from its name, what a line is from where it was taken. Without folders: the running Python's own
library and packages. Debian's documentation, Pygments' example files and the like make better ones.
"""

import json
import random
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from scripts.heldout.dress import FENCES, dress
from scripts.heldout.lookalikes import LOOKALIKES
from scripts.heldout.machine import MACHINES
from scripts.heldout.sources import Sources

PLANS = {
    "p": 3,
    "c": 2,
    "pc": 5,
    "cp": 3,
    "pcp": 5,
    "pcpc": 3,
    "pmp": 1,
    "pcpmp": 2,
    "m": 1,
    "pk": 4,
    "k": 3,
    "pcpk": 1,
    "pp": 3,
    "ps": 1,
}
"""p talk, s a long piece of prose, c code, m machine text (log, trace, data), k what only looks like code."""

TALK = Path(__file__).with_name("talk.txt").read_text(encoding="utf-8").strip().split("\n")


class _Prompt:
    def __init__(self) -> None:
        self.text = ""
        self.spans: list[dict[str, object]] = []
        self.kinds: list[str] = []

    def add(self, lines: list[str], cls: str = "", language: str = "") -> None:
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        start = len(self.text)
        self.text += "\n".join(lines)
        if cls:
            self.spans.append({"start": start, "end": len(self.text), "language": language, "cls": cls})


def _code(r: random.Random, sources: Sources, prompt: _Prompt) -> None:
    block = sources.block()
    name, lines = dress(r, list(block.lines))
    above, below = r.choice(FENCES)
    if above:
        prompt.add([above.replace("{}", block.language)], "data")
    prompt.add(lines, block.kind, block.language)
    if below:
        prompt.add([below], "data")
    prompt.kinds.append(f"{block.language}/{name}")


def _talk(r: random.Random, sources: Sources) -> list[str]:
    if r.random() < 0.5:
        return r.sample(TALK, r.choice([1, 1, 1, 2, 3]))
    return sources.paragraph()


def rows(seed: int, count: int, roots: Iterable[Path]) -> list[dict[str, object]]:
    """Return that many rows; the same seed on the same files gives the same."""
    r = random.Random(seed)
    sources = Sources(roots, r)
    made: list[dict[str, object]] = []
    for number in range(count):
        prompt = _Prompt()
        for letter in r.choices(list(PLANS), list(PLANS.values()))[0]:
            if prompt.text and r.random() < 0.5:
                prompt.text += "\n" * r.choice([1, 2])
            if letter == "c":
                _code(r, sources, prompt)
            elif letter == "m":
                name = r.choice(list(MACHINES))
                prompt.add(MACHINES[name](r), "log")
                prompt.kinds.append(f"machine/{name}")
            elif letter == "k":
                name = r.choice(list(LOOKALIKES))
                prompt.add(LOOKALIKES[name](r))
                prompt.kinds.append(f"lookalike/{name}")
            elif letter == "s":
                for _ in range(r.randint(3, 8)):
                    prompt.add([*sources.paragraph(), ""])
            else:
                prompt.add(_talk(r, sources))
        made.append({"id": f"held-{number}", "text": prompt.text, "spans": prompt.spans, "kind": " ".join(prompt.kinds) or "prose", "source": "heldout", "licence": "not for passing on"})  # fmt: skip
    return made


def installed() -> list[Path]:
    """Return the folders of the running Python's library and packages."""
    return [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]


def main() -> None:
    """Write the rows, one JSON line each."""
    seed, count = (int(a) for a in (sys.argv[1:3] + ["1", "600"][len(sys.argv[1:3]) :]))
    roots = [Path(a) for a in sys.argv[3:]] or installed()
    sys.stderr.write(f"seed {seed}, {count} rows\n")
    for row in rows(seed, count, roots):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
