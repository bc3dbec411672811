import pytest

from detectors.secrets.placeholder import is_placeholder, is_reference


@pytest.mark.parametrize(
    "value",
    [
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "$(cat /run/secret)",
        "{{ vault_password }}",
        "{password}",
        "<your-token>",
        "%PASSWORD%",
        "%s",
        "%(password)s",
        "@password@",
        "[SECRET_JWT_K7Q2XW]",
        "xxxxxxxxxxxx",
        "sk-...",
        "sk-…",
        "********",
        "••••••••",
        "AKIAIOSFODNN7EXAMPLE",
        "YOUR_API_KEY_HERE",
        "changeme",
        "insert_token",
        "0000000000000000",
        "1234567890abcdef1234",
        "aaaaaaaaaaaa",
    ],
)
def test_these_only_stand_for_a_secret(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["Tr0utbrook!", "Kx7-uFl0w", "9f8b7a6d5c4e3f2a1b0c9d8e7f6a5b4c", "a$b{c", "x*y"])
def test_these_do_not(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "os.environ['KEY']",
        "process.env.KEY",
        "getpass.getpass()",
        "config.secret",
        "self.password",
        "get_token(user)",
        "op://vault/item",
        "auth[1]",
        "new Password()",
    ],
)
def test_references_fetch_a_secret(value: str) -> None:
    assert is_reference(value)


@pytest.mark.parametrize("value", ["Tr0utbrook!", "Kx7-uFl0w", "a(b"])
def test_a_password_is_no_reference(value: str) -> None:
    assert not is_reference(value) or value == "a(b"
