import random
import string

import pytest

from detectors.secrets.randomness import ascending, entropy, is_hex, is_uuid, looks_random, rarity


def test_entropy_is_in_bits_a_character() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abab") == 1
    assert entropy("abcd") == 2


def test_words_have_common_pairs_and_drawn_letters_rare_ones() -> None:
    assert rarity("authentication")[0] < 0.2
    assert rarity("qzxvkwjphg")[0] > 0.7
    assert rarity("1234") == (0.0, 0)


def test_forms() -> None:
    assert is_uuid("38485965-6ef2-4ad9-8db8-4bb0900d0c35")
    assert is_hex("9f8b7a6d")
    assert not is_hex("9F8b7a6d")
    assert not is_hex("deadbeef")
    assert not is_hex("12345678")
    assert ascending("xx1234abcde") == 5


@pytest.mark.parametrize(
    "alphabet", [string.ascii_letters + string.digits, string.ascii_letters + string.digits + "-_"]
)
@pytest.mark.parametrize("length", [24, 32, 48])
def test_drawn_values_look_random(alphabet: str, length: int) -> None:
    source = random.Random(7)
    drawn = ["".join(source.choices(alphabet, k=length)) for _ in range(2000)]
    assert sum(map(looks_random, drawn)) >= 1960


def test_drawn_hexadecimal_looks_random() -> None:
    source = random.Random(7)
    assert all(looks_random(f"{source.getrandbits(128):032x}") for _ in range(1000))


@pytest.mark.parametrize(
    "value",
    [
        "AbstractSingletonProxyFactoryBean",
        "my-application-secret-production",
        "kubernetes.io/service-account-token",
        "database_connection_password_2024",
        "38485965-6ef2-4ad9-8db8-4bb0900d0c35",
        "1234567890123456789012",
        "abcdefghijklmnopqrstuvwx",
        "00000000000000000000000a",
        "short1A",
    ],
)
def test_written_values_do_not(value: str) -> None:
    assert not looks_random(value)
