import pytest

from detectors.fingerprint import table
from detectors.fingerprint.store import Index

KEY = b"k" * 32
ROWS = [
    (f"Name{chr(97 + n % 26)}a Family{chr(97 + n // 26)}", f"n{n}@example.com", f"+1 555 {n:03} 7777", "Berlin")
    for n in range(600)
]


@pytest.fixture(scope="module")
def records() -> table.Table:
    arrays, count = table.arrays(ROWS, KEY)
    assert count == 600
    note = dict(table.described(("name", "mail", "phone", "town"), ("mail", "phone"), 2))
    return table.Table(Index("customers", "table", note, arrays), KEY)


def found(records: table.Table, text: str) -> list[tuple[int, str, int]]:
    return [(hit.row, text[hit.start : hit.end], hit.columns) for hit in records.find(text)]


def test_a_primary_value_and_another_of_the_same_row_are_a_match(records: table.Table) -> None:
    assert found(records, "n7@example.com is namehA FAMILYa".replace("A F", "a F")) == [
        (7, "n7@example.com", 2),
        (7, "nameha FAMILYa", 2),
    ]
    assert found(records, "call 555-007-7777 or n7@example.com")[0][0] == 7


@pytest.mark.parametrize(
    "text",
    ["n7@example.com alone", "Nameha Familya in Berlin", "n7@example.com and 555 008 7777", "n900@example.com and 555 900 1111",
     "n7@example.com" + " x" * 400 + " Nameha Familya"],
    ids=["one value", "no primary", "two rows", "no row", "far apart"],
)  # fmt: skip
def test_anything_less_is_none(records: table.Table, text: str) -> None:
    assert found(records, text) == []


def test_rows_that_are_pasted_are_all_found_each_where_it_stands(records: table.Table) -> None:
    rows = [ROWS[number] for number in range(0, 600, 4)]
    text = "\n".join(", ".join(row) for row in rows)
    hits = records.find(text)
    assert {hit.row for hit in hits} == set(range(0, 600, 4))
    assert {hit.row for hit in hits if text[hit.start : hit.end].startswith("n8@")} == {8}
    assert all(text[hit.start : hit.end] in ", ".join(ROWS[hit.row]) for hit in hits)


def test_another_key_finds_nothing() -> None:
    arrays, _ = table.arrays(ROWS, KEY)
    note = dict(table.described(("name", "mail", "phone", "town"), ("mail", "phone"), 2))
    assert table.Table(Index("c", "table", note, arrays), b"l" * 32).find(", ".join(ROWS[7])) == []


def test_a_primary_value_of_many_rows_identifies_nobody() -> None:
    rows = [(f"n{n}@example.com", "+1 555 000 0000") for n in range(table.COMMON + 1)]
    arrays, _ = table.arrays(rows, KEY)
    note = dict(table.described(("mail", "phone"), ("phone",), 2))
    assert table.Table(Index("c", "table", note, arrays), KEY).find("n3@example.com, 555 000 0000") == []


@pytest.mark.parametrize(
    ("columns", "primary", "need", "why"),
    [(("a", "b"), ("c",), 2, "none of the columns"), (("a", "b"), (), 2, "no primary"), (("a", "b"), ("a",), 3, "between 2 and 2")],
    ids=["column", "primary", "need"],
)  # fmt: skip
def test_a_table_that_cannot_match_is_refused(columns, primary, need, why) -> None:
    with pytest.raises(ValueError, match=why):
        table.described(columns, primary, need)
