import pytest

from detectors.pii.dates import birth


@pytest.mark.parametrize(
    "text",
    ["14/03/1952", "03/14/1952", "1952-03-14", "14.3.52", "14 March 1952", "14th of March, 1952", "March 14, 1952",
     "3 août 1948", "12. März 1961", "5 de agosto de 1990", "29/02/24", "1 maja 1977"],
)  # fmt: skip
def test_a_date_that_can_be_a_birthday(text: str) -> None:
    assert birth(text)


@pytest.mark.parametrize(
    "text", ["14/13/1952", "31/02/1952", "1952-13-01", "29/02/1951", "14 March 1752", "14 Foobar 1952", "99/99/99", ""]
)
def test_a_date_that_cannot(text: str) -> None:
    assert not birth(text)
