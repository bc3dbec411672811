"""Password files in the forms that Apache and its successors write."""

import bcrypt
import pytest

from proxy.identity import htpasswd

BCRYPT = bcrypt.hashpw(b"open sesame", bcrypt.gensalt(rounds=4)).decode()
LINES = f"""# people
ada:{BCRYPT}
bob:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/
cyd:{{SHA}}5en6G6MezRroT3XKqkdPOmY/BfQ=
dan:$apr1$xy$AeFDsZArmpOlYkvv/Fpye0
"""


@pytest.mark.parametrize(
    ("user", "password"),
    [("ada", "open sesame"), ("bob", "secret"), ("cyd", "secret"), ("dan", "a-longer-password-than-16")],
)
def test_the_right_password_and_no_other(user: str, password: str) -> None:
    people = htpasswd.read("htpasswd", LINES)
    assert people.verify(user, password)
    assert not people.verify(user, password + "x")
    assert not people.verify(user, "")


def test_an_unknown_user_is_never_right() -> None:
    assert not htpasswd.read("htpasswd", LINES).verify("eve", "")


def test_an_argon2_hash() -> None:
    import argon2

    stored = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("pw")
    people = htpasswd.read("htpasswd", f"ada:{stored}")
    assert people.verify("ada", "pw")
    assert not people.verify("ada", "pq")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ada", "f:1:1: expected USER:HASH"),
        ("ada:plain", "f:1:5: an unknown kind of hash"),
        ("ada:{SHA}x\nada:{SHA}y", "f:2:1: this user stands here twice"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_not_shown(line: str, said: str) -> None:
    with pytest.raises(htpasswd.HtpasswdError) as raised:
        htpasswd.read("f", line)
    assert said in str(raised.value)
    assert "plain" not in str(raised.value)


@pytest.mark.parametrize("stored", ["$2y$", "$2b$05$short", "$apr1$", "$argon2id$x", "{SHA}"])
def test_a_broken_hash_is_nobodys(stored: str) -> None:
    assert not htpasswd.read("f", f"ada:{stored}").verify("ada", "x")
