from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.form import read_fields


def pairs(text: str) -> list[tuple[str, str]]:
    return [(text[slice(*field.name)], text[slice(*field.value)]) for field in read_fields(text)]


def test_names_and_values_are_found_where_they_are_written() -> None:
    assert pairs("a=1&b=x%20y+z&a=2") == [("a", "1"), ("b", "x%20y+z"), ("a", "2")]


def test_a_value_may_hold_an_equals_sign_and_a_pair_may_lack_one() -> None:
    assert pairs("a=b=c&d&=e&&f=") == [("a", "b=c"), ("d", ""), ("", "e"), ("f", "")]


@given(st.text(alphabet="ab=&%+", max_size=30))
def test_nothing_but_separators_is_left_out(text: str) -> None:
    found = "".join(name + value for name, value in pairs(text))
    assert found.replace("=", "") == text.replace("&", "").replace("=", "")
