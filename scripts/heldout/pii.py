"""Seed in, labelled rows of structured personal data out: every kind in sentences, tables, records and logs.

usage: python -m scripts.heldout.pii [SEED [ROWS]] > pii-heldout.jsonl
"""

import json
import random
import re
import string
import sys
import uuid

from scripts.heldout.numbers import DRAWS, digits, upper
from scripts.heldout.sentences import FIELDS, OTHER, SAID
from scripts.heldout.shapes import PAIRS

_OPENINGS = (
    "", "", "", "Hi,\n", "Please summarise:\n\n", "Kurze Frage: ", "context for the agent:\n", "Translate to French: ",
    "Draft a reply to this.\n---\n", "> ", "- ", "Ticket text:\n", "User said: ", "Q: what is wrong here?\nA: ",
)  # fmt: skip
_CLOSINGS = (
    "",
    "",
    "",
    "\nthanks!",
    "\n---\nSent from my phone",
    " What should I do next?",
    "\n\nMit freundlichen Grüßen",
    ".",
)
_NAMES = ("status", "note", "country", "created", "name", "city", "plan", "tier", "comment", "lang")
_FILL = ("open", "n/a", "DE", "2024-11-05", "Kim", "Leeds", "gold", "B", "ok", "pt-BR", "true", "pending")


class _Text:
    """A text that grows, and where its values stand."""

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[dict[str, object]] = []
        self.negatives: list[dict[str, object]] = []

    def add(self, pattern: str, value: str = "", label: str = "") -> None:
        before, _, after = pattern.partition("{}")
        self.text += before
        if value:
            span: dict[str, object] = {"start": len(self.text), "end": len(self.text) + len(value)}
            if label:
                self.spans.append(span | {"label": label})
            else:
                self.negatives.append(span)
            self.text += value + after


def other(r: random.Random) -> tuple[str, str]:
    """Return a look-alike: a text with `{}` for it, and its value."""
    _, text, value = r.choice(OTHER.strip().split("\n")).split("|", 2)
    drawn: list[str] = []

    def draw(match: re.Match[str]) -> str:
        kind, count = match[1], int(match[2] or 0)
        made = {
            "d": lambda: digits(r, count, "123456789"),
            "u": lambda: upper(r, count),
            "l": lambda: upper(r, count).lower(),
            "h": lambda: "".join(r.choice("0123456789abcdef") for _ in range(count)),
            "e": lambda: "1" + digits(r, count - 1, "567"),
            "b": lambda: str(r.randint(0, 255)),
            "uuid": lambda: str(uuid.UUID(int=r.getrandbits(128), version=4)),
            "lat": lambda: f"{r.uniform(-90, 90):.6f}",
            "lon": lambda: f"{r.uniform(-180, 180):.6f}",
            "date": lambda: f"{r.randint(1990, 2026)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}",
        }[kind]()
        drawn.append(made)
        return made

    filled = re.sub(r"\{([a-z]+)(\d*)\}", draw, text)
    copies = iter(drawn[-value.count("{") :])
    inner = re.sub(r"\{[a-z]+\d*\}", lambda _: next(copies), value)
    if inner not in filled:
        return "{}", inner
    return filled.replace(inner, "{}", 1), inner


def _field(r: random.Random, kind: str) -> str:
    name = r.choice(FIELDS[kind].split())
    return name.partition(":")[2] or name


def _sentence(r: random.Random, made: _Text) -> None:
    made.text += r.choice(_OPENINGS)
    for number in range(r.choice([1, 1, 1, 2, 3])):
        if number:
            made.text += r.choice(["\n", "\n", " ", "; "])
        if r.random() < 0.3:
            pattern, value = other(r)
            made.add(pattern + r.choice([".", ", ", " "]), value)
            continue
        kind = r.choice(list(SAID))
        lines = SAID[kind].strip().split("\n")
        made.add(r.choice(lines).replace("|", "\n"), DRAWS[kind](r), kind)
    made.text += r.choice(_CLOSINGS)


def _record(r: random.Random, made: _Text) -> None:
    shape = r.choice(["json", "pretty", "yaml", "kv", "xml", "form", "python", "log", "query", "bullets"])
    open_, line, end, close = {
        "json": ("{", '"N": "{}"', ", ", "}"),
        "pretty": ("{\n  ", '"N": "{}"', ",\n  ", "\n}"),
        "yaml": ("customer:\n  ", "N: {}", "\n  ", "\n"),
        "kv": ("", "N={}", r.choice([" ", "\n", "&", ", "]), ""),
        "xml": ("<row>\n", "  <N>{}</N>", "\n", "\n</row>"),
        "form": ("", "N ........ {}", "\n", ""),
        "python": ("Customer(", "N='{}'", ", ", ")"),
        "log": ("2026-02-11T08:14:55Z WARN [svc] ", "N={}", " ", " msg=done"),
        "query": ("UPDATE c SET ", "N = '{}'", ", ", " WHERE x = 1;"),
        "bullets": ("Details\n", "* **N**: {}", "\n", "\n"),
    }[shape]
    made.text += r.choice(_OPENINGS) + open_
    items: list[tuple[str, str, str]] = []
    for _ in range(r.randint(1, 3)):
        kind = r.choice(list(FIELDS))
        items.append((_field(r, kind), DRAWS[kind](r), kind))
    for _ in range(r.randint(0, 3)):
        items.append((r.choice(_NAMES), r.choice(_FILL), "-"))
    r.shuffle(items)
    for at, (name, value, kind) in enumerate(items):
        made.text += end if at else ""
        pattern = line.replace("N", name)
        if kind == "-":
            made.text += pattern.replace("{}", value)
        else:
            made.add(pattern, value, kind)
    made.text += close


