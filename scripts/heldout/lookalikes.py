"""A random source in, texts out that look like code and are none; written without a look at what training has."""

import random
from collections.abc import Callable

_NAMES = [
    "Priya Raman",
    "Tomasz Zieliński",
    "Chloé Martin",
    "Sam O'Neil",
    "Yuki Tanaka",
    "Abena Mensah",
    "Lars Holm",
    "Marta Pérez",
]
_THINGS = ["bolt", "gasket", "desk lamp", "router", "blue pen", "invoice", "battery pack", "window seal", "oak board"]
_PLACES = ["Lisbon", "Graz", "Leeds", "Kyoto", "Accra", "Turku", "Oaxaca"]
_DOING = [
    "check the stock",
    "call the supplier",
    "send the draft",
    "book the room",
    "clean the filter",
    "sign the form",
]

Make = Callable[[random.Random], list[str]]


def _many(r: random.Random, low: int, high: int, make: Callable[[], str]) -> list[str]:
    return [make() for _ in range(r.randint(low, high))]


def _recipe(r: random.Random) -> list[str]:
    return ["Lentil soup (serves 4)", "", *_many(r, 3, 7, lambda: f"{r.randint(1, 500)}{r.choice([' g', 'ml', ' tbsp', 'x'])} {r.choice(['lentils', 'stock', 'cumin', 'carrots, diced', 'salt'])}"), "", *(f"{i}. {r.choice(['Fry', 'Add', 'Stir in', 'Simmer'])} the {r.choice(['onion', 'rest', 'spices'])} for {r.randint(2, 30)} min; season." for i in range(1, 5))]  # fmt: skip


def _clauses(r: random.Random) -> list[str]:
    return [f"{n}.{m} {r.choice(['The Supplier shall', 'Neither party may', 'If the Customer fails to pay, the Supplier may'])} {r.choice(['(a) suspend the Services; or (b) terminate', 'notify the other in writing', 'assign its rights under clause 4(b)(ii)'])}{r.choice([';', '.', '; and'])}" for n in (4, 5) for m in range(1, r.randint(3, 5))]  # fmt: skip


def _addresses(r: random.Random) -> list[str]:
    return [line for _ in range(r.randint(1, 4)) for line in (r.choice(_NAMES), f"{r.randint(1, 200)} {r.choice(['High St', 'Rue de la Paix', 'Hauptstr.'])}, Flat {r.randint(1, 9)}/{r.choice('ABC')}", f"{r.randint(1000, 99999)} {r.choice(_PLACES)}", "")][:-1]  # fmt: skip


def _timetable(r: random.Random) -> list[str]:
    return ["Line 14 (Mon-Fri)", *_many(r, 4, 9, lambda: f"{r.randint(5, 23):02d}:{r.randint(0, 59):02d}  {r.choice(_PLACES):<10} {r.choice(['->', '→', '>', '-'])} {r.choice(_PLACES)}   ({r.choice(['x', '*', 'A1', '!'])})")]  # fmt: skip


def _maths(r: random.Random) -> list[str]:
    return r.sample(["Let f(x) = x^2 + 3x - 4. Then f'(x) = 2x + 3.", "So a = b + c, hence b = a - c.", "P(A|B) = P(A ∩ B) / P(B)", "x₁ = (-b + √(b² - 4ac)) / 2a", "sum_{i=1}^{n} i = n(n+1)/2", "∀ε>0 ∃δ>0: |x-a|<δ ⇒ |f(x)-f(a)|<ε", "12 × 7 = 84, 84 / 6 = 14", "(1) 3x + 2y = 7", "(2) x - y = 4", "Therefore y = -1 and x = 3. QED"], r.randint(3, 7))  # fmt: skip


def _chat(r: random.Random) -> list[str]:
    who = r.sample([n.split()[0] for n in _NAMES], 2)
    shape = r.choice(["{}: {}", "[{t}] {}: {}", "<{}> {}", "{} — {t}\n{}", "{}> {}", "**{}**: {}"])
    said = ["ok", "lol", "??", "brb", "see u at 5", "no idea tbh", "{shrug}", "it's > 10 or < 3", "if you want; else later", "import duties?", "return it then", "for sure", "while we wait :)", "#friday", "@all lunch?"]  # fmt: skip
    return "\n".join(shape.replace("{t}", f"{r.randint(8, 19):02d}:{r.randint(0, 59):02d}").replace("{}", r.choice(who), 1).replace("{}", r.choice(said), 1) for _ in range(r.randint(5, 12))).split("\n")  # fmt: skip


def _minutes(r: random.Random) -> list[str]:
    return ["Minutes, 12 March", "Present: " + ", ".join(r.sample(_NAMES, 3)), *(f"{i}) {r.choice(_THINGS).title()}: {r.choice(_DOING)} [{r.choice(_NAMES).split()[0]}, by 14/3]" for i in range(1, r.randint(4, 7))), "AOB: none"]  # fmt: skip


def _inventory(r: random.Random) -> list[str]:
    sign = r.choice([": ", " = ", " ... ", " - ", " x", "\t"])
    return _many(r, 4, 10, lambda: f"{r.choice(_THINGS)}{sign}{r.randint(1, 90)}")


def _outline(r: random.Random) -> list[str]:
    return ["# Plan", "", *(line for i in range(1, r.randint(3, 5)) for line in (f"{i}. {r.choice(_DOING).capitalize()}", f"   - {r.choice(_DOING)} ({r.choice(_PLACES)})", f"   - [ ] {r.choice(_DOING)}", f"      * {r.choice(_THINGS)}"))]  # fmt: skip


def _poem(r: random.Random) -> list[str]:
    return r.sample(["the river;", "    the stone;", "and we,", "        (half asleep)", "between them —", "if only / if ever", "O night!", "{no one}", "return, return", "while the rain", "does what it does", "& nothing ends"], r.randint(5, 11))  # fmt: skip


