import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from detectors.pii.checks import CHECKS, compact, fit_iban, iban_length
from detectors.pii.table import table

EXAMPLES = yaml.safe_load((Path(__file__).parents[2] / "vectors/pii/examples.yaml").read_text(encoding="utf-8"))
CHECKED = [(kind.check, EXAMPLES[kind.entity]) for kind in table().kinds if kind.check]


@pytest.mark.parametrize(("check", "example"), CHECKED, ids=[check for check, _ in CHECKED])
def test_a_check_holds_for_a_value_and_refutes_a_changed_one(check: str, example: dict[str, str]) -> None:
    assert CHECKS[check](example["value"])
    assert not CHECKS[check](example["refuted"])


@pytest.mark.parametrize("check", ["aba", "au_tfn", "ca_sin", "card", "nl_bsn", "uk_nhs", "us_ssn"])
def test_one_digit_repeated_is_a_filler(check: str) -> None:
    assert not any(CHECKS[check](digit * length) for digit in "0123456789" for length in (9, 10, 16))


@pytest.mark.parametrize(
    ("value", "real"),
    [
        ("jo.bloggs@example.com", True),
        ("o'neil+news@mail.uni-bonn.de", True),
        ("git@github.com", False),
        ("icon@2x.png", False),
        ("a..b@example.com", False),
        ("a@b.c", False),
        ("x" * 65 + "@example.com", False),
    ],
)
def test_email(value: str, real: bool) -> None:
    assert CHECKS["email"](value) is real


@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "192.168.0.1", "172.16.5.4", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "192.0.2.7", "198.51.100.7", "203.0.113.7", "8.8.8.8", "999.1.1.1", "::1", "fe80:0:0:0:1:2:3:4",
        "fd00:1:2:3:4:5:6:7", "2001:db8:1:2:3:4:5:6", "a::b",
    ],
)  # fmt: skip
def test_addresses_that_point_at_nobody(value: str) -> None:
    assert not CHECKS["ip"](value)


@pytest.mark.parametrize("value", ["81.169.145.94", "2a01:4f8:c0c:1234:5:6:7:8", "2a01:4f8::1"])
def test_addresses_of_somebody(value: str) -> None:
    assert CHECKS["ip"](value)


@pytest.mark.parametrize(
    "value",
    ["4111 1111 1111 1111", "5555-5555-5555-4444", "2221 0000 0000 0009", "3782 822463 10005", "6011111111111117"],
)
def test_cards_of_every_brand(value: str) -> None:
    assert CHECKS["card"](value)


def test_a_number_outside_every_issuers_range_is_no_card() -> None:
    assert not CHECKS["card"]("1234567812345670")


def test_an_iban_ends_where_its_country_says() -> None:
    assert (iban_length("GB"), iban_length("NO"), iban_length("XX")) == (22, 15, 0)
    assert fit_iban("GB82 WEST 1234 5698 7654 32 THANKS") == 27
    assert fit_iban("GB82 WEST") == 0
    assert fit_iban("XX82 WEST 1234") == 0


@pytest.mark.parametrize("sign", ["-", "Y", "U"])
def test_finnish_century_signs(sign: str) -> None:
    assert CHECKS["fi_hetu"](f"131052{sign}986N")


def test_a_bech32_wallet() -> None:
    assert CHECKS["wallet"]("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    assert not CHECKS["wallet"]("0x" + "0" * 40)


WRITTEN = [
    (check, form.pattern) for kind in table().kinds for form in kind.forms for check in (kind.check, kind.lax) if check
]


@given(st.data())
def test_no_check_raises_for_what_its_forms_let_through(data: st.DataObject) -> None:
    check, pattern = data.draw(st.sampled_from(WRITTEN))
    value = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    assert CHECKS[check](value) in {True, False}


def test_compact_drops_separators() -> None:
    assert compact("756.1587 8654-28/x") == "756158786542" + "8X"