def _table(r: random.Random, made: _Text) -> None:
    sign, edge = r.choice([(",", ""), (";", ""), ("\t", ""), (" | ", "| "), ("  |  ", "")])
    kinds = r.sample(list(FIELDS), r.randint(1, 3))
    plain = r.sample(_NAMES, r.randint(1, 3))
    columns: list[str] = [*kinds, *plain]
    r.shuffle(columns)
    heads = [_field(r, column) if column in FIELDS else column for column in columns]
    made.text += r.choice(_OPENINGS) + "\n" * r.randint(0, 1)
    made.text += edge + sign.join(heads) + edge.rstrip()[::-1] + "\n"
    if "|" in sign and edge:
        made.text += "|" + "---|" * len(columns) + "\n"
    for _ in range(r.randint(1, 4)):
        made.text += edge
        for at, column in enumerate(columns):
            made.text += sign if at else ""
            if column in FIELDS:
                made.add("{}", DRAWS[column](r), column)
            else:
                made.text += r.choice(_FILL)
        made.text += (" |" if edge else "") + "\n"


def _pair(r: random.Random, made: _Text) -> None:
    made.text += r.choice(_OPENINGS)
    for number in range(r.choice([1, 1, 2, 3])):
        made.text += "\n" * bool(number)
        kind = r.choice(list(FIELDS))
        pattern = r.choice(PAIRS.split("\n")).replace("|", "\n") if r.random() < 0.9 else "L: {}"
        at = pattern.rindex("{}") if "L" in pattern else 0
        before, after = (
            pattern[:at].replace("L", _field(r, kind), 1),
            pattern[at + 2 :].replace("L", _field(r, kind), 1),
        )
        made.text += before
        made.add("{}" + after, DRAWS[kind](r), kind)
    made.text += r.choice(_CLOSINGS)


def _aligned(r: random.Random, made: _Text) -> None:
    kinds = r.sample(list(FIELDS), r.randint(1, 2))
    columns: list[str] = [*kinds, *r.sample(_NAMES, r.randint(1, 2))]
    r.shuffle(columns)
    style = r.choice(["spaces", "html", "quoted", "latex", "box"])
    open_, sign, close, top, bottom = {
        "spaces": ("", "  ", "\n", "", ""),
        "html": ("<tr><td>", "</td><td>", "</td></tr>\n", "<table>\n", "</table>"),
        "quoted": ('"', '","', '"\n', "", ""),
        "latex": ("", " & ", " \\\\\n", "\\begin{tabular}{ll}\n", "\\end{tabular}"),
        "box": ("│ ", " │ ", " │\n", "", ""),
    }[style]
    made.text += r.choice(_OPENINGS) + "\n" + top
    lines: list[list[tuple[str, str]]] = [[(_field(r, c) if c in FIELDS else c, "") for c in columns]]
    for _ in range(r.randint(1, 3)):
        lines.append([(DRAWS[c](r), c) if c in FIELDS else (r.choice(_FILL), "") for c in columns])
    wide = [max(len(line[at][0]) for line in lines) if style in ("spaces", "box") else 0 for at in range(len(columns))]
    for line in lines:
        made.text += open_
        for at, (text, kind) in enumerate(line):
            made.text += sign if at else ""
            if kind:
                made.add("{}", text, kind)
            else:
                made.text += text
            made.text += " " * (wide[at] - len(text))
        made.text += close
    made.text += bottom


def _benign(r: random.Random, made: _Text) -> None:
    made.text += r.choice(_OPENINGS)
    for number in range(r.randint(1, 4)):
        made.text += r.choice([", ", "\n", " and ", " / "]) if number else ""
        pattern, value = other(r)
        made.add(pattern, value)
    made.text += r.choice(
        [" - what does that mean?", "", " failed again", "\nfix it", " ist kaputt", string.punctuation[0]]
    )


def rows(seed: int, count: int) -> list[dict[str, object]]:
    """Return that many rows; the same seed gives the same."""
    r = random.Random(seed)
    made = []
    for number in range(count):
        text = _Text()
        r.choices((_sentence, _record, _table, _pair, _aligned, _benign), (5, 3, 2, 4, 2, 3))[0](r, text)
        made.append({
            "id": number, "text": text.text, "spans": text.spans, "ignore": [], "negatives": text.negatives,
            "annotated": sorted(DRAWS), "source": "heldout", "licence": "own (generated)", "lang": "mul", "kind": "structured",
        })  # fmt: skip
    return made


def main() -> None:
    """Write the rows, one JSON line each."""
    seed, count = (int(a) for a in (sys.argv[1:] + ["1", "1500"][len(sys.argv) - 1 :])[:2])
    sys.stderr.write(f"seed {seed}, {count} rows\n")
    for row in rows(seed, count):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
