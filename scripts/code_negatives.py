"""A random generator in, invented texts out that look like code and are not: chords, tables, forms, mail, lists."""

# ruff: noqa: SIM905, RUF005 - word lists and templates read better on one line

import json
import random
from collections.abc import Callable

FIRST = "Anna Ben Carla Dmitri Elif Farid Grace Hugo Ines Jonas Kemal Lena Marco Nadia Omar Petra Quinn Rosa".split()
LAST = "Adler Brandt Costa Dubois Eriksen Fischer Garcia Haddad Ito Jensen Keller Lund Moreau Novak Okafor".split()
NOUNS = (
    "order report budget river garden meeting window letter market station bridge kitchen project engine ticket "
    "school council harbour mountain teacher contract shipment customer invoice battery concert island museum"
).split()
ADJECTIVES = "small late red quiet broken final early public warm local cheap heavy new strange empty open".split()
VERBS = "check move send read close paint repair count print wait sell carry draw share delete return import".split()
CHORDS = "C D E F G A B Am Dm Em Bm F#m C#m Bb Eb Ab G7 D7 Cadd9 Fmaj7 Dsus4 G/B D/F# Am7 E7 A7sus4 Bdim".split()
WORDS = NOUNS + ADJECTIVES + VERBS


def sentence(r: random.Random) -> str:
    """Return one plain English sentence of five to fifteen words."""
    words = [r.choice(WORDS) for _ in range(r.randint(2, 6))]
    glue = ["the", "and", "of", "to", "in", "for", "with", "we", "it", "is", "was", "not", "if", "or", "from"]
    mixed = [w for word in words for w in (r.choice(glue), word)]
    text = " ".join(mixed).capitalize()
    return text + r.choice([".", ".", ".", "!", "?", ";", "...", ":"])


def paragraph(r: random.Random) -> str:
    """Return one to four sentences on one line."""
    return " ".join(sentence(r) for _ in range(r.randint(1, 4)))


def name(r: random.Random) -> str:
    """Return a person's name."""
    return f"{r.choice(FIRST)} {r.choice(LAST)}"


def number(r: random.Random) -> str:
    """Return a number in one of the ways people write them."""
    n = r.randint(0, 99999)
    return r.choice([str(n), f"{n:,}", f"{n / 100:.2f}", f"{n % 100}%", f"${n}", f"{n % 24}:{n % 60:02d}", f"-{n}"])


def chords(r: random.Random) -> list[str]:
    """A song: chord lines over words, section marks, sometimes bars."""
    out = []
    for _ in range(r.randint(1, 3)):
        out.append(r.choice(["[Verse]", "[Chorus]", "Verse 1:", "(Bridge)", "[Intro] x2", "Capo: 2", ""]))
        for _ in range(r.randint(2, 4)):
            row = r.sample(CHORDS, r.randint(2, 5))
            gap = "  |  " if r.random() < 0.2 else None
            out.append(gap.join(row) if gap else "".join(c + " " * r.randint(1, 10) for c in row).rstrip())
            if r.random() < 0.8:
                out.append(sentence(r).rstrip(".:;"))
    return out


def inline_chords(r: random.Random) -> list[str]:
    """Words with chords in brackets, as ChordPro writes them."""
    out = ["{title: " + r.choice(NOUNS) + "}"] if r.random() < 0.4 else []
    for _ in range(r.randint(2, 6)):
        out.append(" ".join(f"[{r.choice(CHORDS)}]{w}" if r.random() < 0.4 else w for w in sentence(r).split()))
    return out


def tablature(r: random.Random) -> list[str]:
    """Guitar or drum tablature."""
    strings = r.choice([["e", "B", "G", "D", "A", "E"], ["G", "D", "A", "E"], ["HH", "SD", "BD"]])
    width = r.randint(12, 40)
    mark = "-" if strings[0] != "HH" else r.choice("x-o")
    return [
        s + "|" + "".join(r.choice("0235") if r.random() < 0.15 else mark for _ in range(width)) + "|" for s in strings
    ]


