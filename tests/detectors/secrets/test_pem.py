from detectors.secrets.candidate import whole
from detectors.secrets.pem import extend

HEAD = "-----BEGIN RSA PRI" + "VATE KEY-----"
FOOT = "-----END RSA PRI" + "VATE KEY-----"
ONE = "MIIEowIBAAKCAQEAx7Tq9Lk4Vb1Nc8MsE3hPd5GjuQ7rT2wXzRb4mLx0VnYc7Jsu"
TWO = "E2hKdU5aFo8iPgZt1B6r9kQvXwTqLd58vB3nKx0WzYc7RmJ2sHf9GpSyDo1AeIjd"


def key_in(text: str) -> str | None:
    start = text.index(HEAD)
    found = extend(whole(text, start, start + len(HEAD)))
    return found and found.value


def test_a_whole_key() -> None:
    key = f"{HEAD}\n{ONE}\n{TWO}\nq8Zs=\n{FOOT}"
    assert key_in(f"here:\n{key}\nthanks") == key


def test_a_key_that_is_cut_off_ends_where_the_base64_ends() -> None:
    assert key_in(f"here: {HEAD}\n{ONE} can you check why I get 401?") == f"{HEAD}\n{ONE}"


def test_escaped_indented_quoted_and_commented_keys() -> None:
    for gap in (
        "\nnote\t",
        "\n1;",
        "\nprod key, ",
        "\n| note | ",
        "\\n",
        "\n    ",
        "\n> ",
        '\\n" +\n    "',
        "\n# ",
        " ",
        "\r\n",
    ):
        key = f"{HEAD}{gap}{ONE}{gap}{TWO}{gap}{FOOT}"
        assert key_in(f'"{key}"') == key, repr(gap)


def test_an_encrypted_key_has_headers() -> None:
    key = f"{HEAD}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n{ONE}\n{FOOT}"
    assert key_in(key) == key


def test_no_key_behind_the_header() -> None:
    for text in (HEAD, f"{HEAD}\n...\n{FOOT}", f"{HEAD}\nYOUR KEY HERE\n{FOOT}", f"{HEAD}\n{'A' * 64}\n{FOOT}"):
        assert key_in(text) is None


def test_two_keys_are_two() -> None:
    key = f"{HEAD}\n{ONE}\n{FOOT}"
    assert key_in(f"{key}\n{key}") == key
