import pytest

from detectors.secrets.assignment import Strength, bearer, named, names_password, secret_text, strength, words
from detectors.secrets.candidate import Candidate, whole

RANDOM = "Gk3QzPwTq9" + "Rb4mLx0VnYc7JsE2hKdU5a"


def test_names_are_split_into_words() -> None:
    assert words("X-Auth-Token") == ["x", "auth", "token"]
    assert words("myAPIKeyV2") == ["my", "api", "key", "v"]
    assert words("DB_PASSWORD") == ["db", "password"]
    assert words("contraseña") == ["contraseña"]


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "client_secret", "x-auth-token", "hmacKey", "ENCRYPTION_KEY", "my key"]
)
def test_strong_names(name: str) -> None:
    assert strength(name) is Strength.STRONG


@pytest.mark.parametrize("name", ["key", "auth", "salt", "license"])
def test_weak_names(name: str) -> None:
    assert strength(name) is Strength.WEAK


@pytest.mark.parametrize(
    "name",
    [
        "public_key",
        "primaryKey",
        "token_type",
        "secret_name",
        "cacheKey",
        "nextPageToken",
        "max_tokens",
        "monkey",
        "keyword",
        "api_key_id",
    ],
)
def test_harmless_names(name: str) -> None:
    assert strength(name) is Strength.NONE


def test_names_of_passwords() -> None:
    for name in ("password", "DB_PASS", "dbPassword", "userPwd", "kennwort", "mot_de_passe", "пароль"):
        assert names_password(name), name
    for name in ("password_hash", "passwordField", "compass", "bypass", "pass_rate", "boarding pass"):
        assert not names_password(name), name


def test_values_beside_a_strong_name_must_look_random() -> None:
    assert secret_text(RANDOM, Strength.STRONG)
    assert secret_text("38485965-6ef2-4ad9-8db8-4bb0900d0c35", Strength.STRONG)
    for value in (
        "short1A",
        "process.env.API_KEY_LONG",
        "https://example.com/a1b2c3d4e5",
        "my-application-secret",
        "sha256:9f8b7a6d5c4e3f2a",
    ):
        assert not secret_text(value, Strength.STRONG), value


def test_values_beside_a_weak_name_must_be_mixed() -> None:
    assert secret_text(RANDOM, Strength.WEAK)
    assert not secret_text("9f8b7a6d5c4e3f2a1b0c9d8e7f6a5b4c", Strength.WEAK)


def test_bearer_credentials() -> None:
    assert bearer(whole(RANDOM, 0, len(RANDOM))) is not None
    for value in ("authentication", "YOUR_ACCESS_TOKEN", "access_token_value"):
        assert bearer(whole(value, 0, len(value))) is None


def test_a_lead_may_have_to_name_a_secret() -> None:
    for lead, expected in (("VERCEL_TOKEN=", True), ("vercel deployment ", False)):
        text = lead + RANDOM
        assert (named(Candidate(text, len(lead), len(text), 0, len(text))) is not None) is expected
