"""Texts for indexes: prose without meaning, functions without a purpose, the same for each seed."""

import random

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randrange(2, 4)))


def prose(seed: int, words: int = 300) -> str:
    chance = random.Random(seed)
    return " ".join(word(chance) for _ in range(words))


def code(seed: int, functions: int = 12) -> str:
    chance = random.Random(seed)
    lines = []
    for _ in range(functions):
        a, b, c = word(chance), word(chance), word(chance)
        lines.append(f"def {a}_{b}({c}, {b}={chance.randrange(99)}):")
        for _ in range(chance.randrange(4, 9)):
            lines.append(chance.choice([
                f"    {word(chance)} = {c}.{word(chance)}({b} {chance.choice('+-*/')} {chance.randrange(999)})",
                f"    if {word(chance)} {chance.choice(['<', '==', 'in', 'is not'])} {c}[{b}]: return {word(chance)}",
                f"    for {word(chance)} in {c}.{word(chance)}: {word(chance)}.append({b}[{chance.randrange(9)}])",
                f"    with {word(chance)}({c}) as {word(chance)}: yield -{word(chance)}, {b} ** {chance.randrange(9)}",
                f"    assert not {word(chance)}(*{c}, **{b}), [{word(chance)} % 2 for {word(chance)} in {c}]",
            ]))  # fmt: skip
    return "\n".join(lines) + "\n"
