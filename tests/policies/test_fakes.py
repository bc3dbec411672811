"""Values that look alive: valid by their check digits, always the same, in no file."""

import re
from pathlib import Path

import pytest

from policies.fakes import FAKES, NAMED, fill, holes

ROOT = Path(__file__).resolve().parents[2]


def test_holes_are_filled() -> None:
    text = "use {{fake.aws_access_key}} and {{ fake.email }}"
    assert holes(text) == ["aws_access_key", "email"]
    assert fill(text) == f"use {FAKES['aws_access_key']()} and {FAKES['email']()}"
    assert fill("nothing {here}") == "nothing {here}"


def test_an_unknown_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("{{fake.nonsense}}")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("aws_access_key", r"AKIA[A-Z2-7]{16}"),
        ("aws_secret_key", r"[A-Za-z0-9/+]{40}"),
        ("github_token", r"ghp_[A-Za-z0-9]{36}"),
        ("anthropic_key", r"sk-ant-api03-[A-Za-z0-9]{93}AA"),
        ("google_api_key", r"AIza[A-Za-z0-9]{35}"),
        ("us_ssn", r"[0-8]\d\d-\d\d-\d{4}"),
        ("jwt", r"[\w-]+\.[\w-]+\.[\w-]{43}"),
    ],
)
def test_forms(name: str, form: str) -> None:
    assert re.fullmatch(form, FAKES[name]())


def test_check_digits() -> None:
    card = [int(digit) for digit in reversed(FAKES["credit_card"]())]
    assert sum(d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(card)) % 10 == 0
    iban = FAKES["iban"]()
    assert int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1
    nhs = [int(digit) for digit in FAKES["uk_nhs"]()]
    assert len(nhs) == 10
    assert sum(d * (10 - n) for n, d in enumerate(nhs)) % 11 == 0


def test_they_never_change() -> None:
    assert {name: make() for name, make in FAKES.items()} == {name: make() for name, make in FAKES.items()}


def test_no_file_of_ours_holds_one() -> None:
    live = {name: make() for name, make in FAKES.items() if name not in {*NAMED, "phone"}}
    for folder in ("policies", "tests/policies", "docs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".yaml", ".json", ".md"}:
                text = path.read_text(encoding="utf-8")
                assert [name for name, value in live.items() if value in text] == [], path
