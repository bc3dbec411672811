"""A value and its placeholder."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.placeholder import LONGEST, Issuer, begun, find


def test_it_is_a_function_of_user_entity_and_value() -> None:
    first = Issuer(b"k", "ann").issue("EMAIL_ADDRESS", "a@example.com")
    assert re.fullmatch(r"\[EMAIL_ADDRESS_[A-Z2-7]{6}\]", first)
    assert Issuer(b"k", "ann").issue("EMAIL_ADDRESS", "a@example.com") == first
    assert Issuer(b"k", "bob").issue("EMAIL_ADDRESS", "a@example.com") != first
    assert Issuer(b"j", "ann").issue("EMAIL_ADDRESS", "a@example.com") != first
    assert Issuer(b"k", "ann").issue("EMAIL_ADDRESS", "A@example.com") != first


def test_what_was_issued_before_does_not_matter() -> None:
    issuer = Issuer(b"k", "ann")
    several = [issuer.issue("PERSON", name) for name in ("Ann", "Bo", "Cy", "Bo")]
    assert several[1] == several[3] == Issuer(b"k", "ann").issue("PERSON", "Bo")
    assert dict(issuer.issued) == {several[0]: "Ann", several[1]: "Bo", several[2]: "Cy"}


def test_two_values_never_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {"one": b"\x00" * 32, "two": b"\x00" * 5 + b"\x01" * 27}
    monkeypatch.setattr(Issuer, "_digest", lambda self, entity, value: digests[value])
    issuer = Issuer(b"k", "ann")
    first, second = issuer.issue("PERSON", "one"), issuer.issue("PERSON", "two")
    assert first == "[PERSON_AAAAAA]"
    assert second == "[PERSON_AAAAAAA]" or len(second) > len(first)
    assert issuer.issued == {first: "one", second: "two"}
    assert [found.token for found in find(second)] == [second]


def test_values_stay_out_of_repr() -> None:
    issuer = Issuer(b"k", "ann")
    issuer.issue("PERSON", "Ann Smith")
    assert "Ann Smith" not in repr(issuer)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Dear [PERSON_K7Q2XW],", ["[PERSON_K7Q2XW]"]),
        ("**[EMAIL_ADDRESS_K7Q2XW]**", ["[EMAIL_ADDRESS_K7Q2XW]"]),
        ("[PERSON_K7Q2XW][PERSON_AAAAAA]", ["[PERSON_K7Q2XW]", "[PERSON_AAAAAA]"]),
        ("[email_address_k7q2xw]", ["[EMAIL_ADDRESS_K7Q2XW]"]),
        (r"\[EMAIL\_ADDRESS\_K7Q2XW\]", ["[EMAIL_ADDRESS_K7Q2XW]"]),
        ("[[PERSON_K7Q2XW]](x)", ["[PERSON_K7Q2XW]"]),
        ("[PERSON_K7Q2X", []),
        ("[PERSON_K7Q2X1]", []),
        ("[REDACTED_CREDIT_CARD]", []),
        ("a[i] = b[LONG_NAME]", []),
        ("[PERSON K7Q2XW]", []),
        ("[PER\N{KELVIN SIGN}SON_ABCDEF]", []),
    ],
)
def test_what_is_written_like_one(text: str, tokens: list[str]) -> None:
    assert [found.token for found in find(text)] == tokens


@pytest.mark.parametrize("token", ["[EMAIL_ADDRESS_K7Q2XW]", r"\[EMAIL\_ADDRESS\_K7Q2XW\]"])
def test_an_unfinished_one_is_known_at_every_length(token: str) -> None:
    for length in range(1, len(token)):
        assert begun("Hello " + token[:length]) == 6
    assert begun("Hello " + token) == 6 + len(token)
    assert begun("Hello " + token + "!") == 7 + len(token)


TEXTS = st.text(alphabet="[]\\_AZK7Q2x. ", max_size=40)


@given(TEXTS, TEXTS)
def test_what_is_settled_does_not_change(before: str, after: str) -> None:
    settled = begun(before)
    assert len(before) - settled < LONGEST
    early = [found for found in find(before) if found.end <= settled]
    assert [found for found in find(before + after) if found.start < settled] == early
