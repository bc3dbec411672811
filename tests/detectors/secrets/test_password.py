import pytest

from detectors.secrets.candidate import Candidate
from detectors.secrets.password import acceptable, in_url, is_dummy, of_user, reads_like_password, stated, trim


@pytest.mark.parametrize(
    "value",
    [
        "Winter-rkqpo-71",
        "Tr0utbrook",
        "corp_prod184",
        "qwe189?",
        "PmvUE8%hbDOs",
        "hunter2",
        "p@ssage!x",
        "#qS0%C9sM5",
        "REwhridFYsQ",
    ],
)
def test_these_read_like_passwords(value: str) -> None:
    assert reads_like_password(value)


@pytest.mark.parametrize(
    "value",
    [
        "incorrect",
        "strong?",
        "required.",
        "base64-encoded",
        "SHA-256",
        "user@example.com",
        "https://example.com/reset2",
        "/etc/passwd",
        "2024-05-12",
        "1.2.3",
        "128bit" * 30,
        "settings.py",
        "obj.attribute",
        "camelCaseName",
        "Optional[str]",
        "**bold**",
        "(optional)",
        "12",
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXe",
    ],
)
def test_these_do_not(value: str) -> None:
    assert not reads_like_password(value)


def test_quoted_values_may_be_plainer_but_not_labels() -> None:
    assert acceptable("rXIPfkzqjb", quoted=True)
    assert not acceptable("Enter", quoted=True)
    assert not acceptable("my secret phrase", quoted=True)
    assert not acceptable("string", quoted=True)
    assert not acceptable("Password:", quoted=True)


def test_stock_words_with_few_digits_are_dummies() -> None:
    assert is_dummy("password")
    assert is_dummy("Test123")
    assert not is_dummy("Test123!")
    assert not is_dummy("falcon")


def prose(lead: str, value: str) -> str | None:
    found = stated(Candidate(lead + value, len(lead), len(lead + value), 0, len(lead + value)))
    return found and found.value


def test_the_sentence_is_no_part_of_the_password() -> None:
    assert prose("my password is ", "Tr0utbrook.") == "Tr0utbrook"
    assert prose("my password is ", '"Tr0utbrook",') == "Tr0utbrook"
    assert prose("Kennwort: „", "Tr0utbrook“") == "Tr0utbrook"
    assert prose("password: ", "**Tr0utbrook**") == "Tr0utbrook"
    assert prose("my password is ", "Tr0utbrook!") == "Tr0utbrook!"
    assert prose("my password is ", "Tr0utbrook*") == "Tr0utbrook*"
    assert prose("(password is ", "Tr0utbrook)") == "Tr0utbrook"


def test_numbers_need_a_clear_statement() -> None:
    assert prose("the passcode is ", "839201") == "839201"
    assert prose("password from ", "839201") is None


def pair(value: str) -> str | None:
    found = of_user(Candidate(value, 0, len(value), 0, len(value)))
    return found and found.value


def test_the_second_half_of_a_pair_is_judged_strictly() -> None:
    assert pair("Winter-rkqpo-71") == "Winter-rkqpo-71"
    for value in ("password", "helpdesk", "x:0:0", "group2/access", "a=b12345", "-flag12", "$USER12"):
        assert pair(value) is None, value


def url(lead: str, value: str) -> bool:
    text = f"{lead}{value}@host"
    return in_url(Candidate(text, len(lead), len(lead + value), 0, len(text))) is not None


def test_passwords_in_urls() -> None:
    assert url("https://app:", "Tr0utbrook")
    assert url("redis://:", "Tr0utbrook")
    for lead, value in (
        ("https://user:", "password"),
        ("db://root:", "root"),
        ("db://app:", "${PW}"),
        ("x://{user}:", "{pw}"),
    ):
        assert not url(lead, value)


def bare(text: str, start: int) -> str | None:
    found = trim(Candidate(text, start, len(text), 0, len(text)))
    return found and found.value


def test_a_command_line_ends_the_value() -> None:
    assert bare("-p Tr0utbrook&&ls", 3) == "Tr0utbrook"
    assert bare("-p 'Tr0ut&brook' x", 4) == "Tr0ut&brook"
    assert bare("-p $PASS", 3) is None