def table(r: random.Random) -> list[str]:
    """A table: aligned by spaces or tabs, drawn with pipes or boxes, with or without rules."""
    cols, rows = r.randint(2, 6), r.randint(3, 9)
    head = [r.choice(WORDS).capitalize() for _ in range(cols)]
    kinds = [r.random() < 0.6 for _ in range(cols)]
    body = [[number(r) if k else r.choice(WORDS) for k in kinds] for _ in range(rows)]
    for line in body:
        line[0] = r.choice([r.choice(LAST), r.choice(NOUNS).capitalize(), name(r)])
    wide = [max(len(line[i]) for line in [head, *body]) + r.randint(0, 3) for i in range(cols)]
    pad = [
        [c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(line, wide, strict=True))]
        for line in [head, *body]
    ]
    style = r.randint(0, 5)
    if style == 0:
        return ["\t".join(line) for line in [head, *body]]
    if style == 1:
        rule = "+" + "+".join("-" * (w + 2) for w in wide) + "+"
        return [rule, *("| " + " | ".join(line) + " |" for line in pad), rule]
    if style == 2:
        mark = r.choice(["---", ":--", "---:", ":-:"])
        rows_ = ["| " + " | ".join(line) + " |" for line in pad]
        return [rows_[0], "|" + "|".join([mark] * cols) + "|", *rows_[1:]]
    if style == 3:
        return [" | ".join(line) for line in pad]
    sep = " " * r.randint(2, 6)
    out = [sep.join(line).rstrip() for line in pad]
    if r.random() < 0.5:
        out.insert(1, r.choice("-=_") * len(out[0]))
    return out


def recipe(r: random.Random) -> list[str]:
    """Ingredients and steps."""
    units = ["g", "ml", "tbsp", "tsp", "cups", "cloves", "pinch of", "x", "oz"]
    bullet = r.choice(["", "- ", "* ", "• ", "□ "])
    out = [
        f"{r.choice(ADJECTIVES).title()} {r.choice(NOUNS)} cake",
        "",
        r.choice(["Ingredients:", "You need", "## Ingredients"]),
    ]
    for _ in range(r.randint(3, 8)):
        amount = r.choice(["1/2", "2", "250", "1-2", "3", "1 1/2", "½"])
        out.append(
            f"{bullet}{amount} {r.choice(units)} {r.choice(NOUNS)}"
            + r.choice(["", ", chopped", " (optional)", "; diced"])
        )
    out += ["", r.choice(["Method:", "Steps", "Directions:"])]
    out += [f"{i}{r.choice(['.', ')', ':'])} {sentence(r)}" for i in range(1, r.randint(3, 7))]
    return out


def mail(r: random.Random) -> list[str]:
    """A thread of mail with headers, quotes and a signature."""
    a, b = name(r), name(r)
    out = [
        f"From: {a} <{a.split()[0].lower()}@example.org>",
        f"To: {b.split()[1].lower()}@example.com",
        f"Date: {r.choice(['Mon', 'Thu'])}, {r.randint(1, 28)} May 20{r.randint(10, 29)} {r.randint(0, 23)}:{r.randint(10, 59)}:00 +0200",
        f"Subject: {r.choice(['Re: ', 'FW: ', '', '[EXT] '])}{sentence(r)}",
        "",
    ][r.randint(0, 1) :]
    out += [f"{r.choice(['Hi', 'Dear', 'Hello'])} {b.split()[0]},", ""]
    for _ in range(r.randint(1, 4)):
        out.append(r.choice(["", "", "> ", ">> ", "> > "]) + paragraph(r))
    if r.random() < 0.4:
        out += [
            "",
            r.choice(
                [
                    f"On {r.randint(1, 28)} May, {b} wrote:",
                    "-----Original Message-----",
                    "________________________________",
                ]
            ),
        ]
        out += ["> " + sentence(r) for _ in range(r.randint(1, 3))]
    return [
        *out,
        "",
        r.choice(["Best regards,", "Thanks", "Cheers,", "-- "]),
        a,
        f"{r.choice(NOUNS).title()} Manager | Tel. {number(r)}",
    ]


