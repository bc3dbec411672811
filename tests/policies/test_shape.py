"""The building blocks are plain values: the reader and the schema generator read the same table."""

from policies.shape import Key, ListOf, Record, Text


def test_shapes_compare_by_value() -> None:
    assert ListOf(Text()) == ListOf(Text())
    assert Record({"a": Key(Text(), "A.")}) == Record({"a": Key(Text(), "A.")})


def test_a_key_is_optional_and_carried_out_unless_it_says_otherwise() -> None:
    key = Key(Text(), "A.")
    assert (key.required, key.needs) == (False, "")