def _form(r: random.Random) -> list[str]:
    return [f"{label}: {value}" for label, value in (("Name", r.choice(_NAMES)), ("Position", "Shift lead"), ("Start date", "01/04/2026"), ("Reason", r.choice(_DOING)), ("Approved (Y/N)", r.choice("YN")), ("Notes", "-"))][: r.randint(3, 6)]  # fmt: skip


def _crossword(r: random.Random) -> list[str]:
    return ["Across", *(f"{n}. {r.choice(_THINGS).title()}, we hear ({r.randint(3, 9)})" for n in r.sample(range(1, 30), 4)), "Down", *(f"{n}. Back in {r.choice(_PLACES)}? ({r.randint(2, 6)},{r.randint(2, 6)})" for n in r.sample(range(1, 30), 4))]  # fmt: skip


def _score(r: random.Random) -> list[str]:
    return _many(
        r,
        4,
        9,
        lambda: (
            f"{r.choice(_PLACES)} {r.randint(0, 5)}:{r.randint(0, 5)} ({r.randint(0, 2)}:{r.randint(0, 2)}) {r.choice(_PLACES)}"
        ),
    )


def _knitting(r: random.Random) -> list[str]:
    return [f"Row {n}: {r.choice(['*k2, p2; rep from * to end.', 'sl1, k2tog, yo, k to last 3 sts, ssk, k1.', '(RS) k1, [p1, k1] 6 times.', 'ch 3, dc in next 4 st, 2 dc in last; turn.'])}" for n in range(1, r.randint(4, 9))]  # fmt: skip


def _chess(r: random.Random) -> list[str]:
    return [
        '[White "Holm"]',
        "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7",
        "6. Re1 b5 7. Bb3 d6 8. c3 O-O 1-0",
    ][r.randint(0, 1) :]


def _references(r: random.Random) -> list[str]:
    return [f"[{n}] {name.split()[1]}, {name[0]}. ({r.randint(1990, 2025)}). {r.choice(_THINGS).title()} and {r.choice(_PLACES)}: a study. J. Appl. Th. {r.randint(1, 40)}({r.randint(1, 6)}), {r.randint(1, 90)}–{r.randint(100, 200)}. doi:10.1000/{r.randint(100, 999)}" for n, name in enumerate(r.sample(_NAMES, 4), 1)]  # fmt: skip


def _prescription(r: random.Random) -> list[str]:
    return ["Rx", *_many(r, 2, 5, lambda: f"{r.choice(['Metformin', 'Lisinopril', 'Atorvastatin'])} {r.choice([5, 10, 500])} mg PO {r.choice(['BID', 'QD', 'q8h'])} #{r.randint(10, 90)} RF:{r.randint(0, 3)}"), "BP 132/84, HR 71, SpO2 98% (RA)"]  # fmt: skip


def _genealogy(r: random.Random) -> list[str]:
    return [line for i in range(r.randint(2, 4)) for line in (f"{'    ' * i}|", f"{'    ' * i}+-- {r.choice(_NAMES)} ({r.randint(1850, 1960)}-{r.choice(['', '1999'])})")]  # fmt: skip


def _ballot(r: random.Random) -> list[str]:
    return [
        f"({letter}) {r.choice(_DOING)}" if r.random() < 0.8 else f"({letter}) all of the above" for letter in "ABCD"
    ] + [f"Answer: {r.choice('ABCD')}"]


def _bill(r: random.Random) -> list[str]:
    return [*_many(r, 3, 7, lambda: f"{r.randint(1, 9)} x {r.choice(_THINGS):<14} @ {r.random() * 20:6.2f}  {r.random() * 90:8.2f}"), "-" * 34, f"TOTAL{r.random() * 300:29.2f}", "VAT 20% incl."]  # fmt: skip


def _play(r: random.Random) -> list[str]:
    return [line for _ in range(r.randint(2, 5)) for line in (r.choice(["HAMID:", "VERA", "OLD MAN (off)", "INT. KITCHEN - DAY"]), f"    {r.choice(['(beat)', 'No; not yet.', 'Return it, then.', 'If only!', 'For whom?'])}", "")]  # fmt: skip


def _keywords(r: random.Random) -> list[str]:
    return r.sample(["Import of goods from outside the union requires a licence.", "Return to sender", "Select the items from the list where the price is low.", "Class of 2019 reunion", "Public holidays and private events", "Let us assume the worst, then try again.", "Function follows form; form follows budget.", "Static electricity, constant noise", "Print all pages in colour", "From: the desk of the director", "Break for lunch", "Switch off the light in case of fire", "Insert coin into slot and wait", "Delete the old files from the server before Monday", "Create a table for six where guests can sit"], r.randint(2, 6))  # fmt: skip


def _emoji(r: random.Random) -> list[str]:
    return _many(
        r,
        3,
        7,
        lambda: (
            f"{r.choice('✅❌🔥👉📌')} {r.choice(_DOING).capitalize()} {r.choice(['💯', '=> today', '(!!)', '#now'])}"
        ),
    )


LOOKALIKES: dict[str, Make] = {
    "recipe": _recipe, "clauses": _clauses, "addresses": _addresses, "timetable": _timetable, "maths": _maths, "chat": _chat,
    "minutes": _minutes, "inventory": _inventory, "outline": _outline, "poem": _poem, "form": _form, "crossword": _crossword,
    "score": _score, "knitting": _knitting, "chess": _chess, "references": _references, "prescription": _prescription,
    "genealogy": _genealogy, "ballot": _ballot, "bill": _bill, "play": _play, "keywords": _keywords, "emoji": _emoji,
}  # fmt: skip
