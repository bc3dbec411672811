import base64
import zlib

import pytest

from detectors.secrets.candidate import whole
from detectors.secrets.checks import CHECKS, find, run

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def holds(name: str, value: str) -> bool:
    return run(name, whole(value, 0, len(value))) is not None


def proved(name: str, value: str) -> bool:
    found = run(name, whole(value, 0, len(value)))
    return found is not None and found.proved


def checked(body: str) -> str:
    number, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        tail = _DIGITS[digit] + tail
    return body + tail


def test_a_right_checksum_proves_a_wrong_one_does_not_refuse() -> None:
    body = "Gk3QzPwTq9Rb4mLx0VnYc7JsE2hKdU"
    assert proved("github_crc32", "gh" + "p_" + checked(body))
    assert holds("npm_crc32", "np" + "m_" + body + "000000")
    assert not proved("npm_crc32", "np" + "m_" + body + "000000")


def segment(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_token_needs_a_header() -> None:
    assert proved("jwt", segment('{"alg":"HS256"}') + ".e30.c2ln")
    assert holds("jwt", segment('{"alg":"dir","enc":"A128GCM"}') + "..aXY.Y3Q.dGFn")
    assert not holds("jwt", segment('{"foo":1}') + ".e30.c2ln")
    assert not holds("jwt", "ey" + "x" * 30 + ".e30.c2ln")
    assert not holds("jwt", segment("[" * 5000) + ".e30.c2ln")


def test_lengths_of_what_base64_holds() -> None:
    assert holds("base64_bytes:3", "YWJj")
    assert not holds("base64_bytes:4", "YWJj")
    assert not holds("base64_bytes:3", "****")


def test_account_numbers_in_base64() -> None:
    assert proved("base64_digits", segment("108759402118345729") + ".Gk3QzP.x")
    assert not holds("base64_digits", "com.example.x")


def test_user_and_password_in_base64() -> None:
    assert holds("base64_pair", segment("deploy:Turbkiot42-plus"))
    assert not holds("base64_pair", segment("user:password"))
    assert not holds("base64_pair", segment("nocolon"))
    assert not holds("base64_pair", "/wAB/w==")


def test_wallet_keys_carry_a_checksum() -> None:
    assert not holds("base58_checksum", "5" + "K" * 50)


def test_recovery_phrases_hold_no_words_of_prose() -> None:
    assert holds("seed_words", " ".join(["zebra"] * 12))
    found = run("seed_words", whole(" ".join(["zebra"] * 14), 0, 83))
    assert found is not None
    assert found.value == " ".join(["zebra"] * 12)
    assert not holds("seed_words", "put these words down and keep them in a very safe place away")


def test_random_skips_a_prefix() -> None:
    assert holds("random:4", "app-Gk3QzPwTq9Rb4mLx0VnYc7Js")
    assert not holds("random:4", "app-servicenamespaceconfigs")


def test_integrity_hashes_are_no_keys() -> None:
    text = '"integrity": "sha512-Gk3Q"'
    assert run("not_integrity", whole(text, text.index("Gk3Q"), text.index("Gk3Q") + 4)) is None


def test_names_and_arguments() -> None:
    assert find("base64_bytes:64") is CHECKS["base64_bytes"]
    assert find("nothing") is None


@pytest.mark.parametrize("name", sorted(CHECKS))
@pytest.mark.parametrize(
    "value", ["1", "a.b", "K" * 52, "-----", "é🎉", "\ud800", "=", "zebra zebra", "user:" + "x" * 5000]
)
def test_no_check_fails_on_any_text(name: str, value: str) -> None:
    argument = ":3" if name == "base64_bytes" else ""
    run(name + argument, whole(value, 0, len(value)))