def chat(r: random.Random) -> list[str]:
    """Messages of several people, as messengers export them."""
    people = r.sample(FIRST, 3)
    style = r.randint(0, 6)
    out = []
    for _ in range(r.randint(3, 12)):
        who, what = (
            r.choice(people),
            r.choice(
                [
                    sentence(r),
                    "ok",
                    "lol :)",
                    "brb",
                    "+1",
                    "thx!!",
                    "<3",
                    "https://example.org/a?b=1&c=2",
                    "{name} please",
                ]
            ),
        )
        clock = f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}"
        out.append(
            [
                f"[{clock}] {who}: {what}",
                f"<{who.lower()}> {what}",
                f"{who} ({clock} PM)\n{what}",
                f"@{who} {what}",
                f"{who}: {what}",
                f"{r.randint(1, 28)}/{r.randint(1, 12)}/23, {clock} - {who}: {what}",
                f"{who}  {clock}\n  {what}",
            ][style]
        )
    return "\n".join(out).split("\n")


def form(r: random.Random) -> list[str]:
    """Fields and values that look like YAML or settings."""
    keys = [
        "Name",
        "date",
        "Order no.",
        "Reason",
        "status",
        "Owner",
        "Priority",
        "Amount (EUR)",
        "address",
        "Notes",
        "weight",
        "Due",
    ]
    sep = r.choice([": ", ": ", ": ", " = ", " - ", ":\t", " => ", ":  "])
    out = []
    for key in r.sample(keys, r.randint(3, 9)):
        value = r.choice(
            [
                name(r),
                number(r),
                sentence(r),
                r.choice(WORDS),
                "yes",
                "n/a",
                "<fill in>",
                "[x]",
                "____",
                f"{r.choice(WORDS)}, {r.choice(WORDS)}",
            ]
        )
        out.append(f"{key}{sep}{value}")
        if r.random() < 0.12:
            out += [f"  - {r.choice(WORDS)} {r.choice(NOUNS)}" for _ in range(2)]
    return out


def bullets(r: random.Random) -> list[str]:
    """A list, nested, with marks of many kinds."""
    out = [sentence(r)] if r.random() < 0.6 else []
    marks = r.choice(
        [
            ["- "],
            ["* ", "  - "],
            ["• ", "→ "],
            ["[ ] ", "[x] "],
            ["+ ", "    + "],
            ["– "],
            ["1. ", "2. "],
            ["(a) ", "(b) "],
            ["✓ ", "✗ "],
        ]
    )
    for _ in range(r.randint(3, 10)):
        text = r.choice(
            [
                sentence(r),
                f"{r.choice(NOUNS)}: {sentence(r)}",
                f"**{r.choice(NOUNS)}**: {r.choice(WORDS)}",
                f"{r.choice(FIRST)} / {r.choice(NOUNS)} ({number(r)})",
                r.choice(WORDS),
                f"`{r.choice(NOUNS)}_{r.choice(NOUNS)}` is {r.choice(ADJECTIVES)}",
            ]
        )
        out.append(r.choice(marks) + text)
    return out


def markdown(r: random.Random) -> list[str]:
    """A page of headings, paragraphs, links, quotes and rules."""
    out = []
    for _ in range(r.randint(2, 5)):
        out += [r.choice(["# ", "## ", "### ", "#### "]) + sentence(r).rstrip(".;:"), ""]
        out += r.choice(
            [
                [paragraph(r)],
                bullets(r),
                ["> " + sentence(r)],
                [
                    f"See [{r.choice(NOUNS)}](https://example.org/{r.choice(NOUNS)}#{r.choice(NOUNS)}) and **{r.choice(WORDS)}**."
                ],
                [r.choice(["---", "***", "====="])],
            ]
        )
        out.append("")
    return out


