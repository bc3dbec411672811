"""A seed in, prompt-like text out: what people send to an assistant, made up, of any length."""

import base64
from random import Random

_TEXT = (
    "the of and to in is that it for as with on be this by are from or an which at we can have has not but "
    "about your please team project report customer meeting question number data week result change model "
    "service budget draft summary review email message table figure market product page user system process "
    "issue answer example reason quarter contract invoice shipment warehouse forecast campaign feature release "
    "incident ticket sprint update write explain improve compare translate list describe create suggest check "
    "find rewrite shorten analyse "
)
_WORDS = tuple(_TEXT.split())
_NAMES = ("Anna", "Ravi", "Chen", "Maria", "Tom", "Fatima", "Jonas", "Olga")
_OPENINGS = (
    "Can you help me with the following?",
    "Act as an experienced editor and improve this text.",
    "What are the main differences between these two options?",
    "Summarise the notes below in five bullet points.",
    "Here is the log of this morning, what went wrong?",
)


def prompts(size: int, seed: int, hidden: bool = False) -> str:
    """Return at least `size` characters of prompts; with `hidden`, some hold an encoded or a disguised value."""
    random = Random(seed)  # noqa: S311 - a benchmark's text
    pieces: list[str] = []
    length = 0
    while length < size:
        piece = _prompt(random, hidden=hidden)
        pieces.append(piece)
        length += len(piece) + 2
    return "\n\n".join(pieces)[:size]


def _prompt(random: Random, *, hidden: bool) -> str:
    parts = [random.choice(_OPENINGS), _paragraph(random)]
    kind = random.random()
    if kind < 0.3:
        parts.append("\n".join(f"- {_sentence(random)}" for _ in range(random.randint(3, 6))))
    elif kind < 0.4:
        parts.append("\n".join(f"{n}. **{random.choice(_WORDS)}**: {_sentence(random)}" for n in range(1, 5)))
    elif kind < 0.5:
        lines = [f"    {random.choice(_WORDS)} = {random.choice(_WORDS)}({random.randint(1, 99)})" for _ in range(6)]
        parts.append("def main():\n" + "\n".join(lines))
    if random.random() < 0.3:
        parts.append(f"Write to {random.choice(_NAMES).lower()}.{random.choice(_WORDS)}@example.com, or see the wiki.")
    if hidden and random.random() < 0.5:
        parts.append(_hidden(random))
    parts.append(_paragraph(random))
    return "\n\n".join(parts)


def _paragraph(random: Random) -> str:
    return " ".join(_sentence(random) for _ in range(random.randint(2, 7)))


def _sentence(random: Random) -> str:
    words = [random.choice(_WORDS) for _ in range(random.randint(6, 18))]
    if random.random() < 0.2:
        words[random.randrange(len(words))] = str(random.randint(2, 4000))
    if random.random() < 0.1:
        words[random.randrange(len(words))] = random.choice(("“quoted”", "café", "it’s", "20%", "e.g.", "Q3/Q4"))
    return " ".join(words).capitalize() + random.choice((".", ".", ".", "?", ", right?"))


def _hidden(random: Random) -> str:
    value = f"card 4{random.randint(10**14, 10**15 - 1)}"
    forms = (
        base64.b64encode(value.encode()).decode(),
        "".join(f"%{ord(char):02X}" for char in value),
        "\u200b".join(value),
        " ".join(value.replace(" ", "")),
        f"**{value[:9]}**{value[9:]}",
    )
    return f"For reference: {random.choice(forms)} as before."
