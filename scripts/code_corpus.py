"""Labelled rows and our own samples in, documents for training out: lines, a class for each, their origins."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import code_negatives

HERE = Path(__file__).parent
PROSE, CODE, CONFIG, MACHINE, IGNORED = 0, 1, 2, 3, -1
CLASSES = {
    "code": CODE, "shell": CODE, "sql": CODE, "diff": CODE, "markup": CODE,
    "config": CONFIG, "log": MACHINE, "trace": MACHINE, "data": MACHINE,
}  # fmt: skip
LONGEST = 400  # lines of one row; the longest rows are all prose of one source


@dataclass(frozen=True, slots=True)
class Document:
    """One text: its lines, the class of each, its kind, and the repositories or generators behind it."""

    lines: tuple[str, ...]
    classes: tuple[int, ...]
    kind: str
    groups: frozenset[str] = field(default_factory=frozenset)
    spans: tuple[tuple[str, str], ...] = ()  # (language, text) of each labelled span


def read_rows(path: Path) -> Iterator[Document]:
    """Yield the rows of a labelled JSON Lines file: text, spans, kind, source."""
    with path.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            lines, classes = _label(row["text"], row["spans"])
            spans = tuple((s["language"], row["text"][s["start"] : s["end"]]) for s in row["spans"])
            groups = frozenset(_group(source) for source in row["source"].split("; "))
            yield Document(tuple(lines[-LONGEST:]), tuple(classes[-LONGEST:]), row["kind"], groups, spans)


def _group(source: str) -> str:
    """Return what rows share when they come from one place: the repository, or the generator."""
    return re.split("[@: ]", source, maxsplit=1)[0]


def _label(text: str, spans: Sequence[dict[str, object]]) -> tuple[list[str], list[int]]:
    lines, classes, at = text.split("\n"), [], 0
    for line in lines:
        end, found = at + len(line), PROSE
        for span in spans:
            start, stop = int(str(span["start"])), int(str(span["end"]))
            if min(end, stop) - max(at, start) >= 0.5 * len(line):
                found = CLASSES[str(span["cls"])]
        classes.append(IGNORED if not line.strip() or line.startswith("```") else found)
        at = end + 1
    return lines, classes


def read_texts(path: Path) -> list[list[str]]:
    """Return the texts of a JSON Lines file of plain prose, as lines."""
    with path.open(encoding="utf-8") as rows:
        return [json.loads(row)["text"].split("\n") for row in rows]


def read_samples(name: str) -> list[tuple[list[str], list[str]]]:
    """Return the samples of a file beside this one: (words of the heading, lines)."""
    samples: list[tuple[list[str], list[str]]] = []
    for line in (HERE / name).read_text(encoding="utf-8").split("\n")[1:]:
        if line.startswith("=== "):
            samples.append((line[4:].split(), []))
        elif samples:
            samples[-1][1].append(line)
    return samples


PLANS = {
    "n": 34,
    "s": 10,
    "l": 5,
    "j": 4,
    "njn": 4,
    "nnnn": 8,
    "nc": 10,
    "ncn": 14,
    "cn": 5,
    "c": 5,
    "nln": 13,
    "ln": 4,
    "nncnnc": 7,
}
"""Make-up of an invented document and its share: n prose, s a short
remark, c a block, l one or a few lines by themselves, j data in JSON."""


class Composer:
    """Composes invented documents from our samples, our generators and given prose. The seed decides all."""

    def __init__(self, prose: Sequence[Sequence[str]], seed: int) -> None:
        self._random = random.Random(seed)
        self._prose = prose
        samples = [(head, _trimmed(lines)) for head, lines in read_samples("code_samples.txt")]
        self._blocks = [(CLASSES[head[1]], lines) for head, lines in samples if head[1] != "lines"]
        self._single = [lines for head, lines in samples if head[1] == "lines"]
        self._texts = [_trimmed(lines) for _, lines in read_samples("prose_samples.txt")]

    def compose(self) -> Document:
        """Return the next document."""
        r, lines, classes = self._random, list[str](), list[int]()
        for letter in r.choices(list(PLANS), list(PLANS.values()))[0]:
            if letter == "n":
                found, more = PROSE, self._talk()
            elif letter == "l":
                pool = r.choice(self._single)
                found, more = CODE, [r.choice(pool) for _ in range(r.choice((1, 1, 1, 2, 3)))]
            elif letter == "s":
                found, more = PROSE, self._remark()
            elif letter == "j":
                found, more = MACHINE, code_negatives.data(r)
            else:
                found, more = self._block()
            if lines and r.random() < 0.5:
                lines.append("")
                classes.append(IGNORED)
            lines += more
            classes += [found if line.strip() and not line.startswith("```") else IGNORED for line in more]
        return Document(tuple(lines), tuple(classes), "own")

    def _block(self) -> tuple[int, list[str]]:
        r = self._random
        found, lines = r.choice(self._blocks)
        if r.random() > 0.3:
            first = r.randrange(len(lines))
            lines = lines[first : first + r.randint(2, 25)]
        shape = r.random()
        if shape < 0.1:
            return found, ["    " + line for line in lines]
        return found, [line.strip() for line in lines] if shape < 0.2 else lines

    def _remark(self) -> list[str]:
        r = self._random
        return code_negatives.remark(r) if r.random() < 0.5 or not self._prose else list(r.choice(self._prose)[:1])

    def _talk(self) -> list[str]:
        r = self._random
        which = r.random()
        if which < 0.40:
            return r.choice(code_negatives.KINDS)(r)
        if which < 0.58:
            text = r.choice(self._texts)
            first = r.randrange(len(text))
            return text[first : first + r.randint(1, 12)]
        if which < 0.70 or not self._prose:
            return code_negatives.technical(r)
        return list(r.choice(self._prose)[:20])


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