def prompt(r: random.Random) -> list[str]:
    """A structured prompt: tags, placeholders, roles, section marks."""
    tag = r.choice(["task", "context", "instructions", "example", "input", "rules", "document", "persona"])
    style = r.randint(0, 3)
    if style == 0:
        return [f"<{tag}>", *[r.choice(["", "- "]) + sentence(r) for _ in range(r.randint(1, 4))], f"</{tag}>"]
    if style == 1:
        return [f"### {tag.title()}:", paragraph(r), f"### {r.choice(['Response', 'Answer'])}:"]
    if style == 2:
        return [
            f"{r.choice(['User', 'Assistant', 'System', 'Human', 'Q', 'A'])}: {sentence(r)}"
            for _ in range(r.randint(2, 6))
        ]
    return [
        f"Write to {{{{first_name}}}} about {{{r.choice(NOUNS)}}} in the tone [{r.choice(ADJECTIVES)} | {r.choice(ADJECTIVES)}].",
        sentence(r),
        "%NAME% ${AMOUNT} <placeholder>"[: r.randint(6, 30)],
    ]


def script(r: random.Random) -> list[str]:
    """A scene of a play or film."""
    out = [f"{r.choice(['INT.', 'EXT.'])} {r.choice(NOUNS).upper()} - {r.choice(['DAY', 'NIGHT'])}", ""]
    indent = r.choice(["", "    ", "\t\t", " " * 20])
    for _ in range(r.randint(2, 5)):
        out.append(indent + r.choice(FIRST).upper())
        if r.random() < 0.6:
            out.append(indent + f"({r.choice(['quietly', 'beat', 'to ' + r.choice(FIRST), 'V.O.'])})")
        out += [indent[: len(indent) // 2] + sentence(r), ""]
    return [*out, r.choice(["CUT TO:", "FADE OUT.", "THE END", "(lights out)"])]


def agenda(r: random.Random) -> list[str]:
    """Times, items, owners."""
    out = [
        f"{r.choice(['Agenda', 'Minutes', 'Notes'])} {r.randint(2000, 2029)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
    ]
    for i in range(r.randint(2, 7)):
        out.append(
            r.choice(
                [
                    f"{8 + i}:00 - {sentence(r)}",
                    f"{8 + i:02d}.30  {r.choice(NOUNS)}",
                    f"{i}) {sentence(r)} ({r.randint(5, 45)} min)",
                ]
            )
        )
        if r.random() < 0.5:
            out.append(
                r.choice(
                    [
                        f"    owner: {name(r)}; due: 2024-0{r.randint(1, 9)}-11",
                        f"    -> {sentence(r)}",
                        f"   AP: {name(r)} => {r.choice(VERBS)}",
                    ]
                )
            )
    return out


def legal(r: random.Random) -> list[str]:
    """Clauses with numbers, letters and defined terms."""
    out = []
    for i in range(r.randint(1, 3)):
        out.append(f"{i + 1}. {r.choice(NOUNS).upper()} AND {r.choice(NOUNS).upper()}")
        for j in range(r.randint(1, 4)):
            out.append(
                f"{i + 1}.{j + 1} {r.choice(['If, and only if,', 'The Supplier shall', 'Subject to clause 4(b)(ii),', 'Neither party may', '“Fee” means'])} {paragraph(r)}"
            )
            if r.random() < 0.4:
                out += [f"({c}) {sentence(r).rstrip('.')}; {r.choice(['and', 'or', ''])}" for c in "abc"]
    return out


def verse(r: random.Random) -> list[str]:
    """Lines of verse: short, often without a full stop."""
    return [
        r.choice(["", "", "  "])
        + " ".join(r.choice(WORDS) for _ in range(r.randint(3, 7))).capitalize()
        + r.choice(["", ",", ";", " --", ":", "!", "."])
        if r.random() < 0.9
        else ""
        for _ in range(r.randint(4, 14))
    ]


def maths(r: random.Random) -> list[str]:
    """Sums, equations, exercises, LaTeX."""
    out = []
    for _ in range(r.randint(2, 8)):
        a, b, x = r.randint(1, 99), r.randint(1, 99), r.choice("xyzabn")
        out.append(
            r.choice(
                [
                    f"{x} = {a}",
                    f"{x} + {a} = {b}",
                    f"{a}{x}^2 - {b}{x} = 0",
                    f"{a} * {b} = {a * b}",
                    f"f({x}) = {a}{x} + {b}",
                    f"{a}) {x}/{b} < {a}",
                    f"area = {x} * y / 2 = {a / 2}",
                ]
                + [
                    f"\\frac{{{a}}}{{{b}}} \\cdot {x}_{{n+1}}",
                    f"Let ${x} \\in \\mathbb{{R}}$ with ${x} > {a}$.",
                    "\\begin{equation}",
                    "\\end{equation}",
                    f"\\section{{{r.choice(NOUNS).title()}}}",
                    f"\\item {sentence(r)} \\cite{{{r.choice(LAST).lower()}20{b:02d}}}",
                    "\\[ \\sum_{i=1}^{n} x_i^2 \\]",
                    f"|{x} - {a}| <= {b}",
                    f"{x}1, {x}2, ..., {x}n",
                    sentence(r),
                ]
            )
        )
    return out


def references(r: random.Random) -> list[str]:
    """A bibliography."""
    out = []
    for i in range(r.randint(2, 6)):
        y, v = r.randint(1950, 2024), r.randint(1, 60)
        out.append(
            r.choice(
                [
                    f"[{i + 1}] {r.choice(LAST)}, {r.choice('ABCD')}. ({y}). {sentence(r)} J. {r.choice(NOUNS).title()}, {v}({v % 9}):{v}-{v + 9}. doi:10.0000/{v}.{y}",
                    f'{i + 1}. {name(r)}, "{sentence(r)}", {y}, pp. {v}--{v + 7}.',
                    f"- {r.choice(LAST)} et al. {y}: {sentence(r)}",
                ]
            )
        )
    return out


def games(r: random.Random) -> list[str]:
    """Moves, scores, patterns and other notations."""
    moves = [
        f"{i}. {r.choice(['e4', 'Nf3', 'Bb5+', 'O-O', 'Qxd5', 'exd5'])} {r.choice(['e5', 'Nc6', 'a6', 'Be7', 'c6#'])}"
        for i in range(1, r.randint(5, 20))
    ]
    return r.choice(
        [
            [" ".join(moves) + r.choice([" 1-0", " 0-1", " {good}", ""])],
            moves,
            [
                f"Row {i}: K{r.randint(1, 9)}, *p{r.randint(1, 4)}, k2; rep from * to end. ({r.randint(10, 99)} sts)"
                for i in range(1, 6)
            ],
            [f"{r.choice(LAST)} {r.randint(0, 9)} - {r.randint(0, 9)} {r.choice(LAST)}" for _ in range(5)],
            [
                f"Day {i}: {r.randint(3, 5)}x{r.randint(5, 15)} {r.choice(NOUNS)} @ {r.randint(20, 120)} kg"
                for i in range(1, 7)
            ],
            ["".join(r.choice("ACGT") for _ in range(60)) for _ in range(4)],
            [f"{i}d6+{i}: {r.choice(WORDS)}; AC {10 + i}, HP {r.randint(1, 99)} ({i}d8)" for i in range(1, 5)],
        ]
    )


def tree(r: random.Random) -> list[str]:
    """An outline drawn with lines, or an arrow diagram."""
    if r.random() < 0.5:
        return [
            r.choice(NOUNS).title(),
            *(
                r.choice(["├── ", "│   ├── ", "└── ", "|-- ", "+-- ", "    "]) + f"{r.choice(NOUNS)} {r.choice(NOUNS)}"
                for _ in range(r.randint(3, 8))
            ),
        ]
    return [" -> ".join(r.choice(WORDS) for _ in range(r.randint(2, 5))) for _ in range(r.randint(2, 4))] + [
        "+--------+     +-------+",
        "| order  | --> | check |",
        "+--------+     +-------+",
    ]


def technical(r: random.Random) -> list[str]:
    """Prose about programs: names, calls, flags and paths inside sentences."""
    ident = r.choice(NOUNS) + r.choice(["_", ".", "-", "::", "/"]) + r.choice(NOUNS)
    flag = "--" + r.choice(VERBS) + "-" + r.choice(NOUNS)
    return [
        r.choice(
            [
                f"Should I use {ident}() or a for loop here, and if so, return early or break?",
                f"The flag {flag}={r.randint(1, 99)} does not help with `{ident}`; what else could be wrong?",
                f"We got error {r.choice('EWX')}{r.randint(100, 9999)} from {ident}.{r.choice(['py', 'js', 'go', 'sql'])} line {r.randint(1, 999)}, then it stopped.",
                f"Write a {r.choice(['Python', 'Java', 'C#', 'SQL', 'bash'])} {r.choice(['function', 'script', 'query', 'class'])} that can {r.choice(VERBS)} every {r.choice(NOUNS)} in /data/{r.choice(NOUNS)}.",
                f"In {r.choice(['Python', 'Go', 'Rust'])} I would import {r.choice(NOUNS)} and then {r.choice(VERBS)} the list, else raise an error.",
                f'{ident} is set to "{r.choice(WORDS)}" (type: string, default: null).',
                f"What does SELECT do with {r.choice(NOUNS)} when the table is {r.choice(ADJECTIVES)}?",
                f"Convert this to {r.choice(['TypeScript', 'Kotlin', 'SQL', 'YAML'])}.",
                f"Here is {r.choice(['my', 'the'])} {r.choice(['code', 'query', 'config', 'script', 'log'])}, please {r.choice(VERBS)} it:",
                f"{r.choice(['Why does', 'How can'])} this {r.choice(['fail', 'be faster', 'return None', 'throw'])}?",
                f"and the output is {r.choice(['wrong', 'below', 'empty', number(r)])}",
            ]
        )
        for _ in range(r.randint(1, 4))
    ]


def shouting(r: random.Random) -> list[str]:
    """Short posts: capitals, hashtags, mentions, links, emoticons."""
    out = []
    for _ in range(r.randint(1, 5)):
        tag = "#" + "".join(r.choice(WORDS).title() for _ in range(r.randint(1, 4)))
        text = sentence(r)
        out.append(
            r.choice(
                [
                    text.upper(),
                    tag,
                    f"{tag} {text.lower()}",
                    f"@{r.choice(FIRST).lower()} {text}",
                    f"RT @{r.choice(NOUNS)}: {text} {tag}",
                ]
                + [
                    f"{text} https://example.org/{r.choice(NOUNS)}",
                    f"& lt; 3 {text} : - (",
                    f"{tag} @ {r.choice(FIRST)} , @ {r.choice(LAST)}",
                    text.lower().replace(".", " lol"),
                    "SO " + r.choice(ADJECTIVES).upper() + "!!!1",
                ]
            )
        )
    return out


def single_words(r: random.Random) -> list[str]:
    """One short thing a line: names, places, words, numbers, puzzle input."""
    kind = r.randint(0, 5)
    row: list[Callable[[], str]] = [
        lambda: r.choice(WORDS), lambda: r.choice(NOUNS).title(), lambda: name(r), lambda: number(r),
        lambda: " ".join(str(r.randint(0, 99)) for _ in range(r.randint(1, 8))), lambda: f" {r.choice(LAST)} {r.randint(1, 999)}",
    ]  # fmt: skip
    indent = r.choice(["", "", " ", "    "])
    return [indent + row[kind]() for _ in range(r.randint(1, 8))]


def outline(r: random.Random) -> list[str]:
    """An indented outline: headings, sub-points, bold labels, placeholders, as long prompts have them."""
    out = [
        r.choice(["# ", "## ", "1. ", "**", ""]) + r.choice(NOUNS).title() + r.choice([":", "**", " (optional)", ""])
    ]
    indent, mark = r.choice(["", "  ", "    ", "\t"]), r.choice(["- ", "* ", "*   ", "– ", "1. ", "+ "])
    for _ in range(r.randint(2, 8)):
        deeper = indent * r.randint(0, 3)
        label = r.choice(
            [
                f"{r.choice(WORDS).title()}: ",
                f"*{r.choice(WORDS).title()}:* ",
                f"**{r.choice(WORDS)}**: ",
                f"${{{r.choice(NOUNS)}:{r.choice(WORDS)}}} ",
                "",
            ]
        )
        rest = r.choice(
            [
                sentence(r),
                r.choice(WORDS),
                f"{r.choice(WORDS)}_{r.choice(NOUNS)}",
                f"{r.choice(NOUNS)} / {r.choice(NOUNS)}",
                f"{r.choice(WORDS)}-{r.choice(WORDS)} {r.choice(NOUNS)}",
            ]
        )
        out.append(deeper + mark + label + rest)
    return out


def front_matter(r: random.Random) -> list[str]:
    """The head of a note or of an agent's skill: a few fields between rules."""
    fields = [
        f"name: {r.choice(WORDS)}-{r.choice(NOUNS)}",
        f"description: {paragraph(r)}",
        f"title: {sentence(r)}",
        f"tags: [{r.choice(WORDS)}, {r.choice(WORDS)}]",
        f"author: {name(r)}",
        f"version: {r.randint(1, 9)}.0",
        "description: |\n  " + sentence(r),
    ]
    return "\n".join(["---", *r.sample(fields, r.randint(2, 5)), "---"]).split("\n")


def profile(r: random.Random) -> list[str]:
    """A profile or a card: labels on lines of their own, values below."""
    out = [name(r).lower(), ""]
    for label in r.sample(
        ["phone", "e-mail", "personal info", "website", "skills", "languages", "hobbies"], r.randint(2, 5)
    ):
        out += [
            label + ":",
            r.choice([number(r), f"{r.choice(FIRST).lower()}@example.org", r.choice(WORDS), sentence(r)]),
        ]
        out += [""] * r.randint(0, 1)
    return out


def handbook(r: random.Random) -> list[str]:
    """A long page in Markdown: front matter, headings, lists of short points, bold labels, rules, quotes."""
    out = front_matter(r) if r.random() < 0.4 else []
    for _ in range(r.randint(3, 8)):
        out += [
            "",
            r.choice(["# ", "## ", "### "]) + " ".join(r.choice(WORDS).title() for _ in range(r.randint(1, 4))),
            "",
        ]
        mark = r.choice(["- ", "* ", "*   ", "1. ", "   - "])
        for _ in range(r.randint(0, 7)):
            words = " ".join(r.choice(WORDS) for _ in range(r.randint(1, 6)))
            out.append(
                mark
                + r.choice(
                    [
                        words.capitalize(),
                        f"**{words.title()}**",
                        f"**{r.choice(WORDS).title()}:** {words} (e.g. {r.choice(NOUNS)}/{r.choice(NOUNS)})",
                        f"`{r.choice(WORDS)}_{r.choice(NOUNS)}`: {words}",
                        f"a valid `{r.choice(WORDS)}_{r.choice(NOUNS)}`, and",
                        f'"{words}" \u2014 {r.choice(WORDS)}',
                        f"{words.title()} -> {r.choice(WORDS)}",
                    ]
                )
            )
        if r.random() < 0.3:
            out.append(
                r.choice(
                    [
                        "---",
                        "**" + r.choice(WORDS).title() + " " + r.choice(NOUNS) + "**",
                        "=" * 40,
                        "> " + sentence(r),
                        paragraph(r),
                        "# - " + sentence(r),
                        "# " + sentence(r),
                    ]
                )
            )
    return out


def remark(r: random.Random) -> list[str]:
    """One short thing that somebody says, with or without a full stop."""
    text = r.choice(
        [
            f"I work for {r.choice(LAST)}",
            f"i need those {r.choice(NOUNS)}s lol",
            f"please {r.choice(VERBS)} the {r.choice(NOUNS)}",
            f"thanks {r.choice(FIRST)}",
            f"who is {name(r)}",
            f"what is {number(r)} times {number(r)}",
            f"give me {r.choice(['JavaScript', 'Python', 'SQL', 'bash'])} code to {r.choice(VERBS)} a {r.choice(NOUNS)}",
            f"{r.choice(ADJECTIVES)} {r.choice(NOUNS)} {r.choice(NOUNS)}",
            f"write a poem about a {r.choice(NOUNS)}",
            f"my {r.choice(NOUNS)} is {r.choice(ADJECTIVES)}",
            f"where can I {r.choice(VERBS)} {r.choice(NOUNS)}s in {r.choice(LAST)}",
            f"is #{r.randint(1, 9)} the {r.choice(ADJECTIVES)} one",
            f"{name(r)} ({r.choice(NOUNS)})",
            f"add a {r.choice(NOUNS)} to the {r.choice(NOUNS)}",
            f"how do I {r.choice(VERBS)} a {r.choice(NOUNS)} in {r.choice(['git', 'Excel', 'Python', 'Docker', 'Word'])}",
            f"the {r.choice(NOUNS)} wants to be {r.choice(ADJECTIVES)} and {r.choice(ADJECTIVES)}",
            f"hi, can you {r.choice(VERBS)} this",
            f"{r.choice(WORDS)} vs {r.choice(WORDS)}",
            f"make it {r.choice(ADJECTIVES)}er",
            f"solve {r.choice('xyz')} + {r.randint(1, 9)} = {r.randint(10, 99)} for {r.choice('xyz')}",
            f"x+y = {r.randint(1, 9)}z, express x in z",
            "continue",
            "yes",
            "go on",
            "try again",
            "shorter please",
            "merci d'avance",
            "était-ce déjà corrigé ?",
            "vielen Dank im Voraus",
            "können Sie das prüfen",
            "schöne Grüße",
            "muchas gracias",
            "¿me ayudas?",
            "está mal, creo",
            "grazie mille",
            "è urgente",
            "obrigado pela ajuda",
            "não funciona",
            "tack så mycket",
            "dziękuję bardzo",
            "teşekkürler",
            "спасибо большое",
            "не понимаю почему",
            "дякую",
            "谢谢",
            "请解释一下",
            "ありがとうございます",
            "감사합니다",
            "شكرا جزيلا",
            "धन्यवाद",
            "dank je wel",
            "que faire ensuite",
            "und dann",
        ]
    )
    return [
        r.choice(
            [text, text.capitalize(), text + r.choice(".?!"), text.upper(), '"' + text + '"']
            if r.random() < 0.5
            else [text]
        )
    ]


def essay(r: random.Random) -> list[str]:
    """Paragraphs, wrapped or not."""
    text = " ".join(paragraph(r) for _ in range(r.randint(2, 6)))
    if r.random() < 0.5:
        return [text]
    width, out = r.randint(40, 90), [""]
    for word in text.split():
        if len(out[-1]) + len(word) > width:
            out.append("")
        out[-1] += (" " if out[-1] else "") + word
    return out


def data(r: random.Random) -> list[str]:
    """A JSON document: settings of an image prompt, records, answers of a service. It is data, not prose."""
    indent = r.choice([2, 2, 2, 4, 4, None])
    text = json.dumps(_object(r, r.randint(1, 3)), indent=indent, ensure_ascii=False)
    return (text.replace("  ", "\u00a0 ") if r.random() < 0.05 else text).split("\n")


def _object(r: random.Random, depth: int) -> dict[str, object]:
    names = ["type", "style", "name", "id", "description", "details", "items", "status", "user_id", "createdAt", *WORDS]
    return {
        r.choice(["", "", r.choice(WORDS) + "_"]) + r.choice(names): _value(r, depth) for _ in range(r.randint(2, 7))
    }


def _value(r: random.Random, depth: int) -> object:
    which = r.random()
    if depth and which < 0.35:
        return _object(r, depth - 1)
    if depth and which < 0.5:
        return [_value(r, depth - 1) for _ in range(r.randint(0, 4))]
    return r.choice(
        [
            r.choice(WORDS),
            sentence(r),
            paragraph(r),
            f"{r.choice(WORDS)} {r.choice(NOUNS)}",
            r.randint(0, 9999),
            r.random(),
            True,
            False,
            None,
        ]
    )


KINDS: tuple[Callable[[random.Random], list[str]], ...] = (
    chords, inline_chords, tablature, table, table, recipe, mail, chat, form, form, bullets, markdown, prompt, script,
    agenda, legal, verse, maths, references, games, tree, technical, technical, essay, shouting, single_words, outline, outline,
    front_matter, profile, handbook, handbook, handbook,
)  # fmt: skip
"""Every generator; those of a kind with many styles stand twice."""
