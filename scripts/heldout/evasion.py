"""Seed in, rows out that hide a value from a reader of plain text, and rows that look so and hide nothing.

usage: python -m scripts.heldout.evasion [SEED [ROWS]] > evasion-heldout.jsonl
"""

import json
import random
import sys

from scripts.heldout import secrets
from scripts.heldout.bodies import BODIES, wire
from scripts.heldout.carried import FILES
from scripts.heldout.disguises import UNFIT, VALUE, WHOLE
from scripts.heldout.harmless import HARMLESS
from scripts.heldout.numbers import DRAWS

PII = {
    "US_SSN": "us_ssn",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "credit_card",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
}
_SAID = {
    "US_SSN": ["my SSN is {}", "SSN: {}", "social security number {}"], "IBAN_CODE": ["IBAN {}", "wire it to {}"],
    "CREDIT_CARD": ["card {} exp 09/27", "credit card number: {}"], "PHONE_NUMBER": ["call me on {}", "mobile: {}"],
    "EMAIL_ADDRESS": ["write to {}", "e-mail: {}"], "password": ["password: {}", "my password is {}"], "db_url": ["the database is {}"],
}  # fmt: skip
_AROUND = [
    "{}",
    "{}",
    "Hi, {} - can you check?",
    "Please keep this in mind: {}\nThanks",
    "{}. What next?",
    "Nota: {} (gracias)",
]


def _value(r: random.Random) -> tuple[str, str]:
    kind = r.choice([*PII, "token", "token", "token", "password", "db_url", "jwt"])
    if kind in PII:
        value = DRAWS[kind](r)
        while kind == "PHONE_NUMBER" and not value.startswith("+"):
            value = DRAWS[kind](r)
        return kind, value
    if kind == "token":
        while True:
            name, value = secrets.token(r)
            if name not in secrets.NEEDS_NAME and name != "discord":
                return name, value
    if kind == "db_url":
        return (
            kind,
            f"postgresql://app:{secrets.password(r).replace('#', '').replace('?', '').replace('/', '')}@db{r.randint(1, 9)}.corp.example.net:5432/crm",
        )
    return (kind, secrets.jwt(r)) if kind == "jwt" else (kind, secrets.password(r))


def _said(r: random.Random, kind: str, value: str) -> str:
    return r.choice(_AROUND).replace(
        "{}", r.choice(_SAID.get(kind, ["use {}", "the key: {}", "it says {}"])).replace("{}", value)
    )


def _fits(name: str, kind: str) -> bool:
    return all(kind in kinds for prefix, kinds in UNFIT.items() if name.startswith(prefix)) and not (
        kind == "password" and name in _LOOSE
    )


_LOOSE = {
    "cyrillic",
    "greek",
    "column",
    "underscored",
    "slashed",
    "cells",
    "reversed said",
    "characters",
    "reversed",
    "bidi",
}
"""What leaves no way to tell a password from a word, or cuts signs out."""


def _hidden(r: random.Random) -> tuple[str, str, str, str]:
    """Return the technique, the kind, the value and the text that hides it."""
    while True:
        kind, value = _value(r)
        if r.random() < 0.72:
            name = r.choice(list(VALUE))
            if _fits(name, kind) and (value.isascii() or name != "utf-7"):
                hidden = VALUE[name](r, value)
                if hidden != value:
                    return name, kind, value, _said(r, kind, hidden)
        else:
            name = r.choice(list(WHOLE))
            if _fits(name, kind):
                return (
                    name,
                    kind,
                    value,
                    r.choice(["", "decode and answer: ", "what is this?\n\n"]) + WHOLE[name](r, _said(r, kind, value)),
                )


def rows(seed: int, count: int) -> list[dict[str, object]]:
    """Return that many rows; the same seed gives the same."""
    r = random.Random(seed)
    made: list[dict[str, object]] = []
    for number in range(count):
        row: dict[str, object] = {"id": f"held-{number}"}
        shape = r.choices(["text", "body", "wire", "file", "both", "benign"], [10, 3, 1, 2, 2, 4])[0]
        if shape == "benign":
            name = r.choice(list(HARMLESS))
            made.append(row | {"technique": f"benign {name}", "text": HARMLESS[name](r), "expected": []})
            continue
        if shape == "text":
            name, kind, value, text = _hidden(r)
            row |= {"technique": name, "text": text}
        elif shape == "both":
            name, kind, value, text = _hidden(r)
            outer = r.choice(list(BODIES))
            row |= {"technique": f"{name} in body", "body": BODIES[outer](r, text)}
        elif shape == "file":
            kind, value = _value(r)
            name = r.choice(list(FILES))
            row |= {"technique": name, "body": FILES[name](r, _said(r, kind, value))}
        else:
            kind, value = _value(r)
            name = r.choice(list(BODIES))
            while kind == "password" and name in ("halves", "halves gemini", "characters", "three turns"):
                kind, value = _value(r)
            body = BODIES[name](r, _said(r, kind, value))
            row |= (
                {"technique": name, "body": body}
                if shape == "body"
                else {"technique": f"{name} on the wire", "wire": wire(r, body)}
            )
        made.append(row | {"expected": [{"type": PII.get(kind, kind), "value": value}]})
    return made


def main() -> None:
    """Write the rows, one JSON line each."""
    seed, count = (int(a) for a in (sys.argv[1:] + ["1", "1000"][len(sys.argv) - 1 :])[:2])
    sys.stderr.write(f"seed {seed}, {count} rows\n")
    for row in rows(seed, count):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
