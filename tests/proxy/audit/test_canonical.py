import math

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.audit.canonical import dumps, number, of_plain

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(-10, 10, places=4).map(float)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner) | st.tuples(inner, inner)
)


def outcome(write, value):
    try:
        return write(value)
    except ValueError as error:
        return type(error)


@settings(deadline=None)
@given(VALUES)
def test_it_writes_what_the_reference_writes_or_fails_as_it_does(value):
    assert outcome(dumps, value) == outcome(rfc8785.dumps, value)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_written_as_ecmascript_writes_it(number):
    assert dumps([number]) == rfc8785.dumps([number])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1.0, "a": [1e21, 1e-7, 0.00001, 123.456, -0.0]}, b'{"a":[1e+21,1e-7,0.00001,123.456,0],"b":1}'),
        ({"\u20ac": 1, "\U0001f600": 2, "\ufb33": 3}, '{"\u20ac":1,"\U0001f600":2,"\ufb33":3}'.encode()),
        ("\x00\x1f\x7f\u2028\"\\/\b\t\n\f\r", b'"\\u0000\\u001f\x7f\xe2\x80\xa8\\"\\\\/\\b\\t\\n\\f\\r"'),
    ],
    ids=["numbers", "keys sort as UTF-16", "escapes"],
)  # fmt: skip
def test_examples(value, text):
    assert dumps(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, "\ud800", {1: 2}, b"x", {"a": {3}}])
def test_what_is_no_interoperable_json_is_an_error(value):
    with pytest.raises(ValueError):
        dumps(value)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(max_codepoint=126)), st.text() | st.booleans() | st.none() | st.floats() | st.integers()
    )
)
def test_an_object_whose_numbers_are_plain_needs_no_second_look(value):
    try:
        plain = {key: number(each) if type(each) in (int, float) else each for key, each in value.items()}
    except ValueError:
        return
    assert of_plain(plain) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 2**53, 1e-7, 1e300], ids=lambda value: f"{value!r}"[:12]
)
def test_a_number_without_a_plain_form_is_an_error(value):
    with pytest.raises(ValueError, match="plain form"):
        number(value)
