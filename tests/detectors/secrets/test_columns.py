import pytest

from detectors.secrets.columns import judge

VALUE = "Kx7-" + "uFl0w"


@pytest.mark.parametrize(
    "text",
    [
        "user,password\nbob,{}\n",
        "Import this: user;passwort\nbob;{}\n",
        "| user | password |\n|---|---|\n| bob | {} |\n",
        '"user","password"\n"Doe, J.","{}"\n',
        "USER    PASSWORD\nbob     {}\n",
        "<table><tr><th>user</th><th>pwd</th></tr><tr><td>bob</td><td>{}</td></tr></table>",
    ],
)
def test_a_password_stands_under_its_title(text: str) -> None:
    assert [found.value for found in judge(text.format(VALUE))] == [VALUE]


@pytest.mark.parametrize(
    "text",
    [
        "user,password_hash\nbob," + VALUE,
        "| field | type |\n|---|---|\n| password | varchar2 |",
        "user,password\nbob,see the vault-2 entry\n",
        "user,password\nbob,\n",
        '"Name": "two-pass",\n"Note": "2-pass -cpu-used 4 -row-mt 1",\n',
        "one line: password, " + VALUE,
    ],
)
def test_what_stands_under_another_title_is_none(text: str) -> None:
    assert list(judge(text)) == []
