"""Values for tests that look alive and are not: put together when they are asked for, so that no file holds one.

In a policy file's test `{{fake.NAME}}` stands for the value called NAME. No value belongs to anyone: keys are made of
a hash, numbers of a counted-up body and its check digit.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_HOLE = re.compile(r"\{\{\s*fake\.([A-Za-z0-9_]+)\s*\}\}")


def _noise(seed: str, length: int, alphabet: str = _ALNUM) -> str:
    """Return `length` characters that look random and are always the same."""
    out = ""
    block = b""
    while len(out) < length:
        block = sha256(block + seed.encode()).digest()
        out += "".join(alphabet[byte % len(alphabet)] for byte in block)
    return out[:length]


def _luhn(body: str) -> str:
    """Return `body` with its check digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for n, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if n % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _iban(country: str, account: str) -> str:
    """Return an IBAN with its check digits (ISO 13616-1; ISO 7064, mod 97-10)."""
    digits = "".join(str(int(char, 36)) for char in account + country + "00")
    return f"{country}{98 - int(digits) % 97:02}{account}"


def _nhs(body: str) -> str:
    """Return an NHS number: nine digits and a check digit, modulus 11."""
    check = 11 - sum(int(digit) * (10 - n) for n, digit in enumerate(body)) % 11
    return body + str(check % 11)


def _private_key() -> str:
    dashes = "-" * 5
    lines = "\n".join(_noise(f"pem{n}", 64) for n in range(6))
    kind = "PRIVATE" + " KEY"
    return f"{dashes}BEGIN RSA {kind}{dashes}\nMIIEow{_noise('pem', 58)}\n{lines}\n{dashes}END RSA {kind}{dashes}"


def _jwt() -> str:
    head = "ey" + "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    return f"{head}.ey{'JzdWIiOiI0NzExIiwibmFtZSI6IlQifQ'}.{_noise('jwt', 43)}"


FAKES: Mapping[str, Callable[[], str]] = {
    "aws_access_key": lambda: "AKIA" + _noise("aws", 16, _BASE32),
    "aws_secret_key": lambda: _noise("aws-secret", 40, _ALNUM + "/+"),
    "github_token": lambda: "ghp" + "_" + _noise("github", 36),
    "openai_key": lambda: "sk-" + "proj-" + _noise("openai", 74) + "T3Blbk" + "FJ" + _noise("openai2", 74),
    "anthropic_key": lambda: "sk-" + "ant-api03-" + _noise("anthropic", 93) + "AA",
    "google_api_key": lambda: "AI" + "za" + _noise("google", 35),
    "slack_token": lambda: (
        "xox"
        + "b-"
        + "217"
        + _noise("slack", 9, "0123456789")
        + "-"
        + _noise("slack2", 12, "0123456789")
        + "-"
        + _noise("slack3", 24)
    ),
    "stripe_key": lambda: "sk_" + "live_" + _noise("stripe", 24),
    "private_key": _private_key,
    "jwt": _jwt,
    "database_url": lambda: "postgres" + "://ledger:" + _noise("db", 18) + "@db1.corp.internal:5432/ledger",
    "password": lambda: _noise("password", 9) + "!" + _noise("password2", 6),
    "us_ssn": lambda: "536" + "-22-" + "8947",
    "credit_card": lambda: _luhn("4929" + "38017264105"),
    "iban": lambda: _iban("DE", "37040044" + "0532731904"),
    "uk_nhs": lambda: _nhs("943" + "476591"),
    "email": lambda: "jonas.weber" + "@" + "contoso-mail.com",
    "phone": lambda: "+49 30 " + "9017 4628",
    "person": lambda: "Jonas" + " Weber",
    "location": lambda: "Hamburg",
    "organization": lambda: "Contoso" + " Ltd",
}
"""Name to value. The names are part of the schema."""

NAMED: Mapping[str, str] = {"person": "PERSON", "location": "LOCATION", "organization": "ORGANIZATION"}
"""Fakes that only a language model finds: a test says itself what they are, so that it needs no model."""


def holes(text: str) -> list[str]:
    """Return the names that `text` asks for, known or not."""
    return [found[1] for found in _HOLE.finditer(text)]


def fill(text: str) -> str:
    """Return `text` with the values put in. Raises KeyError for an unknown name."""
    return _HOLE.sub(lambda found: FAKES[found[1]](), text)
